"""Service routes: health, the document, its page, the explorer, metrics."""

import json
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from threads_server.http.service_routes import explorer, swagger_ui
from threads_server.http.service_routes.health import Health
from threads_server.openapi import Contract
from threads_server.store import Store

if TYPE_CHECKING:
    from threads_server.http.metrics import Metrics

Endpoint = Callable[[Request], Awaitable[Response]]


def json_response(status: int, value: object, headers: dict[str, str] | None = None) -> Response:
    """Make a small JSON response."""
    return Response(json.dumps(value).encode(), status, headers, "application/json")


def service_routes(contract: Contract, store: Callable[[], Store], metrics: "Metrics | None") -> Starlette:
    """Make an application of the service routes, which need no key.

    Health is under the base path, the explorer at the root, everything else at both. Errors (404, 405) are JSON.
    """
    document = contract.document

    async def as_json(request: Request) -> Response:
        return Response(document.json, media_type="application/json")

    async def as_yaml(request: Request) -> Response:
        return Response(document.text, media_type="application/yaml")

    def docs(api: str) -> Endpoint:
        page = swagger_ui.page(api)

        async def endpoint(request: Request) -> Response:
            return HTMLResponse(page, headers=swagger_ui.HEADERS)

        return endpoint

    def assets(asset: Callable[[str], Response | None]) -> Endpoint:
        async def endpoint(request: Request) -> Response:
            response = asset(request.path_params["name"])
            if response is None:
                raise HTTPException(404)
            return response

        return endpoint

    explorer_page = explorer.page(contract.base_path)

    async def explore(request: Request) -> Response:
        return HTMLResponse(explorer_page, headers=explorer.HEADERS)

    async def metrics_text(request: Request) -> Response:
        if metrics is None:
            raise HTTPException(404)
        return Response(metrics.text(), media_type=metrics.content_type)

    async def error_as_json(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        detail = error.detail
        if error.status_code == 404 and not f"{request.url.path}/".startswith(f"{contract.base_path}/"):
            detail = f"{detail}: the API is under {contract.base_path}, its documentation at /docs"
        return json_response(error.status_code, {"detail": detail}, dict(error.headers or {}))

    routes = Health(store, document.version).routes(contract.base_path)
    routes += [Route("/", explore), Route("/explorer/{name}", assets(explorer.asset))]
    for prefix, api in ((contract.base_path, "."), ("", contract.base_path.removeprefix("/") or ".")):
        routes += [
            Route(f"{prefix}/openapi.json", as_json),
            Route(f"{prefix}/openapi.yaml", as_yaml),
            Route(f"{prefix}/docs", docs(api)),
            Route(f"{prefix}/docs/{{name}}", assets(swagger_ui.asset)),
            Route(f"{prefix}/metrics", metrics_text),
        ]
    application = Starlette(routes=routes, exception_handlers={HTTPException: error_as_json})
    application.router.redirect_slashes = False
    return application
