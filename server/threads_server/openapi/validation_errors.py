"""Validation errors of jsonschema-rs as entries of a 422 body (docs/hosted-api.md §1, Errors).

The words in `type` are pydantic's, which the hosted API uses, where it has one.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from jsonschema_rs import Draft202012Validator, ValidationError, ValidationErrorKind

from threads_server.errors import HTTPError, ValidationErrorItem

Kind = ValidationErrorKind

MAX_NODES_WITH_ALL_ERRORS = 200
"""All errors of a body are listed if it has at most this many members and items in all; else the first one."""

_TYPES = {
    "string": ("string_type", "a string"),
    "integer": ("int_type", "an integer"),
    "number": ("float_type", "a number"),
    "boolean": ("bool_type", "true or false"),
    "array": ("list_type", "an array"),
    "object": ("dict_type", "an object"),
    "null": ("none_required", "null"),
}
_FORMATS = {
    "uuid": ("uuid_parsing", "a UUID"),
    "date-time": ("datetime_parsing", "a date and time as in RFC 3339"),
    "date": ("date_parsing", "a date as in RFC 3339"),
    "uri": ("url_parsing", "a URI"),
}


def validation_error(loc: Iterable[str | int], kind: str, message: str) -> ValidationErrorItem:
    """Make one entry of a 422 body."""
    return {"loc": list(loc), "msg": message, "type": kind}


def validation_failed(errors: list[ValidationErrorItem]) -> HTTPError:
    """Make the 422 response to a request that has these errors."""
    return HTTPError(422, errors)


def find_errors(
    validator: Draft202012Validator, value: Any, *loc: str | int, max_nodes: int | None = None
) -> list[ValidationErrorItem]:
    """Find every error of `value`, located below `loc`; empty if it is valid.

    Only the first error of a value with more than `max_nodes` members and items: the library builds all errors before
    it yields one, 20 µs each, and a body of a million wrong items would take seconds and gigabytes.
    """
    if validator.is_valid(value):
        return []
    if max_nodes is not None and _has_more_nodes(value, max_nodes):
        try:
            validator.validate(value)
        except ValidationError as error:
            return [next(_entries(error, loc))]
    found = (entry for error in validator.iter_errors(value) for entry in _entries(error, loc))
    return list({(*entry["loc"], entry["type"]): entry for entry in found}.values())


def _has_more_nodes(value: Any, max_nodes: int) -> bool:
    pending, count = [value], 0
    while pending:
        part = pending.pop()
        if isinstance(part, dict | list):
            count += len(part)
            if count > max_nodes:
                return True
            pending.extend(part.values() if isinstance(part, dict) else part)
    return False


def _entries(error: ValidationError, loc: tuple[str | int, ...]) -> Iterator[ValidationErrorItem]:
    at = (*loc, *error.instance_path)
    kind = error.kind
    if isinstance(kind, Kind.AnyOf | Kind.OneOfNotValid):
        meant = _meant_branches(kind.context, error.instance_path)
        if len(meant) == 1:
            for inner in meant[0]:
                yield from _entries(inner, loc)
        else:
            first, *others = [next(_entries(errors[0], loc)) for errors in meant]
            instead = "; or ".join(f"{entry['loc'][-1]}: {entry['msg']}" for entry in others)
            yield validation_error(first["loc"], first["type"], f"{first['msg']}, or instead {instead}")
    elif isinstance(kind, Kind.Required):
        yield validation_error((*at, kind.property), "missing", "is required")
    elif isinstance(kind, Kind.AdditionalProperties | Kind.UnevaluatedProperties):
        for name in kind.unexpected:
            yield validation_error((*at, name), "extra_forbidden", "is not allowed")
    else:
        yield validation_error(at, *_words(kind))


def _meant_branches(branches: list[list[ValidationError]], here: list[str | int]) -> list[list[ValidationError]]:
    """Choose the alternatives whose errors are reported: those of the value's own type, else all but `null`.

    Of "this or null" that is the first one.
    """

    def wanted_types(errors: list[ValidationError]) -> list[str]:
        kinds = [error.kind for error in errors if error.instance_path == here]
        return [name for kind in kinds if isinstance(kind, Kind.Type) for name in kind.types]

    return (
        [errors for errors in branches if not wanted_types(errors)]
        or [errors for errors in branches if wanted_types(errors) != ["null"]]
        or branches
    )


def _words(kind: ValidationErrorKind) -> tuple[str, str]:
    """Type and message of an error that concerns one value as a whole."""
    match kind:
        case Kind.Type():
            names = [name for name in kind.types if name != "null"] or kind.types
            words = [_TYPES[name] for name in names]
            return words[0][0], f"must be {' or '.join(text for _, text in words)}"
        case Kind.Format():
            name, text = _FORMATS.get(kind.format, (f"{kind.format}_format", f"of the format {kind.format}"))
            return name, f"must be {text}"
        case Kind.Enum():
            options = ", ".join(repr(option) for option in kind.options if option is not None)
            return "enum", f"must be one of {options}"
        case Kind.Constant():
            return "literal_error", f"must be {kind.expected_value!r}"
        case Kind.MinLength():
            return "string_too_short", f"must have at least {_count(kind.limit, 'character')}"
        case Kind.MaxLength():
            return "string_too_long", f"must have at most {_count(kind.limit, 'character')}"
        case Kind.MinItems():
            return "too_short", f"must have at least {_count(kind.limit, 'item')}"
        case Kind.MaxItems():
            return "too_long", f"must have at most {_count(kind.limit, 'item')}"
        case Kind.MinProperties():
            return "too_short", f"must have at least {_count(kind.limit, 'field')}"
        case Kind.MaxProperties():
            return "too_long", f"must have at most {_count(kind.limit, 'field')}"
        case Kind.UniqueItems():
            return "not_unique", "must not have the same item twice"
        case Kind.Minimum():
            return "greater_than_equal", f"must be at least {kind.limit}"
        case Kind.Maximum():
            return "less_than_equal", f"must be at most {kind.limit}"
        case Kind.ExclusiveMinimum():
            return "greater_than", f"must be greater than {kind.limit}"
        case Kind.ExclusiveMaximum():
            return "less_than", f"must be less than {kind.limit}"
        case Kind.MultipleOf():
            return "multiple_of", f"must be a multiple of {kind.multiple_of}"
        case Kind.Pattern():
            return "string_pattern_mismatch", f"must match the pattern {kind.pattern}"
        case Kind.PropertyNames():
            return _words(kind.error.kind)
        case Kind.OneOfMultipleValid():
            return "union", "fits more than one of the allowed forms"
        case _:
            return kind.name, f"is not allowed here ({kind.name})"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
