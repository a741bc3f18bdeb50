"""A **thread** is a persistent conversation between a user and an assistant. It keeps its whole history across API
calls, belongs to one assistant for life, and stays until someone deletes it: days later, same thread, the assistant
remembers.

## The life of a thread

Create an assistant, create a thread under it, send messages, read the history, delete the thread when it is no
longer needed. Threads never expire by themselves.

## Keys and accounts

Every call carries an API key in the `X-API-Key` header. A key opens one account; what another account owns looks
exactly like what does not exist.

## Turns and runs

Sending a message starts a **turn**: the message is stored, a **run** asks the assistant for an answer, and the
answer is stored as the next message. A run that needs the caller's tools stops with the status `REQUIRES_ACTION` and
continues when the outputs are submitted. The answer comes as one JSON object, or, with `stream: true`, as
server-sent events.

## Errors

An error has a JSON body with `detail`: a text, or, with status 422, a list with one entry for each fault. Of a body
with more than 5000 members and items in all, the reference server gives the first fault only. A request to an
unknown path is answered 404, an undeclared method on a known path 405 with an `Allow` header; `OPTIONS` gives that
header alone, with status 204, and `HEAD` is answered like `GET`, without the body. A request whose head is longer
than 64 KiB is refused with status 431, and what is not HTTP at all, such as a length that is no number, with status
400, both before any operation is looked for. A fault of the reference server itself has status 500, and its log has
the cause under the `X-Request-ID` of the answer. Errors of a streamed request are ordinary HTTP errors as long as no
event was sent.

## What is described here

This document describes the assistants, threads, messages and runs of the hosted API as far as public material shows
them. Two marks say where it goes further:

- `x-extension: true` marks what this project adds: an optional header or parameter, an answer, a header or field of
an answer, or a path. The reference server honours it; the hosted API is not known to, and its framework ignores an
unknown header or parameter.
- `x-unproven: true` marks a choice made where the hosted behaviour is not publicly known.

Some more are for programs: `x-body-limits` gives the largest body of each media type in bytes, beyond which the
answer has status 413; `x-idempotency` says of each server whether it is known to honour `Idempotency-Key`;
`x-stream-ends` names the events that end a stream, and `x-stream-failures` those of them that say that the turn has
failed; `x-reference-server` has the sizes of a request that no schema can say: how deep a JSON body may nest, how
many fields a form or a query may have (400 and 422 beyond), and how many bytes the head of a request (431 beyond).

Unknown fields of a body and unknown query parameters are ignored. The reference server keeps what a tool definition
has besides.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from ._api_info import VERSION as __version__
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
    RunFailedError,
    ServerError,
    StreamInterrupted,
    UnprocessableEntityError,
)
from ._unset import UNSET, Unset

if TYPE_CHECKING:
    from . import models as models
    from ._async.client import AsyncBackboard as AsyncBackboard
    from ._async.pagination import AsyncPaginator as AsyncPaginator
    from ._async.streaming import AsyncEventStream as AsyncEventStream
    from ._files import File as File
    from ._files import Files as Files
    from ._reply import Recovery as Recovery
    from ._reply import Reply as Reply
    from ._response import Answer as Answer
    from ._sync.client import Backboard as Backboard
    from ._sync.pagination import Paginator as Paginator
    from ._sync.streaming import EventStream as EventStream
    from ._transport import Timeout as Timeout
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
        "AsyncEventStream": "._async.streaming",
        "AsyncPaginator": "._async.pagination",
        "Backboard": "._sync.client",
        "EventStream": "._sync.streaming",
        "File": "._files",
        "Files": "._files",
        "Paginator": "._sync.pagination",
        "Recovery": "._reply",
        "Reply": "._reply",
        "Timeout": "._transport",
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
    "RunFailedError",
    "ServerError",
    "StreamInterrupted",
    "Timeout",
    "UnprocessableEntityError",
    "Unset",
    "__version__",
]


def __dir__() -> list[str]:
    return [*__all__, "models"]
