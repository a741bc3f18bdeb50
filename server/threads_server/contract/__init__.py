"""openapi.yaml compiled once: routes by operationId, request validation, coercion, the 422 body."""

from threads_server.contract.body import ClientGone
from threads_server.contract.call import Call, Operation, Upload
from threads_server.contract.compiled import Contract, Endpoint, Route
from threads_server.contract.document import Document, DocumentError

__all__ = ["Call", "ClientGone", "Contract", "Document", "DocumentError", "Endpoint", "Operation", "Route", "Upload"]
