"""openapi.yaml compiled once: routes by operationId, request validation, coercion."""

from threads_server.openapi.body_reader import ClientGone
from threads_server.openapi.contract import Contract, Endpoint, Route
from threads_server.openapi.document import Document, DocumentError
from threads_server.openapi.request import Operation, Upload, ValidatedRequest

__all__ = [
    "ClientGone",
    "Contract",
    "Document",
    "DocumentError",
    "Endpoint",
    "Operation",
    "Route",
    "Upload",
    "ValidatedRequest",
]
