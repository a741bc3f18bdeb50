"""The document compiled: from a path to its operation, and from a request to a ValidatedRequest."""

import math
import re
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from threads_server.errors import ValidationErrorItem
from threads_server.openapi.body_reader import Receive, RequestBudget
from threads_server.openapi.document import METHODS, Document, DocumentError, objects
from threads_server.openapi.parameters import Parameters
from threads_server.openapi.request import Operation, ValidatedRequest
from threads_server.openapi.request_body import Bodies
from threads_server.openapi.validation_errors import validation_failed


@dataclass(frozen=True, slots=True, eq=False)
class Endpoint:
    """An operation with the readers of its parameters and body."""

    operation: Operation
    parameters: Parameters
    bodies: Bodies

    async def read(
        self,
        raw_path_values: dict[str, str],
        raw_path: str,
        raw_query: str,
        headers: dict[bytes, bytes],
        receive: Receive,
        account: str,
        budget: RequestBudget,
    ) -> ValidatedRequest:
        """Validate a request against the document.

        Raises HTTPError: 415, 413, 400, 429 and 503 as Bodies.read does, then 422 with every error of path, query,
        headers and body together; ClientGone.
        """
        errors: list[ValidationErrorItem] = []
        path = self.parameters.read_path(raw_path_values, errors)
        query = self.parameters.read_query(raw_query, errors)
        given_headers = self.parameters.read_headers(headers, errors)
        decoded = await self.bodies.read(headers, receive, errors, budget)
        if errors:
            raise validation_failed(errors)
        return ValidatedRequest(
            operation=self.operation,
            account=account,
            budget=budget,
            path=path,
            query=query,
            headers=given_headers,
            body=decoded.values,
            files=decoded.files,
            body_size=decoded.size,
            raw_path=raw_path,
        )


class Route:
    """One path of the document and its operations."""

    def __init__(self, template: str) -> None:
        pieces = re.split(r"\{([^}]*)\}", template)
        self.names = pieces[1::2]
        self.pattern = re.compile("([^/]+)".join(map(re.escape, pieces[::2])))
        self.endpoints: dict[str, Endpoint] = {}

    @property
    def allow(self) -> str:
        """Declared methods, as an `Allow` header."""
        return ", ".join(sorted(self.endpoints))


class Contract:
    """openapi.yaml compiled, once per server process.

    Raises DocumentError if the document has a rule that this server cannot enforce.
    """

    def __init__(self, document: Document) -> None:
        self.document = document
        self.base_path = document.base_path
        self.key_header = self._key_header()
        self.endpoints: dict[str, Endpoint] = {}
        self._whole: dict[str, Route] = {}
        self._by_depth: dict[int, list[Route]] = {}
        for template, item in document.root["paths"].items():
            route = Route(self.base_path + template)
            for method, declared in document.resolve(item).items():
                if method in METHODS:
                    endpoint = self._endpoint(template, method.upper(), item.get("parameters", []), declared)
                    route.endpoints[method.upper()] = endpoint
            if route.names:
                self._by_depth.setdefault(template.count("/") + self.base_path.count("/"), []).append(route)
            else:
                self._whole[self.base_path + template] = route

    @staticmethod
    @cache
    def read() -> "Contract":
        """Compile the contract of this installation, once per process."""
        return Contract(Document.read())

    def _endpoint(self, path: str, method: str, shared: list[dict[str, Any]], declared: dict[str, Any]) -> Endpoint:
        operation_id = declared.get("operationId")
        if not operation_id or operation_id in self.endpoints:
            raise DocumentError(f"{method} {path} has no operationId of its own")
        if declared.get("security", self.document.root.get("security")) != self.document.root.get("security"):
            raise DocumentError(f"{operation_id} has a security of its own, which is not served")
        body = self.document.resolve(declared["requestBody"]) if "requestBody" in declared else None
        operation = Operation(
            operation_id,
            _snake_case(operation_id),
            method,
            path,
            declared["tags"][0],
            self._streams(declared),
            self._of_body_fields(body, "default"),
            self._of_body_fields(body, "maxLength"),
        )
        own = {_parameter_key(self.document.resolve(entry)): entry for entry in declared.get("parameters", [])}
        inherited = {_parameter_key(self.document.resolve(entry)): entry for entry in shared}
        try:
            endpoint = Endpoint(
                operation,
                Parameters(self.document, list((inherited | own).values())),
                Bodies(self.document, body),
            )
        except DocumentError as error:
            raise DocumentError(f"{operation_id}: {error}") from error
        self.endpoints[operation_id] = endpoint
        return endpoint

    def _streams(self, declared: dict[str, Any]) -> bool:
        responses = map(self.document.resolve, declared.get("responses", {}).values())
        return any("text/event-stream" in response.get("content", {}) for response in responses)

    def _of_body_fields(self, body: dict[str, Any] | None, keyword: str) -> dict[str, Any]:
        """Values of `keyword` by body field; of several media types, the first that has it."""
        found: dict[str, Any] = {}
        for entry in (body or {}).get("content", {}).values():
            for name, schema in self.document.properties(entry.get("schema", {})).items():
                value = self.document.first(schema, keyword)
                if value is not None:
                    found.setdefault(name, value)
        return found

    def _key_header(self) -> bytes:
        """Name of the API key's header, in lower case."""
        schemes = self.document.root.get("components", {}).get("securitySchemes", {})
        headers = {scheme["name"] for scheme in schemes.values() if scheme.get("in") == "header"}
        if len(headers) != 1 or len(schemes) != 1:
            raise DocumentError("openapi.yaml does not have exactly one security scheme, an API key in a header")
        return str(headers.pop()).lower().encode()

    @property
    def tags(self) -> list[str]:
        """Tags of the operations, each once."""
        return list(dict.fromkeys(endpoint.operation.tag for endpoint in self.endpoints.values()))

    @cached_property
    def request_id_limit(self) -> int:
        """Maximum length of a request id, from the document's `X-Request-ID` response header."""
        schema = self._answer_header("X-Request-ID")
        if schema is None:
            raise DocumentError("no answer of openapi.yaml has a header X-Request-ID")
        return int(self.document.first(schema, "maxLength", 128))

    @cached_property
    def longest_wait(self) -> float:
        """Maximum seconds of a `Retry-After`; infinity where the document sets no limit."""
        return float(self.document.first(self._answer_header("Retry-After") or {}, "maximum", math.inf))

    def _answer_header(self, name: str) -> dict[str, Any] | None:
        for node in objects(self.document.root):
            header = node.get(name)
            if isinstance(header, dict):
                schema: dict[str, Any] = self.document.resolve(header).get("schema", {})
                return schema
        return None

    def header_names(self) -> tuple[list[str], list[str]]:
        """Names of all request and response headers in the document, for CORS."""
        request = {self.key_header.decode(), "content-type"}
        response = set()
        for node in objects(self.document.root):
            if node.get("in") == "header" and isinstance(node.get("name"), str):
                request.add(node["name"].lower())
            if isinstance(node.get("headers"), dict) and "description" in node:
                response |= set(node["headers"])
        return sorted(request), sorted(response)

    def find(self, path: str) -> tuple[Route, dict[str, str]] | None:
        """Find the route of a raw path and the raw texts of its path parameters; None for an unknown path.

        A path without parameters wins over one with, as OpenAPI demands. Segments are compared as they came: an
        encoded slash is not a separator. A trailing slash is another path.
        """
        route = self._whole.get(path)
        if route is not None:
            return route, {}
        for route in self._by_depth.get(path.count("/"), ()):
            match = route.pattern.fullmatch(path)
            if match is not None:
                return route, dict(zip(route.names, match.groups(), strict=True))
        return None


def _snake_case(operation_id: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", operation_id).lower()


def _parameter_key(parameter: dict[str, Any]) -> tuple[str, str]:
    return parameter["name"], parameter["in"]
