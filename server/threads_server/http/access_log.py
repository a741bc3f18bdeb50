"""The access log: a line for each request, at level INFO, without its query and its key."""

import logging

from starlette.types import Scope

from threads_server.encoding import printable
from threads_server.logs import fields

access_log = logging.getLogger("threads_server.access")

MAX_PATH_CHARACTERS = 500


def log_request(scope: Scope, status: int, request_id: bytes, operation: str | None, seconds: float) -> None:
    """Write the line of a request; status 0 is a client that left before the response."""
    method, path = scope["method"], printable(scope["path"][:MAX_PATH_CHARACTERS])
    client = (scope.get("client") or ("-",))[0]
    request = request_id.decode()
    access_log.info(
        '%s "%s %s" %d %.1f ms, request %s',
        *(client, method, path, status, seconds * 1000, request),
        extra=fields(
            client=client,
            method=method,
            path=path,
            status=status,
            seconds=round(seconds, 6),
            operation=operation,
            request_id=request,
        ),
    )
