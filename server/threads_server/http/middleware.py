"""ASGI middleware of the operator's choice around the application, such as OpenTelemetry's."""

import importlib

from starlette.types import ASGIApp


class MiddlewareFailed(Exception):
    """The middleware cannot be used; the text says why, in one line."""


def wrap(app: ASGIApp, name: str | None) -> ASGIApp:
    """Put the middleware `package.module:name` around an application; without a name, return it as it is.

    It is called with the application. Raises MiddlewareFailed.
    """
    if name is None:
        return app
    module, _, attribute = name.partition(":")
    try:
        wrapped: ASGIApp = getattr(importlib.import_module(module), attribute)(app)
    except Exception as error:  # it is the operator's code
        reason = " ".join(f"{type(error).__name__}: {error}".split())
        raise MiddlewareFailed(f"the middleware {name} cannot be used: {reason}") from error
    return wrapped
