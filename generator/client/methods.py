"""The parts of the client's API as the templates want them: arguments, results, calls and resources."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

from openapi_python_client.strings import PythonIdentifier

from ..document.document import Operation, UnusableDocument
from ..document.pagination import Paging
from ..document.responses import Kind
from ..document.security import Scheme
from ..text import literal
from .adapters import Adapter
from .names import Names
from .types import ID, Shape

IDEMPOTENCY_KEY = "Idempotency-Key"
MULTIPART = "multipart/form-data"

OPTIONS = ("timeout", "deadline", "max_retries", "headers", "media_type")
"""Arguments that every method has; `media_type` only one whose body has several forms."""

OF_METHODS = {"UNSET", "header_text", "id_text", "models", "plain", "self", "str", "warn_once", "builtins"}
"""Names that the code of methods uses, so that no argument can have them."""

OF_RESOURCES = {
    "Answer", "Any", "AsyncDownload", "AsyncEventStream", "AsyncPaginator", "AsyncResource", "AsyncServerSentEvents",
    "Download", "EventStream", "File", "Files", "Literal", "Mapping", "Paginator", "Resource", "Sequence",
    "ServerSentEvents", "Timeout", "TimeoutOption", "UUID", "Unset",
}  # fmt: skip
"""Names that the modules of resources use, so that no resource's class can have them."""

RESERVED_CONSTANTS = {"TYPE_CHECKING", "UNSET"}

Place = Literal["path", "query", "header", "body", "file", "whole", "more"]


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
    style: str = ""

    @property
    def key(self) -> str:
        return literal(self.wire)

    @property
    def advice(self) -> str:
        """The advice of the deprecation warning."""
        return " ".join(self.text.split()) or "the document calls it so"

    @property
    def annotation(self) -> str:
        return self.shape.argument("models.", optional=not self.required)

    @property
    def default_body(self) -> str:
        """The expression for a body that is one value: an object that is not given is empty."""
        is_object = self.shape.kind == "map" or self.shape.classes == ("dict",)
        return f"{{}} if {self.name} is UNSET else {self.name}" if is_object and not self.required else self.name

    @property
    def known_value(self) -> str:
        """The expression for a value that is known before a stream begins, ids as text."""
        if self.shape.nonnull is not ID:
            return self.name
        return f"id_text({self.name})" if self.required else f"UNSET if {self.name} is UNSET else id_text({self.name})"

    @property
    def value(self) -> str:
        """The expression for what is sent."""
        if self.place == "path":
            if self.shape.annotation() == "str" and self.shape is not ID:
                return self.name
            return f"id_text({self.name})" if self.shape is ID else f"plain({self.key}, {self.name})"
        if self.place == "header" and self.shape.annotation() != "str":
            return f"header_text({self.key}, {self.name})"
        return self.name


@dataclass(frozen=True)
class Page:
    """How a listing is paged, with attributes instead of properties, and the annotation of one item."""

    paging: Paging
    key: str | None
    items: str
    next: str
    item: str

    @property
    def arguments(self) -> str:
        """The code of the arguments of the runtime's `Page`; the usual ones are left out."""
        paging = self.paging
        given = {
            "default": paging.default,
            "max_limit": paging.max_limit,
            "max_position": paging.max_position,
            "key": self.key,
        }
        code = [f"{name}={literal(value) if isinstance(value, str) else value}" for name, value in given.items()]
        if paging.position != "skip":
            code.append(f"position={literal(paging.position)}")
        if paging.limit != "limit":
            code.append(f"limit={literal(paging.limit)}")
        if paging.style == "page":
            code.append("numbered=True")
        if self.items:
            code.append(f"items=lambda answer: answer.{self.items}")
        if self.next:
            code.append(f"next=lambda answer: answer.{self.next}")
        return ", ".join(code)


@dataclass(frozen=True)
class AlreadyDeleted:
    """The result when a retried DELETE gets 404: a model, and the values of its attributes."""

    parameter: str
    model: str
    values: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Result:
    """The result of a call: shape and kind of its first success, and those of other statuses."""

    shape: Shape
    kind: Kind
    media: str
    others: tuple[tuple[int, Kind, Shape], ...]

    @property
    def annotation(self) -> str:
        return self._annotation("models.")

    @property
    def shown(self) -> str:
        """The annotation as docstrings have it."""
        return self._annotation("")

    def _annotation(self, prefix: str) -> str:
        shapes = [self.shape, *(shape for _, _, shape in self.others)]
        found = list(dict.fromkeys(shape.annotation(prefix) for shape in shapes))
        return "Any" if "Any" in found else " | ".join(sorted(found, key=lambda one: one == "None"))

    @property
    def decoder(self) -> str:
        return self.shape.decoded("value", "models.")

    @property
    def model(self) -> str:
        """The class of the first success, or a list of one; empty for anything else, null included."""
        item = self.shape.item if self.shape.kind == "list" else self.shape
        is_model = self.kind == "json" and item is not None and item.kind == "model" and not item.nullable
        return self.shape.annotation("models.") if is_model and not self.shape.nullable else ""


@dataclass(frozen=True)
class Events:
    """How a stream's events read: their shape, the property that names their type, and the types that end it.

    `adapter` is set for the events of which it knows more, `resumes` where it can continue them.
    """

    constant: str
    shape: Shape
    kind: Literal["json", "text"]
    tag: str
    ends: tuple[str, ...]
    failures: tuple[str, ...]
    adapter: Adapter | None
    resumes: bool

    @property
    def annotation(self) -> str:
        return self.shape.annotation("models.")

    def is_like(self, other: Events) -> bool:
        """Whether another stream reads in the same way."""
        mine, theirs = (
            (one.annotation, one.kind, one.tag, one.ends, one.failures, one.adapter, one.resumes)
            for one in (self, other)
        )
        return mine == theirs

    @property
    def stream(self) -> str:
        """The class of the stream, async."""
        return self.adapter.stream if self.adapter else "AsyncServerSentEvents"

    @property
    def streaming(self) -> str:
        """The runtime's class for how it reads."""
        return self.adapter.streaming if self.adapter else "Streaming"

    @property
    def decoder(self) -> str:
        return self.shape.decoded("value", "models.")


@dataclass(frozen=True)
class Call:
    """One operation, with everything that its methods are made of."""

    operation: Operation
    names: Names
    arguments: tuple[Argument, ...]
    media: tuple[str, ...]
    json_fields: tuple[str, ...]
    json_parts: tuple[str, ...]
    file_types: dict[str, str]
    whole: bool
    needed: frozenset[str]
    result: Result | None
    result_text: str
    events: Events | None
    switch: Place | None
    page: Page | None
    already_deleted: AlreadyDeleted | None
    errors: tuple[tuple[str, str], ...]
    security: Scheme | None
    server: str

    @property
    def constant(self) -> str:
        name = str(PythonIdentifier(self.operation.id, "operation_")).upper()
        return f"{name}_" if name in RESERVED_CONSTANTS or name.startswith("STREAMING") else name

    @property
    def forms(self) -> str:
        """The annotation of a body's media types, if there is a choice."""
        return f"Literal[{', '.join(literal(one) for one in self.media)}]" if len(self.media) > 1 else ""

    @property
    def check(self) -> str:
        """The runtime's function that checks the result, of an operation that could also stream it."""
        adapter = self.events.adapter if self.events and self.result else None
        return adapter.check if adapter else ""

    @property
    def known(self) -> list[Argument]:
        """The arguments that the stream knows before its first event."""
        adapter = self.events.adapter if self.events else None
        return [one for one in self.arguments if adapter and one.wire in adapter.known]

    @property
    def deprecated(self) -> bool:
        return self.operation.raw.get("deprecated") is True

    def at(self, place: Place) -> list[Argument]:
        return [argument for argument in self.arguments if argument.place == place]

    @property
    def styles(self) -> dict[str, str]:
        return {one.wire: one.style for one in self.at("query") if one.style}

    @property
    def key(self) -> Argument | None:
        """The argument for the idempotency key, which a call takes separately."""
        return next((one for one in self.at("header") if one.wire.lower() == IDEMPOTENCY_KEY.lower()), None)

    @property
    def header_parameters(self) -> list[Argument]:
        return [one for one in self.at("header") if one is not self.key]

    @property
    def returned(self) -> str:
        """The annotation of the result, for a class in which `list` can be a method."""
        annotation = self.result.annotation if self.result else "Any"
        return re.sub(r"\blist\[", "builtins.list[", annotation)

    @property
    def item(self) -> str:
        """The annotation of one item of a listing."""
        return self.page.item if self.page else "Any"


@dataclass(frozen=True)
class Resource:
    """A group of methods: `client.threads`."""

    name: str
    text: str
    calls: tuple[Call, ...]

    @property
    def class_name(self) -> str:
        name = "".join(part.capitalize() for part in self.name.split("_"))
        return f"{name}Resource" if name in OF_RESOURCES else name


def distinct(arguments: list[Argument], where: str, adapter: Adapter | None) -> list[Argument]:
    """Return the arguments with distinct names, none of them that of an option or of what the code of methods uses.

    Two of one name in different places are distinguished by the place: `id` and `body_id`. Raises UnusableDocument for
    two in the same place.
    """
    reserved = {*OPTIONS, *OF_METHODS, *(adapter.reserved if adapter else ())}
    first: dict[str, Argument] = {}
    named = []
    for one in arguments:
        if one.name in reserved:
            one = replace(one, name=f"{one.name}_")
        if one.name in first and one.place != first[one.name].place:
            one = replace(one, name=f"{one.place}_{one.name}")
        if one.name in first:
            both = f"`{first[one.name].wire}` and `{one.wire}`"
            raise UnusableDocument(f"{where}: {both} would be the same argument, `{one.name}`")
        first[one.name] = one
        named.append(one)
    return named
