"""Answers and faults as a test prepares them: the bodies of `/testing/answers` and `/testing/faults`."""

import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, asdict, dataclass, field, fields
from typing import Any, Self, TypeAlias, Union, get_args, get_origin, get_type_hints

from threads_server.encoding import Json

KINDS = ("status", "drop", "hang", "cut", "garbage", "event")
USAGE = ("input_tokens", "output_tokens", "total_tokens", "cached_input_tokens")


class BadInstruction(ValueError):
    """An instruction that cannot be carried out; the text says why, in one line."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Instruction:
    """An answer, a fault or a time, with its form as JSON."""

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Self:
        """Make one of a JSON object. Raises BadInstruction."""
        hints = get_type_hints(cls)
        for name, value in body.items():
            if name not in hints:
                raise BadInstruction(f"there is no {name!r}; there are {', '.join(hints)}")
            if not _fits(value, hints[name]):
                raise BadInstruction(f"{name!r} is {_words(hints[name])}, not {value!r}"[:200])
        for one in fields(cls):
            if one.name not in body and one.default is MISSING and one.default_factory is MISSING:
                raise BadInstruction(f"{one.name!r} is missing; there are {', '.join(hints)}")
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
            for name in call.keys() - {"id", "name", "arguments"}:
                raise BadInstruction(f"a tool call has a name, arguments and an id, no {name!r}"[:200])
        for name in self.usage.keys() - set(USAGE):
            raise BadInstruction(f"there is no usage {name!r}; there are {', '.join(USAGE)}"[:200])


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


@dataclass(frozen=True, kw_only=True, slots=True)
class ClockChange(Instruction):
    """Seconds to move the clock on, or a time at which it stops and the seed of ids (`Controls.freeze`)."""

    advance: float = 0.0
    time: str | None = None
    seed: int | None = None


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


_NAMES = {
    str: "a text",
    bool: "true or false",
    int: "a whole number",
    float: "a number from 0",
    type(None): "null",
    Mapping: "an object",
}


def _words(hint: Any) -> str:
    """Name a type as a JSON value."""
    origin = get_origin(hint) or hint
    if origin in (types.UnionType, Union):
        return " or ".join(_words(one) for one in get_args(hint) if get_origin(one) is not Callable)
    return f"a list, each {_words(get_args(hint)[0])}" if origin is Sequence else _NAMES[origin]
