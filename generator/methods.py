"""The parts of the client's api: arguments, calls and resources, as the templates want them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from openapi_python_client.strings import PythonIdentifier

from .document import Operation
from .names import Names
from .text import literal
from .types import ID, Shape

IDEMPOTENCY_KEY = "Idempotency-Key"
MULTIPART = "multipart/form-data"

OPTIONS = ("timeout", "deadline", "max_retries", "headers", "media_type", "raise_on_failed_run")
"""The arguments that methods have besides their own; only one whose body has several forms has the last."""

Place = Literal["path", "query", "header", "body", "file"]


@dataclass(frozen=True)
class Argument:
    """One argument of a method: where its value goes, and under which name."""

    name: str
    wire: str
    place: Place
    required: bool
    shape: Shape
    text: str
    deprecated: bool = False
    exploded: bool = True

    @property
    def key(self) -> str:
        return literal(self.wire)

    @property
    def advice(self) -> str:
        """What to tell someone who uses the argument though it is deprecated."""
        return " ".join(self.text.split()) or "the document calls it so"

    @property
    def annotation(self) -> str:
        return self.shape.argument("models.", optional=not self.required)

    @property
    def known_id(self) -> str:
        """The expression for an id that is known before a stream begins, as text or None."""
        text = f"id_text({self.name})" if self.shape.nonnull is ID else self.name
        return text if self.required else f"None if {self.name} is UNSET else {text}"

    @property
    def value(self) -> str:
        """The expression for what is sent."""
        if self.place == "path" and self.shape is ID:
            return f"id_text({self.name})"
        if self.place == "path" and self.shape.annotation() != "str":
            return f"str({self.name})"
        if self.exploded:
            return self.name
        joined = f'",".join(map(str, {self.name}))'
        return joined if self.required else f"{joined} if {self.name} is not UNSET else UNSET"


@dataclass(frozen=True)
class Page:
    """How a listing is paged: the default and the greatest `limit`, the greatest `skip`, and the items' identity."""

    default: int
    max_limit: int
    max_skip: int
    key: str | None


@dataclass(frozen=True)
class Gone:
    """The answer of a deletion whose first attempt succeeded unseen: a model, and what its attributes are set to."""

    parameter: str
    model: str
    values: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Call:
    """One operation, with everything that its methods are made of."""

    operation: Operation
    names: Names
    arguments: tuple[Argument, ...]
    media: tuple[str, ...]
    json_fields: tuple[str, ...]
    result: Shape | None
    result_text: str
    streams: bool
    switch: Place | None
    page: Page | None
    gone: Gone | None
    errors: tuple[tuple[str, str], ...]

    @property
    def constant(self) -> str:
        return str(PythonIdentifier(self.operation.id, "operation_")).upper()

    @property
    def forms(self) -> str:
        """The annotation of a body's media types, if there is a choice."""
        return f"Literal[{', '.join(literal(one) for one in self.media)}]" if len(self.media) > 1 else ""

    @property
    def is_turn(self) -> bool:
        """Whether the answer tells how a run went: that of an operation that can also stream one."""
        return self.streams and self.result is not None

    @property
    def deprecated(self) -> bool:
        return self.operation.raw.get("deprecated") is True

    def at(self, place: Place) -> list[Argument]:
        return [argument for argument in self.arguments if argument.place == place]

    @property
    def key(self) -> Argument | None:
        """The argument for the idempotency key, which has a place of its own in a call."""
        return next((one for one in self.at("header") if one.wire.lower() == IDEMPOTENCY_KEY.lower()), None)

    @property
    def header_parameters(self) -> list[Argument]:
        return [one for one in self.at("header") if one is not self.key]

    @property
    def decoder(self) -> str:
        return self.result.decoded("value", "models.") if self.result else "value"

    @property
    def returned(self) -> str:
        """The annotation of the result, for a class in which `list` can be a method."""
        annotation = self.result.annotation("models.") if self.result else "Any"
        return re.sub(r"^list\[", "builtins.list[", annotation)

    @property
    def item(self) -> str:
        """The annotation of one item of a listing."""
        return self.returned.removeprefix("builtins.list[").removesuffix("]")


@dataclass(frozen=True)
class Resource:
    """A group of methods: `client.threads`."""

    name: str
    text: str
    calls: tuple[Call, ...]

    @property
    def class_name(self) -> str:
        return "".join(part.capitalize() for part in self.name.split("_"))
