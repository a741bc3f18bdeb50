"""Listings that page by themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Generic, TypeVar

from .._errors import APIError
from .._operation import Operation, Page
from .._public import public
from .._request_state import decode_response
from .._unset import UNSET
from .sender import Sender

T = TypeVar("T")


@public
class Paginator(Generic[T]):
    """The items of a listing, page after page, each loop over them from the beginning.

    It ends with the first page that is not full. Each item comes once: when others add to the listing meanwhile, the
    later pages shift, and what was on an earlier page already is left out; when others delete from it, items move to
    pages that were read before, and are not seen. A listing that goes on beyond what the API lets one skip, or a server
    that gives the same page twice, raises an `APIError` after the items that could be had.
    """

    def __init__(
        self,
        sender: Sender,
        operation: Operation[list[T]],
        path: tuple[str, ...],
        query: Mapping[str, object],
    ) -> None:
        if operation.page is None:
            raise TypeError(f"{operation!r} is no listing")
        self._sender: Sender = sender
        self._operation = operation
        self._page: Page = operation.page
        self._path = path
        self._query = query

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self._operation!r}>"

    def __iter__(self) -> Iterator[T]:
        for page in self.pages():
            for item in page:  # noqa: RUF100, UP028 - only the sync twin could `yield from`
                yield item

    def pages(self) -> Iterator[list[T]]:
        """The same items, a page at a time."""
        limit = self._query.get("limit", UNSET)
        full = min(limit, self._page.max_limit) if isinstance(limit, int) else self._page.default
        first = self._query.get("skip", UNSET)
        skip = first if isinstance(first, int) else 0
        seen: set[object] = set()
        previous: list[object] = []
        given = 0
        while True:
            query = {**self._query, "skip": skip} if skip else self._query
            call = self._sender.config.operation_request(self._operation, self._path, query)
            items = decode_response(self._sender.send(call), self._operation.decode)
            keys: list[object] = [item if self._page.key is None else getattr(item, self._page.key) for item in items]
            if keys and keys == previous:
                raise APIError(
                    f"{self._operation!r} gave the same page at skip={skip} as before it: it cannot be paged"
                )
            fresh = items
            if self._page.key is not None:
                fresh = [item for key, item in zip(keys, items, strict=True) if key not in seen]
                seen.update(keys)
            given += len(fresh)
            if fresh:
                yield fresh
            if not items or len(items) < full:
                return
            if skip >= self._page.max_skip:
                raise APIError(
                    f"{self._operation!r} goes on beyond skip={self._page.max_skip}, the most the API allows: "
                    f"{given} items were given, and there may be more"
                )
            previous = keys
            skip = min(skip + len(items), self._page.max_skip)
