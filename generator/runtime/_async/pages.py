"""Listings that page by themselves."""

from collections.abc import AsyncIterator
from typing import Generic, TypeVar

T = TypeVar("T")


class AsyncPages(Generic[T]):
    """The items of a listing, page after page."""

    def __aiter__(self) -> AsyncIterator[T]:
        raise NotImplementedError

    def pages(self) -> AsyncIterator[list[T]]:
        """The same items, a page at a time."""
        raise NotImplementedError
