"""One operation of the document, as data: what the generated code has called, iterated and streamed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Generic, Literal, TypeAlias, TypeVar

from .._network.transport import Response
from .._unset import UNSET, Unset
from .api_info import SecurityScheme

T = TypeVar("T")
E = TypeVar("E")

Kind: TypeAlias = Literal["json", "text", "bytes", "none"]
"""Kinds of response bodies."""


class Page:
    """How a listing is paged: by the query parameters `position` and `limit`.

    A position is the number of items to skip, a page's number if `numbered`, or what `next` takes from the last answer.
    `default` is the page size when no limit is sent, `max_limit` the greatest limit, `max_position` the greatest
    position; None where the document does not say it. `items` takes the items from an answer that is no array. `key` is
    the attribute that identifies an item; without one, every item is given.
    """

    __slots__ = ("default", "items", "key", "limit", "max_limit", "max_position", "next", "numbered", "position")

    def __init__(
        self,
        *,
        default: int | None,
        max_limit: int | None,
        max_position: int | None,
        key: str | None,
        position: str = "skip",
        limit: str = "limit",
        numbered: bool = False,
        items: Callable[[Any], list[Any] | None] | None = None,
        next: Callable[[Any], object] | None = None,
    ) -> None:
        self.default: int | None = default
        self.max_limit: int | None = max_limit
        self.max_position: int | None = max_position
        self.key: str | None = key
        self.position: str = position
        self.limit: str = limit
        self.numbered: bool = numbered
        self.items: Callable[[Any], list[Any] | None] | None = items
        self.next: Callable[[Any], object] | None = next

    def size(self, given: object) -> int | None:
        """Return how many items a full page has, with the limit that was given; None if that is not known."""
        if not isinstance(given, int):
            return self.default
        return given if self.max_limit is None else min(given, self.max_limit)


class Operation(Generic[T]):
    """Method, path, bodies and answer of one operation.

    `path` is the document's, with its parameters in braces, in the order in which the values are given to a call.
    `decode` turns the parsed JSON of a success into the model; it raises `DecodeError`. `result` returns the class of
    the model, or a list of it. `media` lists the request's media types, the one to use first in front; a call with
    files goes out as multipart. `json_fields` are the body's fields that a form carries as JSON text, `json_parts`
    those that multipart carries as JSON parts, one for each item, and `file_types` the documented content types of its
    files.
    A `whole` body is one value instead of fields, and without a value there is none. `required` are the fields that an
    optional body needs, once it has one. `styles` are the styles of query parameters that are not `form` with
    `explode`. `takes_key` says whether `Idempotency-Key` is documented. `accept` is the media type of the answer,
    `kind` what its body is (`json`, `text`, `bytes` or `none`), and `others` have kind and decoder of the successes
    with other statuses. `assume_deleted` makes the answer of a DELETE that met a 404 after an attempt of unknown
    outcome, from the last path value. `security` is another scheme than the client's, None for no key; `server` another
    address than the client's base URL, or a path of that one's origin. `check` raises an
    error for a result that tells of a failed run. `deprecated` is what to tell someone who uses it.
    """

    __slots__ = (
        "accept",
        "assume_deleted",
        "check",
        "decode",
        "deprecated",
        "file_types",
        "id",
        "json_fields",
        "json_parts",
        "kind",
        "media",
        "method",
        "names",
        "others",
        "page",
        "path",
        "required",
        "result",
        "security",
        "server",
        "styles",
        "takes_key",
        "template",
        "whole",
    )

    def __init__(
        self,
        id: str,
        method: str,
        path: str,
        decode: Callable[[Any], T],
        *,
        media: tuple[str, ...] = (),
        json_fields: frozenset[str] = frozenset(),
        json_parts: frozenset[str] = frozenset(),
        file_types: Mapping[str, str] | None = None,
        whole: bool = False,
        required: frozenset[str] = frozenset(),
        styles: Mapping[str, str] | None = None,
        takes_key: bool = False,
        accept: str = "application/json",
        kind: Kind = "json",
        result: Callable[[], type[T]] | None = None,
        others: Mapping[int, tuple[Kind, Callable[[Any], T]]] | None = None,
        page: Page | None = None,
        assume_deleted: Callable[[str], T] | None = None,
        security: SecurityScheme | Unset | None = UNSET,
        server: str = "",
        check: Callable[[T, Response], None] | None = None,
        deprecated: str | None = None,
    ) -> None:
        self.id: str = id
        self.method: str = method
        self.path: str = path
        self.decode: Callable[[Any], T] = decode
        self.media: tuple[str, ...] = media
        self.json_fields: frozenset[str] = json_fields
        self.json_parts: frozenset[str] = json_parts
        self.file_types: Mapping[str, str] = file_types or {}
        self.whole: bool = whole
        self.required: frozenset[str] = required
        self.styles: Mapping[str, str] = styles or {}
        self.takes_key: bool = takes_key
        self.accept: str = accept
        self.kind: Kind = kind
        self.result: Callable[[], type[T]] | None = result
        self.others: Mapping[int, tuple[Kind, Callable[[Any], T]]] = others or {}
        self.page: Page | None = page
        self.assume_deleted: Callable[[str], T] | None = assume_deleted
        self.security: SecurityScheme | Unset | None = security
        self.server: str = server
        self.check: Callable[[T, Response], None] | None = check
        self.deprecated: str | None = deprecated
        pieces = path.replace("}", "{").split("{")
        self.names: tuple[str, ...] = tuple(pieces[1::2])
        self.template: str = "%s".join(piece.replace("%", "%%") for piece in pieces[0::2])

    def __repr__(self) -> str:
        return f"<{self.id}: {self.method} {self.path}>"


class Streaming(Generic[E]):
    """How an event stream reads.

    `decode` turns an event's data, parsed JSON or text as `kind` says, into what is given out. After an event whose
    property `tag` is one of `ends` nothing more comes; without `ends` the stream ends with its body.
    """

    __slots__ = ("decode", "ends", "kind", "tag")

    def __init__(
        self,
        decode: Callable[[Any], E],
        *,
        kind: Literal["json", "text"] = "json",
        tag: str = "type",
        ends: frozenset[str] = frozenset(),
    ) -> None:
        self.decode: Callable[[Any], E] = decode
        self.kind: Literal["json", "text"] = kind
        self.tag: str = tag
        self.ends: frozenset[str] = ends
