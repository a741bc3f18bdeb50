"""A call's result with its response: what the methods of `with_response` give."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, Generic, ParamSpec, TypeVar, overload

from ._errors import request_id
from ._network.transport import Headers, Request, Response
from ._public import public

T = TypeVar("T")
P = ParamSpec("P")


@public
class Answer(Generic[T]):
    """A result (`value`) with the response it came in."""

    __slots__ = ("response", "value")

    def __init__(self, value: T, response: Response) -> None:
        self.value: T = value
        self.response: Response = response

    def __repr__(self) -> str:
        return f"Answer({self.value!r}, status_code={self.status_code}, request_id={self.request_id!r})"

    @property
    def status_code(self) -> int:
        """The HTTP status."""
        return self.response.status_code

    @property
    def headers(self) -> Headers:
        """The response's headers."""
        return self.response.headers

    @property
    def request_id(self) -> str | None:
        """The server's id of the request (`X-Request-ID`), if it sent one."""
        return request_id(self.response)

    @property
    def request(self) -> Request:
        """The request, its API key removed."""
        return self.response.request


# The second form also fits what the first one is for; the first is tried first, by mypy and pyright alike.
@overload
def with_response(  # type: ignore[overload-overlap]
    method: Callable[P, Coroutine[Any, Any, T]],
) -> Callable[P, Coroutine[Any, Any, Answer[T]]]: ...
@overload
def with_response(method: Callable[P, T]) -> Callable[P, Answer[T]]: ...
def with_response(method: Any) -> Any:
    """`method`, bound to its resource, giving an `Answer` around what it gives."""
    resource = method.__self__
    return getattr(type(resource)(resource._client._answering()), method.__name__)
