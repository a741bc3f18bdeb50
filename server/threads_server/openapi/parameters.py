"""Parameters of path, query and headers: decoding and validation."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote

from jsonschema_rs import Draft202012Validator

from threads_server.errors import ValidationErrorItem
from threads_server.openapi.document import Document, DocumentError
from threads_server.openapi.schemas import Normalizer, Reader, compile_schema, text_reader
from threads_server.openapi.validation_errors import find_errors, validation_error


@dataclass(frozen=True, slots=True)
class Parameter:
    """One declared parameter."""

    name: str
    required: bool
    read: Reader
    validator: Draft202012Validator


class Parameters:
    """Declared parameters of one operation. Undeclared ones are ignored, as the hosted API does (FastAPI)."""

    def __init__(self, document: Document, declared: list[dict[str, Any]]) -> None:
        self._max_query_fields = document.limits.query_fields
        self._path: list[Parameter] = []
        self._query: dict[str, Parameter] = {}
        self._headers: list[tuple[bytes, str, Parameter]] = []
        self._defaults: dict[str, Any] = {}
        path_schemas: dict[str, dict[str, Any]] = {}
        query_schemas: dict[str, dict[str, Any]] = {}
        for entry in map(document.resolve, declared):
            schema = entry.get("schema", {})
            types = document.types(schema)
            parameter = Parameter(
                entry["name"], bool(entry.get("required")), text_reader(types), compile_schema(document, schema)
            )
            match entry["in"]:
                case "path":
                    self._path.append(parameter)
                    path_schemas[parameter.name] = schema
                case "query":
                    if types & {"array", "object"}:
                        raise DocumentError(
                            f"the query parameter {parameter.name} is an {' or '.join(types)}, not a value"
                        )
                    self._query[parameter.name] = parameter
                    query_schemas[parameter.name] = schema
                    default = document.first(schema, "default")
                    if default is not None:
                        self._defaults[parameter.name] = default
                case "header":
                    name = parameter.name.lower()
                    self._headers.append((name.encode(), name, parameter))
                case location:
                    raise DocumentError(f"the parameter {parameter.name} is in {location}, which is not served")
        self._query_required = any(parameter.required for parameter in self._query.values())
        self._normalizer_path = Normalizer.of(document, path_schemas)
        self._normalizer_query = Normalizer.of(document, query_schemas)

    def read_path(self, raw: dict[str, str], errors: list[ValidationErrorItem]) -> dict[str, str]:
        """Decode and validate the path parameters, by name; append to `errors`."""
        values = {name: unquote(text) if "%" in text else text for name, text in raw.items()}
        valid = True
        for parameter in self._path:
            value = values[parameter.name]
            if not parameter.validator.is_valid(value):
                valid = False
                errors += find_errors(parameter.validator, value, "path", parameter.name)
        if valid:
            self._normalizer_path.apply(values)
        return values

    def read_query(self, raw: str, errors: list[ValidationErrorItem]) -> dict[str, Any]:
        """Decode and validate the query, with the document's defaults for absent parameters; append to `errors`."""
        if not raw and not self._query_required:
            return self._defaults.copy()
        try:
            pairs = parse_qsl(raw, keep_blank_values=True, errors="strict", max_num_fields=self._max_query_fields)
        except UnicodeDecodeError:
            errors.append(validation_error(["query"], "string_unicode", "must be UTF-8"))
            return {}
        except ValueError:
            errors.append(validation_error(["query"], "too_long", f"must have at most {self._max_query_fields} fields"))
            return {}
        values: dict[str, Any] = {}
        query_errors: list[ValidationErrorItem] = []
        for name, text in pairs:
            parameter = self._query.get(name)
            if parameter is None:
                continue
            if name in values:
                query_errors.append(validation_error(["query", name], "duplicate", "must be given only once"))
                continue
            values[name] = parameter.read(text)
            query_errors += find_errors(parameter.validator, values[name], "query", name)
        query_errors += [
            validation_error(["query", name], "missing", "is required")
            for name, parameter in self._query.items()
            if parameter.required and name not in values
        ]
        if not query_errors:
            self._normalizer_query.apply(values)
        errors += query_errors
        return self._defaults | values

    def read_headers(self, received: dict[bytes, bytes], errors: list[ValidationErrorItem]) -> dict[str, str]:
        """Validate the declared header parameters that were sent, by lower-case name; append to `errors`."""
        values: dict[str, str] = {}
        for key, name, parameter in self._headers:
            raw = received.get(key)
            if raw is not None:
                values[name] = raw.decode("latin-1")
                errors += find_errors(parameter.validator, values[name], "header", name)
            elif parameter.required:
                errors.append(validation_error(["header", name], "missing", "is required"))
        return values
