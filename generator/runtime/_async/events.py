"""A run's events as they come."""

from types import TracebackType
from typing import Generic, Self, TypeVar

E = TypeVar("E")
H = TypeVar("H")


class AsyncEvents(Generic[E, H]):
    """A stream of events `E`, to be used in a `with`; `recover()` reads the history `H`."""

    async def __aenter__(self) -> Self:
        raise NotImplementedError

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        raise NotImplementedError

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> E:
        raise NotImplementedError
