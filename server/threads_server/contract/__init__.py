"""openapi.yaml compiled once: routes by operationId, request validation, coercion, the 422 body."""

from threads_server.contract.call import Call, Operation, Upload

__all__ = ["Call", "Operation", "Upload"]
