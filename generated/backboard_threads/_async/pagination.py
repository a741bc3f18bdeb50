"""Listings that page by themselves."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any, Generic, TypeVar

from .._errors import APIError
from .._public import public
from .._request.operation import Operation, Page
from .._request.state import decode_response
from .sender import AsyncSender

T = TypeVar("T")


@public
class AsyncPaginator(Generic[T]):
    """The items of a listing, page after page, each loop over them from the beginning.

    It ends with the first page that is not full. Each item comes once: when others add to the listing meanwhile, the
    later pages shift, and what was on an earlier page already is left out; when others delete from it, items move to
    pages that were read before, and are not seen. A listing that goes on beyond what the API lets one skip, or a server
    that gives the same page twice, raises an `APIError` after the items that could be had.
    """

    def __init__(
        self,
        sender: AsyncSender,
        operation: Operation[Any],
        path: tuple[str, ...],
        query: Mapping[str, object],
        parameters: Mapping[str, object] | None = None,
    ) -> None:
        if operation.page is None:
            raise TypeError(f"{operation!r} is no listing")
        self._sender: AsyncSender = sender
        self._operation = operation
        self._page: Page = operation.page
        self._path = path
        self._query = query
        self._parameters = parameters

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self._operation!r}>"

    async def __aiter__(self) -> AsyncIterator[T]:
        async for page in self.pages():
            for item in page:  # noqa: RUF100, UP028 - only the sync twin could `yield from`
                yield item

    async def pages(self) -> AsyncIterator[list[T]]:
        """The same items, a page at a time."""
        page = self._page
        full = page.size(self._query.get(page.limit))
        position = self._query.get(page.position)
        if page.next is None and not isinstance(position, int):
            position = 1 if page.numbered else 0
        query = self._query
        seen: set[object] = set()
        previous: list[object] = []
        given = repeated = 0
        while True:
            state = self._sender.operation_request(self._operation, self._path, query, self._parameters)
            answer = decode_response(await self._sender.send(state), self._operation.decode, self._operation.result)
            items: list[T] = (answer if page.items is None else page.items(answer)) or []
            keys: list[object] = [item if page.key is None else getattr(item, page.key) for item in items]
            if keys and keys == previous:
                raise APIError(
                    f"{self._operation!r} gave the same page at {page.position}={position} as before it: "
                    "it cannot be paged"
                )
            fresh = items[repeated:]
            if page.key is not None:
                fresh = [item for key, item in zip(keys, items, strict=True) if key not in seen]
                seen.update(keys)
            given += len(fresh)
            if fresh:
                yield fresh
            following = self._following(position, answer, len(items), full)
            if following is None:
                return
            if following == position:
                raise APIError(
                    f"{self._operation!r} goes on beyond {page.position}={position}, the most the API allows: "
                    f"{given} items were given, and there may be more"
                )
            if isinstance(position, int) and isinstance(following, int) and not page.numbered:
                repeated = position + len(items) - following  # not 0 where the API allows to skip less
            previous, position = keys, following
            query = {**self._query, page.position: position}

    def _following(self, position: object, answer: object, count: int, full: int | None) -> object | None:
        """Return the position of the page after one of `count` items, the same where that is beyond what the API
        allows; None after the last page."""
        page = self._page
        if page.next is not None:
            return page.next(answer) or None
        if not count or (full is not None and count < full):
            return None
        assert isinstance(position, int)
        following = position + (1 if page.numbered else count)
        return following if page.max_position is None else min(following, page.max_position)
