"""Compiled schemas: validators, text decoding and normalization."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from jsonschema_rs import Draft202012Validator

from threads_server.openapi.document import Document, DocumentError

_INTEGER = re.compile(r"-?[0-9]{1,100}", re.ASCII)
_NUMBER = re.compile(r"-?[0-9]{1,100}(?:\.[0-9]{1,100})?(?:[eE][-+]?[0-9]{1,3})?", re.ASCII)
_BOOLEANS = {"true": True, "false": False}


def compile_schema(document: Document, schema: dict[str, Any], *, formats: bool = True) -> Draft202012Validator:
    """Compile a validator of `schema`, which may refer to anywhere in the document.

    Raises DocumentError if it is no valid schema. `formats` says whether formats are asserted.
    """
    rooted = {**schema, "components": {"schemas": document.referenced(schema)}}
    try:
        return Draft202012Validator(rooted, validate_formats=formats, offline=True)
    except ValueError as error:
        raise DocumentError(f"a schema of openapi.yaml is none: {str(error).splitlines()[0]}") from error


Reader = Callable[[str], Any]


def text_reader(types: frozenset[str]) -> Reader:
    """Make a decoder of texts from URLs and form fields.

    `types` are the schema's. A text that does not fit is returned unchanged, so that the schema's validator reports
    it. Booleans are exactly `true` and `false`, integers are digits.
    """
    if "integer" in types:
        return lambda text: int(text) if _INTEGER.fullmatch(text) else text
    if "number" in types:
        return lambda text: float(text) if _NUMBER.fullmatch(text) else text
    if "boolean" in types:
        return lambda text: _BOOLEANS.get(text, text)
    return str


@dataclass(frozen=True, slots=True)
class Normalizer:
    """Fields with several spellings of one value, rewritten to one spelling.

    UUIDs in lower case; 5.0 where an integer is asked for as 5; the texts `true` and `false` where a boolean is taken
    as well as the boolean.
    """

    uuids: tuple[str, ...]
    integers: tuple[str, ...]
    booleans: tuple[str, ...]

    @classmethod
    def of(cls, document: Document, fields: dict[str, dict[str, Any]]) -> "Normalizer":
        """Make the rules for fields with these schemas."""

        def named(fits: Any) -> tuple[str, ...]:
            return tuple(name for name, schema in fields.items() if fits(schema))

        return cls(
            uuids=named(lambda schema: document.first(schema, "format") == "uuid"),
            integers=named(lambda schema: "integer" in document.types(schema)),
            booleans=named(
                lambda schema: any(part.get("type") == "boolean" for part in _alternatives(document, schema))
            ),
        )

    def apply(self, values: dict[str, Any]) -> None:
        """Normalize validated `values` in place."""
        for name in self.uuids:
            value = values.get(name)
            if value is not None:
                values[name] = value.lower()
        for name in self.integers:
            value = values.get(name)
            if isinstance(value, float):
                values[name] = int(value)
        for name in self.booleans:
            value = values.get(name)
            if isinstance(value, str):
                values[name] = _BOOLEANS[value]


def _alternatives(document: Document, schema: dict[str, Any]) -> Iterable[dict[str, Any]]:
    for layer in document.layers(schema):
        for part in (*layer.get("anyOf", ()), *layer.get("oneOf", ())):
            yield document.resolve(part)
