"""The client without its resources: how a call is made."""

from collections.abc import Mapping
from types import TracebackType
from typing import Any, ClassVar, Self, TypeVar

from ..answer import Answer
from ..files import Files
from ..operation import Facts, Operation, Streaming
from ..transport import AsyncBaseTransport, AsyncHTTPClient, Timeout
from ..unset import UNSET, Unset
from .events import AsyncEvents
from .pages import AsyncPages

T = TypeVar("T")
E = TypeVar("E")
H = TypeVar("H")


class AsyncCaller:
    """The base of the generated client."""

    facts: ClassVar[Facts]

    def __init__(
        self,
        *,
        api_key: str | None = None,
        base_url: str | None = None,
        timeout: float | Timeout | None | Unset = UNSET,
        deadline: float | None | Unset = UNSET,
        max_retries: int = 2,
        headers: Mapping[str, str] | None = None,
        http_client: AsyncHTTPClient | AsyncBaseTransport | None = None,
    ) -> None:
        raise NotImplementedError

    async def call(
        self,
        operation: Operation[T],
        path: tuple[str, ...] = (),
        *,
        query: Mapping[str, object] | None = None,
        parameters: Mapping[str, str | Unset] | None = None,
        body: Mapping[str, object] | None = None,
        files: Mapping[str, Files | Unset] | None = None,
        idempotency_key: str | Unset = UNSET,
        timeout: float | Timeout | None | Unset = UNSET,
        deadline: float | None | Unset = UNSET,
        max_retries: int | Unset = UNSET,
        headers: Mapping[str, str] | Unset = UNSET,
    ) -> T:
        """Make one call and return what it answered."""
        raise NotImplementedError

    def iterate(
        self,
        operation: Operation[list[T]],
        path: tuple[str, ...] = (),
        *,
        query: Mapping[str, object] | None = None,
        timeout: float | Timeout | None | Unset = UNSET,
        deadline: float | None | Unset = UNSET,
        max_retries: int | Unset = UNSET,
        headers: Mapping[str, str] | Unset = UNSET,
    ) -> AsyncPages[T]:
        """The items of a listing, page after page."""
        raise NotImplementedError

    def stream(
        self,
        operation: Operation[Any],
        streaming: Streaming[E, H],
        path: tuple[str, ...] = (),
        *,
        thread_id: str | None = None,
        run_id: str | None = None,
        query: Mapping[str, object] | None = None,
        parameters: Mapping[str, str | Unset] | None = None,
        body: Mapping[str, object] | None = None,
        files: Mapping[str, Files | Unset] | None = None,
        idempotency_key: str | Unset = UNSET,
        timeout: float | Timeout | None | Unset = UNSET,
        deadline: float | None | Unset = UNSET,
        max_retries: int | Unset = UNSET,
        headers: Mapping[str, str] | Unset = UNSET,
    ) -> AsyncEvents[E, H]:
        """The events of one call; nothing is sent before its `with` begins."""
        raise NotImplementedError

    async def request(self, method: str, path: str) -> Answer[Any]:
        """A call that the document does not describe."""
        raise NotImplementedError

    def with_options(
        self,
        *,
        timeout: float | Timeout | None | Unset = UNSET,
        deadline: float | None | Unset = UNSET,
        max_retries: int | Unset = UNSET,
        headers: Mapping[str, str] | Unset = UNSET,
    ) -> Self:
        """A client with other options on the same connections."""
        raise NotImplementedError

    async def aclose(self) -> None:
        """Close the connections."""
        raise NotImplementedError

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()
