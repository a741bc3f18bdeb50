"""The states of a run, and the steps between them.

    IN_PROGRESS ──> REQUIRES_ACTION ──> IN_PROGRESS …      the responder asks for tools; their outputs are submitted
    IN_PROGRESS ──> COMPLETED                              the responder answered
    IN_PROGRESS ──> FAILED                                 it failed, was too slow, or its server process ended
    IN_PROGRESS, REQUIRES_ACTION ──> CANCELLED             it was cancelled

The names are those of MessageStatus in openapi.yaml. A run in one of the first two holds its thread; the other three
are final. The deletion of a thread takes its runs away in any state.
"""

from enum import StrEnum


class RunState(StrEnum):
    IN_PROGRESS = "IN_PROGRESS"
    REQUIRES_ACTION = "REQUIRES_ACTION"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"

    @property
    def final(self) -> bool:
        """Whether no step follows."""
        return not _STEPS[self]

    def may_become(self, other: "RunState") -> bool:
        return other in _STEPS[self]


_STEPS: dict[RunState, frozenset[RunState]] = {
    RunState.IN_PROGRESS: frozenset(
        {RunState.REQUIRES_ACTION, RunState.COMPLETED, RunState.FAILED, RunState.CANCELLED}
    ),
    RunState.REQUIRES_ACTION: frozenset({RunState.IN_PROGRESS, RunState.CANCELLED}),
    RunState.COMPLETED: frozenset(),
    RunState.FAILED: frozenset(),
    RunState.CANCELLED: frozenset(),
}
