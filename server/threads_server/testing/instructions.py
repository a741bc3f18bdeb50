"""Answers and faults as a test prepares them: the bodies of `/testing/answers` and `/testing/faults`."""

import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Self, TypeAlias, Union, get_args, get_origin, get_type_hints

from threads_server.encoding import Json

KINDS = ("status", "drop", "hang", "cut", "garbage", "event")


class BadInstruction(ValueError):
    """An instruction that cannot be carried out; the text says why, in one line."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Instruction:
    """An answer or a fault, with its form as JSON."""

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Self:
        """Make one of a JSON object. Raises BadInstruction."""
        hints = get_type_hints(cls)
        for name, value in body.items():
            if name not in hints:
                known = ", ".join(one.name for one in fields(cls))
                raise BadInstruction(f"there is no {name!r}; there are {known}")
            if not _fits(value, hints[name]):
                raise BadInstruction(f"{name!r} cannot be {value!r}"[:200])
        return cls(**body)

    def to_json(self) -> dict[str, Json]:
        """The JSON object, without what has its default."""
        left_out = [one.name for one in fields(self) if getattr(self, one.name) == one.default]
        return {name: value for name, value in asdict(self).items() if name not in left_out}


Function: TypeAlias = Callable[..., Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer(Instruction):
    """The answer of one run (`Controls.reply`); with a `pattern`, of every message in which that is found."""

    text: str | Sequence[str] | Function = ""
    pattern: str | None = None
    delay: float = 0.0
    reasoning: str = ""
    tool_calls: Sequence[Mapping[str, object]] = ()
    usage: Mapping[str, int] = field(default_factory=dict)
    error: str | None = None
    hold: bool = False

    def __post_init__(self) -> None:
        for call in self.tool_calls:
            if not isinstance(call.get("name"), str):
                raise BadInstruction(f"a tool call has a name and arguments: {call!r}"[:200])


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault(Instruction):
    """A fault of the next `times` requests (None: of all) for an operation, or for None of any (`Controls.fail`, …)."""

    kind: str
    operation: str | None = None
    times: int | None = 1
    status: int = 500
    detail: str | None = None
    retry_after: float | None = None
    done: bool = False
    byte: int | None = None
    event: int | None = None
    value: Mapping[str, object] | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise BadInstruction(f"there is no fault {self.kind!r}; there are {', '.join(KINDS)}")
        if self.kind == "status" and not 400 <= self.status <= 599:
            raise BadInstruction(f"{self.status} is not the status of an error")
        if self.kind == "cut" and (self.byte is None) == (self.event is None):
            raise BadInstruction("a cut is at a byte or at an event")
        if self.times is not None and self.times < 1:
            raise BadInstruction("a fault happens once or more often, or for None always")

    @property
    def before(self) -> bool:
        """Whether it comes before the operation, which then is not done."""
        return self.kind == "status" or (self.kind in ("drop", "hang") and not self.done)

    @property
    def of_streams(self) -> bool:
        """Whether only a stream of events can have it."""
        return self.kind == "event" or self.event is not None


def _fits(value: object, hint: Any) -> bool:
    """Whether a JSON value has a type, as far as these annotations go."""
    origin = get_origin(hint) or hint
    if origin in (types.UnionType, Union):
        return any(_fits(value, one) for one in get_args(hint))
    if origin is Sequence:
        return isinstance(value, list | tuple) and all(_fits(one, get_args(hint)[0]) for one in value)
    if origin is Mapping:
        return isinstance(value, Mapping) and all(_fits(one, get_args(hint)[1]) for one in value.values())
    if origin is float:
        return isinstance(value, int | float) and not isinstance(value, bool) and value >= 0
    if origin is int:
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, origin) if isinstance(origin, type) else True
