"""Transactions of server processes that share a database: their signs of life, and what they ask of each other."""

from dataclasses import dataclass

from threads_server.runs.states import RunState
from threads_server.store.transaction import Transaction, every, one


@dataclass(frozen=True, slots=True)
class HeartbeatReport:
    """What a process hears when it gives a sign of life.

    `beats` has, for each of the other processes, the number of its last sign, or None if it has runs under way and is
    not known. `runs` are the legs (run and number) that this process has under way by the store, and `cancelled` those
    of its runs that another one was asked to cancel.
    """

    beats: dict[str, int | None]
    runs: frozenset[tuple[str, int]]
    cancelled: frozenset[str]


def beat(owner: str) -> Transaction[HeartbeatReport]:
    """A sign of life of a process."""
    yield from one(
        "INSERT INTO processes (owner, beat) VALUES (?, 1) ON CONFLICT (owner) DO UPDATE SET beat = processes.beat + 1",
        owner,
    )
    known = yield from every("SELECT owner, beat FROM processes WHERE owner <> ?", owner)
    unknown = yield from every(
        "SELECT DISTINCT owner FROM runs WHERE status = 'IN_PROGRESS' AND owner NOT IN (SELECT owner FROM processes)"
    )
    mine = yield from every(
        "SELECT run_id, leg, cancel_asked FROM runs WHERE owner = ? AND status = 'IN_PROGRESS'", owner
    )
    return HeartbeatReport(
        beats=dict.fromkeys(row[0] for row in unknown) | dict(known),
        runs=frozenset((run_id, leg) for run_id, leg, _ in mine),
        cancelled=frozenset(run_id for run_id, _, asked in mine if asked),
    )


def leave(owner: str) -> Transaction[None]:
    """A process is gone, and so is whoever waited in it."""
    yield from one("DELETE FROM places WHERE owner = ?", owner)
    yield from one("DELETE FROM processes WHERE owner = ?", owner)


def ask_to_cancel(run_id: str) -> Transaction[None]:
    """Asks the process that works on a run to cancel it."""
    yield from one("UPDATE runs SET cancel_asked = 1 WHERE run_id = ? AND status = ?", run_id, RunState.IN_PROGRESS)
