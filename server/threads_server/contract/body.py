"""Request bodies: chosen by media type, read within a limit, decoded to one shape, checked against the document."""

from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from threads_server.contract.call import Upload
from threads_server.contract.document import Document, DocumentError
from threads_server.contract.faults import fault, find_faults
from threads_server.contract.forms import BrokenForm, Field, decode_multipart, decode_urlencoded, parse_header
from threads_server.contract.json_text import NotJson, decode_json
from threads_server.contract.schemas import Canonical, compile_schema, read_text
from threads_server.problems import Fault, Refusal

JSON = "application/json"
URLENCODED = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]


class ClientGone(Exception):
    """The client left before its request was whole. Nobody is there to be answered."""


@dataclass(slots=True)
class Decoded:
    """A decoded body. `values` and `files` hold only fields that the document knows."""

    values: dict[str, Any] = field(default_factory=dict)
    files: dict[str, list[Upload]] = field(default_factory=dict)


class Decoder(Protocol):
    """How one media type of one operation is decoded and checked."""

    def decode(self, body: bytes, options: dict[str, str], faults: list[Fault]) -> Decoded:
        """The body's fields; what the document forbids is added to `faults`. Raises Refusal 400 if undecodable."""
        ...


class Bodies:
    """The request body of one operation, in all its media types. `declared` is None where the operation takes none."""

    def __init__(self, document: Document, declared: dict[str, Any] | None) -> None:
        self._taken = declared is not None
        self._required = bool(declared and declared.get("required"))
        self._decoders: dict[str, tuple[Decoder, int]] = {}
        limits = document.root.get("x-body-limits", {})
        for media_type, entry in (declared or {}).get("content", {}).items():
            if media_type not in limits:
                raise DocumentError(f"x-body-limits has no limit for {media_type}")
            schema = entry.get("schema", {})
            decoder = JsonDecoder(document, schema) if media_type == JSON else FormDecoder(document, schema, media_type)
            self._decoders[media_type] = decoder, limits[media_type]

    async def read(self, headers: dict[bytes, bytes], receive: Receive, faults: list[Fault]) -> Decoded:
        """The decoded body; faults are added to `faults`.

        Raises Refusal: 415 for a media type that the operation does not take, 413 for a body over its limit (before
        the whole of it is in memory), 400 for one that cannot be decoded; ClientGone if the client leaves meanwhile.
        A body sent to an operation that takes none is not looked at.
        """
        if not self._taken:
            return Decoded()
        content_type = headers.get(b"content-type")
        if content_type is None:
            return await self._read_untyped(headers, receive, faults)
        media_type = content_type.decode("latin-1")
        options: dict[str, str] = {}
        if media_type not in self._decoders:
            media_type, options = parse_header(content_type)
        if media_type not in self._decoders:
            if not self._required and not await self._has_body(headers, receive):
                return Decoded()
            raise self._unsupported(f"Media type {media_type[:100]} is not supported")
        encoding = headers.get(b"content-encoding", b"identity").lower()
        if encoding != b"identity":
            raise self._unsupported(f"Content-Encoding {encoding.decode('latin-1')[:100]} is not supported")
        decoder, limit = self._decoders[media_type]
        body = await read_body(headers, receive, limit)
        if not body and media_type == JSON:
            return self._no_body(faults)
        if options.get("charset", "utf-8").lower() not in ("utf-8", "utf8", "us-ascii"):
            raise Refusal(400, f"The body is in the character set {options['charset'][:100]}; only UTF-8 is read")
        return decoder.decode(body, options, faults)

    async def _read_untyped(self, headers: dict[bytes, bytes], receive: Receive, faults: list[Fault]) -> Decoded:
        if await self._has_body(headers, receive):
            raise self._unsupported("The body has no Content-Type")
        return self._no_body(faults)

    async def _has_body(self, headers: dict[bytes, bytes], receive: Receive) -> bool:
        if b"content-length" in headers:
            return headers[b"content-length"] != b"0"
        if b"transfer-encoding" not in headers:
            return False
        try:
            return bool(await read_body(headers, receive, 0))
        except Refusal:
            return True

    def _no_body(self, faults: list[Fault]) -> Decoded:
        if self._required:
            faults.append(fault(["body"], "missing", "Field required"))
        return Decoded()

    def _unsupported(self, reason: str) -> Refusal:
        return Refusal(415, f"{reason}; use {' or '.join(self._decoders)}")


async def read_body(headers: dict[bytes, bytes], receive: Receive, limit: int) -> bytes:
    """The whole body, of at most `limit` bytes, however it is chunked.

    Raises Refusal 413 as soon as the body is known to be larger, and ClientGone if it breaks off.
    """
    declared = headers.get(b"content-length")
    if declared is not None and int(declared) > limit:
        raise _too_large(limit)
    message = await receive()
    if message["type"] == "http.request" and not message.get("more_body"):
        body: bytes = message.get("body", b"")
        if len(body) > limit:
            raise _too_large(limit)
        return body
    gathered = bytearray()
    while True:
        if message["type"] == "http.disconnect":
            raise ClientGone
        gathered += message.get("body", b"")
        if len(gathered) > limit:
            raise _too_large(limit)
        if not message.get("more_body"):
            return bytes(gathered)
        message = await receive()


def _too_large(limit: int) -> Refusal:
    return Refusal(413, f"The body is larger than {limit} bytes")


class JsonDecoder:
    """A JSON body."""

    def __init__(self, document: Document, schema: dict[str, Any]) -> None:
        fields = document.properties(schema)
        self._known = frozenset(fields)
        self._validator = compile_schema(document, schema)
        self._canonical = Canonical.of(document, fields)

    def decode(self, body: bytes, options: dict[str, str], faults: list[Fault]) -> Decoded:
        """See Decoder. Fields that the document does not know are left out at the top and kept further down."""
        try:
            value = decode_json(body)
        except NotJson as error:
            raise Refusal(400, f"The body is not valid JSON: {error}") from None
        found = find_faults(self._validator, value, "body")
        if found:
            faults += found
            return Decoded()
        if not value.keys() <= self._known:
            value = {name: part for name, part in value.items() if name in self._known}
        self._canonical.apply(value)
        return Decoded(value)


@dataclass(frozen=True, slots=True)
class _FormField:
    """How the text or the parts of one field of a form become its value."""

    kind: str
    """`text`, `json`, `file` or `files`."""
    types: frozenset[str]


class FormDecoder:
    """A form in either encoding.

    Each field's text becomes the value that the JSON form would have: JSON text is parsed and checked against its
    `contentSchema`, in the place of the field, so that a fault in it names its place.
    """

    def __init__(self, document: Document, schema: dict[str, Any], media_type: str) -> None:
        if media_type not in (URLENCODED, MULTIPART):
            raise DocumentError(f"bodies of the media type {media_type} are not served")
        self._multipart = media_type == MULTIPART
        self._document = document
        declared = document.properties(schema)
        self._fields = {name: self._field(part) for name, part in declared.items()}
        self._texts = {
            name: compile_schema(document, declared[name]) for name, rule in self._fields.items() if rule.kind == "json"
        }
        self._validator = compile_schema(document, self._decoded_schema(schema))
        self._canonical = Canonical.of(
            document, {name: part for name, part in declared.items() if self._fields[name].kind == "text"}
        )

    def _field(self, schema: dict[str, Any]) -> _FormField:
        types = self._document.types(schema)
        if self._document.first(schema, "contentSchema") is not None:
            return _FormField("json", types)
        if self._is_file(schema):
            return _FormField("file", types)
        if "array" in types and self._is_file(self._document.first(schema, "items", {})):
            return _FormField("files", types)
        if types & {"array", "object"}:
            raise DocumentError("a form field that is an array or an object is served only as JSON text or as files")
        return _FormField("text", types)

    def _is_file(self, schema: dict[str, Any]) -> bool:
        return bool(self._document.first(schema, "format") == "binary")

    def _decoded_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """The schema of the decoded form: where the form has JSON text, what the text means; for a file, a text."""
        if "$ref" in schema:
            inner = self._decoded_schema(self._document.resolve(schema))
            return {"allOf": [inner, self._decoded_schema({k: v for k, v in schema.items() if k != "$ref"})]}
        decoded = dict(schema)
        if "allOf" in schema:
            decoded["allOf"] = [self._decoded_schema(part) for part in schema["allOf"]]
        if "properties" in schema:
            decoded["properties"] = {
                name: self._decoded_field(name, part) for name, part in schema["properties"].items()
            }
        return decoded

    def _decoded_field(self, name: str, schema: dict[str, Any]) -> dict[str, Any]:
        match self._fields[name].kind:
            case "json":
                return dict(self._document.first(schema, "contentSchema"))
            case "file":
                return {"type": "string"}
            case "files":
                return {**schema, "items": {"type": "string"}}
            case _:
                return schema

    def decode(self, body: bytes, options: dict[str, str], faults: list[Fault]) -> Decoded:
        """See Decoder. Fields that the document does not know are ignored."""
        try:
            if self._multipart:
                fields = decode_multipart(body, options.get("boundary", "").encode("latin-1", "replace"))
            else:
                fields = decode_urlencoded(body)
            decoded, found = self._assemble(fields)
        except BrokenForm as error:
            raise Refusal(400, str(error)) from None
        # A file stands in for itself as a text: the schema says how many there may be, not what is in them.
        stand_ins = {
            name: "" if self._fields[name].kind == "file" else [""] * len(files)
            for name, files in decoded.files.items()
        }
        broken = {entry["loc"][1] for entry in found}
        found += [
            entry
            for entry in find_faults(self._validator, decoded.values | stand_ins, "body")
            if entry["loc"][1:2] == [] or entry["loc"][1] not in broken
        ]
        if found:
            faults += found
        else:
            self._canonical.apply(decoded.values)
        return decoded

    def _assemble(self, fields: list[Field]) -> tuple[Decoded, list[Fault]]:
        decoded = Decoded()
        faults: list[Fault] = []
        for part in fields:
            rule = self._fields.get(part.name)
            if rule is None:
                continue
            if rule.kind in ("file", "files"):
                if part.filename == "" and not part.data:
                    continue  # what a browser sends for a file input that nothing was chosen in
                uploads = decoded.files.setdefault(part.name, [])
                if uploads and rule.kind == "file":
                    raise BrokenForm(f"The file {part.name!r} is given more than once")
                uploads.append(
                    Upload(part.filename or part.name, part.content_type or "application/octet-stream", part.data)
                )
                continue
            if part.name in decoded.values:
                raise BrokenForm(f"The field {part.name!r} is given more than once")
            text = part.text()
            if rule.kind == "text":
                decoded.values[part.name] = read_text(rule.types, text)
                continue
            decoded.values[part.name] = None
            try:
                decoded.values[part.name] = decode_json(text)
            except NotJson as error:
                faults.append(fault(["body", part.name], "json_invalid", f"Input should be JSON text: {error}"))
            else:
                faults += find_faults(self._texts[part.name], text, "body", part.name)
        return decoded, faults
