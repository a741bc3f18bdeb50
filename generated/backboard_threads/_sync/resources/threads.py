"""A thread is a persistent conversation with one assistant. It keeps its messages, oldest first, until it is
deleted.
"""

from __future__ import annotations

import builtins
from collections.abc import Mapping
from uuid import UUID

from ... import models
from ..._operations import CREATE_THREAD, DELETE_THREAD, GET_THREAD, LIST_ASSISTANT_THREADS, LIST_THREADS
from ..._request.options import TimeoutOption
from ..._request.urls import id_text
from ..._response import with_response
from ..._unset import UNSET, Unset
from ..pagination import Paginator
from ..resource import Resource


class Threads(Resource):
    """A thread is a persistent conversation with one assistant. It keeps its messages, oldest first, until it is
    deleted.
    """

    def create(
        self,
        assistant_id: str | UUID,
        *,
        idempotency_key: str | Unset = UNSET,
        timeout: TimeoutOption = UNSET,
        deadline: float | Unset | None = UNSET,
        max_retries: int | Unset = UNSET,
        headers: Mapping[str, str] | Unset = UNSET,
    ) -> models.Thread:
        """Create thread.

        Creates an empty thread under an assistant. The thread belongs to this assistant for life and lives until it,
        or the assistant, is deleted.

        Args:
            assistant_id: The assistant's id. A UUID.
            idempotency_key: Makes the call safe to repeat. Made for each call unless given.

        Returns:
            Thread: A persistent conversation with one assistant.

        Raises:
            NotFoundError: No such assistant in this account.
            ConflictError: The `idempotency_key` was used for another request.
        """
        return self._call(
            CREATE_THREAD,
            (id_text(assistant_id),),
            body={},
            idempotency_key=idempotency_key,
            timeout=timeout,
            deadline=deadline,
            max_retries=max_retries,
            headers=headers,
        )

    def list_for_assistant(
        self,
        assistant_id: str | UUID,
        *,
        skip: int | Unset = UNSET,
        limit: int | Unset = UNSET,
        include_messages: bool | Unset = UNSET,
        timeout: TimeoutOption = UNSET,
        deadline: float | Unset | None = UNSET,
        max_retries: int | Unset = UNSET,
        headers: Mapping[str, str] | Unset = UNSET,
    ) -> builtins.list[models.Thread]:
        """List threads of assistant.

        Returns the threads of one assistant, newest first: by `created_at` descending, then by `thread_id`
        descending. The response is a bare array without a total; a page shorter than `limit` is the last one.

        Args:
            assistant_id: The assistant's id. A UUID.
            skip: Number of items to skip at the beginning. 0 to 10000. `0` unless given.
            limit: Maximum number of items to return. 1 to 200. `100` unless given.
            include_messages: Whether the threads carry their messages, as with `threads.list`. `True` unless given.

        Returns:
            list[Thread]: Threads, newest first.

        Raises:
            NotFoundError: No such assistant in this account.
        """
        return self._call(
            LIST_ASSISTANT_THREADS,
            (id_text(assistant_id),),
            query={"skip": skip, "limit": limit, "include_messages": include_messages},
            timeout=timeout,
            deadline=deadline,
            max_retries=max_retries,
            headers=headers,
        )

    def iterate_for_assistant(
        self,
        assistant_id: str | UUID,
        *,
        skip: int | Unset = UNSET,
        limit: int | Unset = UNSET,
        include_messages: bool | Unset = UNSET,
        timeout: TimeoutOption = UNSET,
        deadline: float | Unset | None = UNSET,
        max_retries: int | Unset = UNSET,
        headers: Mapping[str, str] | Unset = UNSET,
    ) -> Paginator[models.Thread]:
        """List threads of assistant, page after page.

        Arguments and errors are those of `list_for_assistant`; the limit is the size of a page.

        Returns:
            Paginator[Thread]: Threads, newest first.
        """
        return self._iterate(
            LIST_ASSISTANT_THREADS,
            (id_text(assistant_id),),
            query={"skip": skip, "limit": limit, "include_messages": include_messages},
            timeout=timeout,
            deadline=deadline,
            max_retries=max_retries,
            headers=headers,
        )

    def list(
        self,
        *,
        skip: int | Unset = UNSET,
        limit: int | Unset = UNSET,
        include_messages: bool | Unset = UNSET,
        timeout: TimeoutOption = UNSET,
        deadline: float | Unset | None = UNSET,
        max_retries: int | Unset = UNSET,
        headers: Mapping[str, str] | Unset = UNSET,
    ) -> builtins.list[models.Thread]:
        """List threads.

        Returns all threads of the account, newest first: by `created_at` descending, then by `thread_id` descending.
        The response is a bare array without a total; a page shorter than `limit` is the last one.

        Args:
            skip: Number of items to skip at the beginning. 0 to 10000. `0` unless given.
            limit: Maximum number of items to return. 1 to 200. `100` unless given.
            include_messages: Whether the threads carry their messages. `True` unless given.

        Returns:
            list[Thread]: Threads, newest first.
        """
        return self._call(
            LIST_THREADS,
            query={"skip": skip, "limit": limit, "include_messages": include_messages},
            timeout=timeout,
            deadline=deadline,
            max_retries=max_retries,
            headers=headers,
        )

    def iterate(
        self,
        *,
        skip: int | Unset = UNSET,
        limit: int | Unset = UNSET,
        include_messages: bool | Unset = UNSET,
        timeout: TimeoutOption = UNSET,
        deadline: float | Unset | None = UNSET,
        max_retries: int | Unset = UNSET,
        headers: Mapping[str, str] | Unset = UNSET,
    ) -> Paginator[models.Thread]:
        """List threads, page after page.

        Arguments and errors are those of `list`; the limit is the size of a page.

        Returns:
            Paginator[Thread]: Threads, newest first.
        """
        return self._iterate(
            LIST_THREADS,
            query={"skip": skip, "limit": limit, "include_messages": include_messages},
            timeout=timeout,
            deadline=deadline,
            max_retries=max_retries,
            headers=headers,
        )

    def get(
        self,
        thread_id: str | UUID,
        *,
        if_none_match: str | Unset = UNSET,
        timeout: TimeoutOption = UNSET,
        deadline: float | Unset | None = UNSET,
        max_retries: int | Unset = UNSET,
        headers: Mapping[str, str] | Unset = UNSET,
    ) -> models.Thread:
        """Get thread.

        Returns the thread with its whole history, oldest message first. Messages are in the order in which they were
        stored, which does not depend on any clock.

        Args:
            thread_id: The thread's id. A UUID.
            if_none_match: The version of the thread that the caller already has: the `ETag` of an earlier response, or
                `*`.

        Returns:
            Thread: A persistent conversation with one assistant.

        Raises:
            NotModifiedError: The thread has not changed since the version given in `if_none_match`.
            NotFoundError: No such thread, or no such assistant, in this account.
        """
        return self._call(
            GET_THREAD,
            (id_text(thread_id),),
            parameters={"If-None-Match": if_none_match},
            timeout=timeout,
            deadline=deadline,
            max_retries=max_retries,
            headers=headers,
        )

    def delete(
        self,
        thread_id: str | UUID,
        *,
        if_match: str | Unset = UNSET,
        timeout: TimeoutOption = UNSET,
        deadline: float | Unset | None = UNSET,
        max_retries: int | Unset = UNSET,
        headers: Mapping[str, str] | Unset = UNSET,
    ) -> models.ThreadDeleted:
        """Delete thread.

        Deletes the thread and, with it, its messages, files and runs. This cannot be undone.

        Args:
            thread_id: The thread's id. A UUID.
            if_match: The version of the thread that the caller has seen: the `ETag` of an earlier response, or `*`.

        Returns:
            ThreadDeleted: Confirms that a thread is deleted.

        Raises:
            NotFoundError: No such thread, or no such assistant, in this account.
            PreconditionFailedError: The thread has changed since that version; nothing was done.
        """
        return self._call(
            DELETE_THREAD,
            (id_text(thread_id),),
            parameters={"If-Match": if_match},
            timeout=timeout,
            deadline=deadline,
            max_retries=max_retries,
            headers=headers,
        )

    @property
    def with_response(self) -> ThreadsWithResponse:
        """The methods that make one call, each giving an `Answer`: the result with status, headers and request id."""
        return ThreadsWithResponse(self)


class ThreadsWithResponse:
    """The methods of `threads` that make one call, each giving an `Answer` around what it gives."""

    def __init__(self, threads: Threads) -> None:
        self.create = with_response(threads.create)
        self.list_for_assistant = with_response(threads.list_for_assistant)
        self.list = with_response(threads.list)
        self.get = with_response(threads.get)
        self.delete = with_response(threads.delete)
