"""Request bodies: media type, size limit, decoding and validation."""

import asyncio
from dataclasses import dataclass, field
from typing import Any, Protocol

from jsonschema_rs import Draft202012Validator

from threads_server.errors import HTTPError, ValidationErrorItem
from threads_server.openapi.body_reader import LARGE_BODY_BYTES, LargeBody, Receive, RequestBudget, read_body
from threads_server.openapi.document import Document, DocumentError
from threads_server.openapi.forms import BrokenForm, Part, decode_multipart, decode_urlencoded, parse_header
from threads_server.openapi.request import Upload
from threads_server.openapi.schemas import Normalizer, Reader, compile_schema, text_reader
from threads_server.openapi.strict_json import NotJson, decode_json
from threads_server.openapi.validation_errors import MAX_NODES_WITH_ALL_ERRORS, find_errors, validation_error

JSON = "application/json"
URLENCODED = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"


@dataclass(slots=True)
class Decoded:
    """A decoded body. `values` and `files` hold declared fields only."""

    values: dict[str, Any] = field(default_factory=dict)
    files: dict[str, list[Upload]] = field(default_factory=dict)
    size: int = 0
    """Bytes of the body as it came."""


class Decoder(Protocol):
    """Decoder and validator of one media type of one operation."""

    def decode(self, body: bytes | LargeBody, options: dict[str, str], errors: list[ValidationErrorItem]) -> Decoded:
        """Decode and validate a body; append to `errors`. Raises HTTPError 400 if it cannot be decoded."""
        ...


class Bodies:
    """Request bodies of one operation in all media types. `declared` is None where it takes none."""

    def __init__(self, document: Document, declared: dict[str, Any] | None) -> None:
        self._declared = declared is not None
        self._required = bool(declared and declared.get("required"))
        self.decoders: dict[str, tuple[Decoder, int]] = {}
        """Decoder and size limit of each media type."""
        limits = document.root.get("x-body-limits", {})
        for media_type, entry in (declared or {}).get("content", {}).items():
            if media_type not in limits:
                raise DocumentError(f"x-body-limits has no limit for {media_type}")
            schema = entry.get("schema", {})
            decoder = JsonDecoder(document, schema) if media_type == JSON else FormDecoder(document, schema, media_type)
            self.decoders[media_type] = decoder, limits[media_type]

    async def read(
        self, headers: dict[bytes, bytes], receive: Receive, errors: list[ValidationErrorItem], budget: RequestBudget
    ) -> Decoded:
        """Read, decode and validate the body; append to `errors`.

        Raises HTTPError: 415 for a media type that the operation does not take, 413 for a body over its limit (before
        the whole of it is received), 400 for one that cannot be decoded, 429 and 503 as the budget does; ClientGone if
        the client leaves meanwhile.
        The body of an operation that takes none is ignored.
        """
        if not self._declared:
            await budget.turn(0)
            return Decoded()
        content_type = headers.get(b"content-type")
        if content_type is None:
            return await self._read_untyped(headers, receive, errors, budget)
        media_type = content_type.decode("latin-1")
        options: dict[str, str] = {}
        if media_type not in self.decoders:
            media_type, options = parse_header(content_type)
        if media_type not in self.decoders:
            if not self._required and not await self._has_body(headers, receive, budget):
                return Decoded()
            known = (
                f"Media type {media_type[:100]} is not supported" if media_type else "The Content-Type names no type"
            )
            raise self._unsupported(known)
        encoding = headers.get(b"content-encoding", b"identity").lower()
        if encoding != b"identity":
            shown = encoding.decode("latin-1")[:100]
            raise HTTPError(415, f"Content-Encoding {shown} is not supported; send the body as it is")
        decoder, limit = self.decoders[media_type]
        body = await read_body(headers, receive, limit, budget)
        try:
            if not body and media_type == JSON:
                return self._no_body(errors)
            if options.get("charset", "utf-8").lower() not in ("utf-8", "utf8", "us-ascii"):
                raise HTTPError(400, f"The body is in the character set {options['charset'][:100]}; only UTF-8 is read")
            if len(body) > LARGE_BODY_BYTES:
                await budget.turn(0)
                async with budget.large_body():
                    budget.load(len(body))
                    decoded = await asyncio.to_thread(decoder.decode, body, options, errors)
            else:
                await budget.turn(len(body))
                decoded = decoder.decode(body, options, errors)
        finally:
            if isinstance(body, LargeBody):
                body.close()
        decoded.size = len(body)
        return decoded

    async def _read_untyped(
        self, headers: dict[bytes, bytes], receive: Receive, errors: list[ValidationErrorItem], budget: RequestBudget
    ) -> Decoded:
        if await self._has_body(headers, receive, budget):
            raise self._unsupported("The body has no Content-Type")
        return self._no_body(errors)

    async def _has_body(self, headers: dict[bytes, bytes], receive: Receive, budget: RequestBudget) -> bool:
        if b"content-length" in headers:
            return headers[b"content-length"] != b"0"
        if b"transfer-encoding" not in headers:
            return False
        try:
            body = await read_body(headers, receive, 0, budget)
        except HTTPError:
            return True
        if isinstance(body, LargeBody):
            body.close()
        return bool(body)

    def _no_body(self, errors: list[ValidationErrorItem]) -> Decoded:
        if self._required:
            errors.append(validation_error(["body"], "missing", "is required"))
        return Decoded()

    def _unsupported(self, reason: str) -> HTTPError:
        return HTTPError(415, f"{reason}; use {' or '.join(self.decoders)}")


def _whole(body: bytes | LargeBody) -> bytes:
    return body if isinstance(body, bytes) else body.read()


class JsonDecoder:
    """A JSON body."""

    def __init__(self, document: Document, schema: dict[str, Any]) -> None:
        fields = document.properties(schema)
        self._limits = document.limits
        self._known = frozenset(fields)
        self._validator = compile_schema(document, schema)
        self._normalizer = Normalizer.of(document, fields)

    def decode(self, body: bytes | LargeBody, options: dict[str, str], errors: list[ValidationErrorItem]) -> Decoded:
        """See Decoder. Undeclared fields are left out at the top level and kept further down."""
        try:
            value = decode_json(_whole(body), self._limits.json_levels, self._limits.json_values)
        except NotJson as error:
            raise HTTPError(400, f"The body is not valid JSON: {error}") from None
        found = find_errors(self._validator, value, "body", max_nodes=MAX_NODES_WITH_ALL_ERRORS)
        if found:
            errors += found
            return Decoded()
        if not value.keys() <= self._known:
            value = {name: part for name, part in value.items() if name in self._known}
        self._normalizer.apply(value)
        return Decoded(value)


@dataclass(frozen=True, slots=True)
class _FormField:
    """Rule that makes a value of the texts or files under one name of a form."""

    kind: str
    """`text`, `json`, `file` or `files`."""
    read: Reader
    """For `text`: the decoder."""
    json_type: type[dict[str, Any]] | type[list[Any]] | None = None
    """For `json`: the type that the format `json-object` or `json-array` demands."""
    text_validator: Draft202012Validator | None = None
    """For `json`: the validator of the text, such as of its length."""


_JSON_FORMATS: dict[str, type[dict[str, Any]] | type[list[Any]]] = {"json-object": dict, "json-array": list}


class FormDecoder:
    """A form in either encoding.

    Each field becomes the value that it has in a JSON body: JSON text is decoded and validated by its `contentSchema`,
    so that an error in it names its place.
    """

    def __init__(self, document: Document, schema: dict[str, Any], media_type: str) -> None:
        if media_type not in (URLENCODED, MULTIPART):
            raise DocumentError(f"bodies of the media type {media_type} are not served")
        self._multipart = media_type == MULTIPART
        self._document = document
        self._limits = document.limits
        declared = document.properties(schema)
        self._fields = {name: self._field(part) for name, part in declared.items()}
        self._validator = compile_schema(document, self._decoded_schema(schema))
        self._normalizer = Normalizer.of(
            document, {name: part for name, part in declared.items() if self._fields[name].kind == "text"}
        )

    def _field(self, schema: dict[str, Any]) -> _FormField:
        types = self._document.types(schema)
        if self._document.first(schema, "contentSchema") is not None:
            json_type = _JSON_FORMATS.get(self._document.first(schema, "format"))
            return _FormField("json", str, json_type, compile_schema(self._document, schema, formats=False))
        if self._is_file(schema):
            return _FormField("file", str)
        if "array" in types and self._is_file(self._document.first(schema, "items", {})):
            return _FormField("files", str)
        if types & {"array", "object"}:
            raise DocumentError("a form field that is an array or an object is served only as JSON text or as files")
        return _FormField("text", text_reader(types))

    def _is_file(self, schema: dict[str, Any]) -> bool:
        return bool(self._document.first(schema, "format") == "binary")

    def _decoded_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Make the schema of the decoded form, with `contentSchema` in the place of JSON text."""
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
        return dict(self._document.first(schema, "contentSchema")) if self._fields[name].kind == "json" else schema

    def decode(self, body: bytes | LargeBody, options: dict[str, str], errors: list[ValidationErrorItem]) -> Decoded:
        """See Decoder. Undeclared fields are ignored."""
        try:
            if self._multipart:
                pieces = [body] if isinstance(body, bytes) else body.pieces()
                boundary = options.get("boundary", "").encode("latin-1", "replace")
                parts = decode_multipart(pieces, boundary, self._limits.form_fields)
                texts, files = self._sort(parts)
            else:
                texts, files = decode_urlencoded(_whole(body), self._limits.form_fields), {}
            found: list[ValidationErrorItem] = []
            values = self._values(texts, found)
        except BrokenForm as error:
            raise HTTPError(400, str(error)) from None
        instance = values
        if files:
            # The schema limits how many files there are, not their content: an empty text stands for each.
            instance = values | {
                name: "" if self._fields[name].kind == "file" else [""] * len(uploads)
                for name, uploads in files.items()
            }
        broken = {entry["loc"][1] for entry in found}
        of_fields = find_errors(self._validator, instance, "body", max_nodes=MAX_NODES_WITH_ALL_ERRORS)
        found += [entry for entry in of_fields if not broken & {*entry["loc"][1:2]}]
        if found:
            errors += found
        else:
            self._normalizer.apply(values)
        return Decoded(values, files)

    def _sort(self, parts: list[Part]) -> tuple[list[tuple[str, str]], dict[str, list[Upload]]]:
        """Sort declared parts into texts and files."""
        texts: list[tuple[str, str]] = []
        files: dict[str, list[Upload]] = {}
        for part in parts:
            rule = self._fields.get(part.name)
            if rule is None:
                continue
            if rule.kind not in ("file", "files"):
                texts.append((part.name, part.text()))
            elif part.filename != "" or part.data:  # browsers send an empty part for an empty file input
                uploads = files.setdefault(part.name, [])
                if uploads and rule.kind == "file":
                    raise BrokenForm(f"The file {part.name!r} is given more than once")
                uploads.append(
                    Upload(part.filename or part.name, part.content_type or "application/octet-stream", part.data)
                )
        return texts, files

    def _values(self, texts: list[tuple[str, str]], errors: list[ValidationErrorItem]) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for name, text in texts:
            rule = self._fields.get(name)
            if rule is None or rule.kind in ("file", "files"):
                continue
            if name in values:
                raise BrokenForm(f"The field {name!r} is given more than once")
            values[name] = self._json_value(name, rule, text, errors) if rule.kind == "json" else rule.read(text)
        return values

    def _json_value(self, name: str, rule: _FormField, text: str, errors: list[ValidationErrorItem]) -> Any:
        try:
            value = decode_json(text, self._limits.json_levels, self._limits.json_values)
        except NotJson as error:
            errors.append(validation_error(["body", name], "json_invalid", f"must be JSON text: {error}"))
            return None
        if rule.json_type is not None and not isinstance(value, rule.json_type):
            words = "an object" if rule.json_type is dict else "an array"
            errors.append(
                validation_error(["body", name], f"{rule.json_type.__name__}_type", f"must be {words}, as JSON text")
            )
        if rule.text_validator is not None:
            errors += find_errors(rule.text_validator, text, "body", name)
        return value
