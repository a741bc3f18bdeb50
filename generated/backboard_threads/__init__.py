"""A **thread** is a persistent conversation between a user and an assistant. Create an assistant, create a thread under
it, send messages, and read the history. Sending a message starts a **run** of the assistant, whose reply is stored
as the next message; a run that calls the caller's tools waits until their outputs are submitted. Threads never
expire by themselves: days later, same thread, the assistant remembers.

Every request carries an API key in the `X-API-Key` header. A key belongs to one account. Objects of another account
are reported as not found.

An error has a JSON body with `detail`: a text, or, with status 422, a list with one entry for each invalid value. A
streamed request fails with an ordinary HTTP error until its first event is sent. Unknown body fields and unknown
query parameters are ignored.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from ._errors import (
    APIConnectionError,
    APIError,
    APIStatusError,
    APITimeoutError,
    AuthenticationError,
    BadRequestError,
    ConflictError,
    DecodeError,
    FieldError,
    NotFoundError,
    NotModifiedError,
    PreconditionFailedError,
    RateLimitError,
    ServerError,
    UnprocessableEntityError,
)
from ._unset import UNSET, Unset

__version__ = "0.1.0"

if TYPE_CHECKING:
    from . import models as models
    from ._async.client import AsyncBackboard as AsyncBackboard
    from ._async.pagination import AsyncPaginator as AsyncPaginator
    from ._async.runs import AsyncEventStream as AsyncEventStream
    from ._async.tools import AsyncToolStream as AsyncToolStream
    from ._network.transport import Timeout as Timeout
    from ._request.files import File as File
    from ._request.files import Files as Files
    from ._request.state import Retry as Retry
    from ._response import Answer as Answer
    from ._runs import Recovery as Recovery
    from ._runs import Reply as Reply
    from ._runs import RunFailedError as RunFailedError
    from ._runs import StreamInterrupted as StreamInterrupted
    from ._sync.client import Backboard as Backboard
    from ._sync.pagination import Paginator as Paginator
    from ._sync.runs import EventStream as EventStream
    from ._sync.tools import ToolStream as ToolStream
    from ._tools import Tool as Tool
    from ._tools import ToolResult as ToolResult
    from ._tools import ToolRun as ToolRun
    from ._tools import tool as tool
    from .asgi import ASGITransport as ASGITransport
    from .asgi import AsyncASGITransport as AsyncASGITransport

    AsyncEvents = AsyncEventStream
    AsyncPages = AsyncPaginator
    Events = EventStream
    Pages = Paginator
else:
    _LATER = {
        "ASGITransport": ".asgi",
        "Answer": "._response",
        "AsyncASGITransport": ".asgi",
        "AsyncBackboard": "._async.client",
        "AsyncPaginator": "._async.pagination",
        "Backboard": "._sync.client",
        "File": "._request.files",
        "Files": "._request.files",
        "Paginator": "._sync.pagination",
        "Retry": "._request.state",
        "Timeout": "._network.transport",
        "AsyncEventStream": "._async.runs",
        "EventStream": "._sync.runs",
        "Recovery": "._runs",
        "Reply": "._runs",
        "RunFailedError": "._runs",
        "StreamInterrupted": "._runs",
        "AsyncToolStream": "._async.tools",
        "Tool": "._tools",
        "ToolResult": "._tools",
        "ToolRun": "._tools",
        "ToolStream": "._sync.tools",
        "tool": "._tools",
        "models": ".models",
    }

    _RENAMED = {
        "AsyncEvents": "AsyncEventStream",
        "AsyncPages": "AsyncPaginator",
        "Events": "EventStream",
        "Pages": "Paginator",
    }

    def __getattr__(name):
        if name in _RENAMED:
            from warnings import warn

            warn(f"{__name__}.{name} is now {_RENAMED[name]}", DeprecationWarning, stacklevel=2)
            return __getattr__(_RENAMED[name])
        if name not in _LATER:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        module = import_module(_LATER[name], __name__)
        value = module if name == "models" else getattr(module, name)
        globals()[name] = value
        return value


__all__ = [
    "UNSET",
    "APIConnectionError",
    "APIError",
    "APIStatusError",
    "APITimeoutError",
    "ASGITransport",
    "Answer",
    "AsyncASGITransport",
    "AsyncBackboard",
    "AsyncEventStream",
    "AsyncPaginator",
    "AsyncToolStream",
    "AuthenticationError",
    "Backboard",
    "BadRequestError",
    "ConflictError",
    "DecodeError",
    "EventStream",
    "FieldError",
    "File",
    "Files",
    "NotFoundError",
    "NotModifiedError",
    "Paginator",
    "PreconditionFailedError",
    "RateLimitError",
    "Recovery",
    "Reply",
    "Retry",
    "RunFailedError",
    "ServerError",
    "StreamInterrupted",
    "Timeout",
    "Tool",
    "ToolResult",
    "ToolRun",
    "ToolStream",
    "UnprocessableEntityError",
    "Unset",
    "__version__",
    "tool",
]


def __dir__() -> list[str]:
    return [*__all__, "models"]
