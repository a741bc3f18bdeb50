"""CORS: responses that browsers let pages of other origins read."""

from collections.abc import Callable, Sequence

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response
from starlette.types import ASGIApp

from threads_server.openapi import Contract


class CrossOrigin(CORSMiddleware):
    """CORS policy that allows every operation and header of the contract to `origins` (`*` for any)."""

    def __init__(
        self, app: ASGIApp, contract: Contract, origins: Sequence[str], new_request_id: Callable[[], str]
    ) -> None:
        request_headers, response_headers = contract.header_names()
        methods = {endpoint.operation.method for endpoint in contract.endpoints.values()}
        super().__init__(
            app,
            allow_origins=origins,
            allow_methods=sorted(methods | {"HEAD"}),
            allow_headers=request_headers,
            expose_headers=response_headers,
        )
        self._new_request_id = new_request_id

    def preflight_response(self, request_headers: Headers) -> Response:
        """Answer a preflight request, with a request id."""
        response = super().preflight_response(request_headers)
        response.headers["X-Request-ID"] = self._new_request_id()
        return response
