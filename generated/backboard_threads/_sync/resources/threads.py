"""A thread is a persistent conversation with one assistant. It keeps its messages, oldest first, until it is
deleted.
"""

from __future__ import annotations

import builtins
from collections.abc import Mapping

from ... import models
from ..._operations import CREATE_THREAD, DELETE_THREAD, GET_THREAD, LIST_ASSISTANT_THREADS, LIST_THREADS
from ..._options import TimeoutOption
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
        assistant_id: str,
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
            assistant_id: The assistant. A UUID.
            idempotency_key: A text of the caller's own that makes this call safe to repeat. The same key with the
                same request gives the same answer: replayed when the first call has finished, joined while it is
                still running, streams from their first event. The same key with another request is refused with
                status 409. Keys belong to the account and are kept for 24 hours; only successful answers are kept.
                The hosted API is not known to honour it. 1 to 255 characters. An extension to the hosted API. Made
                for each call unless given.
            timeout: Seconds for each of connecting, sending, and waiting for the next piece of the answer, in each
                attempt; a `Timeout` sets them apart, None sets no limit. As the client has it unless given.
            deadline: Seconds that the whole call may take, its attempts and the waits between them; None for no
                limit. As the client has it unless given.
            max_retries: How often a failed attempt is repeated, where that is safe. As the client has it unless
                given.
            headers: More headers, besides those of the client.

        Returns:
            Thread: A persistent conversation with one assistant.

        Raises:
            BadRequestError: 400. The body cannot be read at all (it is not JSON, is cut off, or is in a wrong
                character set), or the request does not fit the state of the thing it names.
            AuthenticationError: 401. The key is missing or opens no account.
            NotFoundError: 404. The account has no such assistant.
            ConflictError: 409. The `idempotency_key` was used for another request. The hosted API is not known to
                refuse it.
            APIStatusError: 413. The body is larger than the API's document allows for its media type. 415. The body
                has a media type that this operation does not take.
            UnprocessableEntityError: 422. The request can be read but breaks a rule of the API's document. Every
                fault is listed, but of a very large body only the first.
            RateLimitError: 429. The key has made too many requests. The reference server limits them only when told
                to.
            ServerError: 503. The server cannot reach its store. Nothing was done, unless the store went away in the
                midst of it; repeated under the same `idempotency_key`, a request is done once all the same.
            APIConnectionError: No whole answer came; `APITimeoutError` if it took too long.
            DecodeError: The answer is not what the API's document says.
            ValueError, TypeError: An argument cannot be sent. Nothing was sent.
        """
        return self._client._call(
            CREATE_THREAD,
            (assistant_id,),
            body={},
            idempotency_key=idempotency_key,
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

        Returns all threads of the account, newest first: ordered by `created_at` descending, then by `thread_id`
        descending, so that the order is total. The answer is a bare array without a total; a page shorter than
        `limit` is the last one.

        Args:
            skip: How many items to leave out at the beginning. 0 to 10000. `0` unless given.
            limit: How many items to return at most. 1 to 200. `100` unless given.
            include_messages: Whether the threads carry their messages. Without them the list is light: `messages` is
                empty, and `title`, `first_user_message`, `message_count` and `updated_at` are given instead. `True`
                unless given.
            timeout: Seconds for each of connecting, sending, and waiting for the next piece of the answer, in each
                attempt; a `Timeout` sets them apart, None sets no limit. As the client has it unless given.
            deadline: Seconds that the whole call may take, its attempts and the waits between them; None for no
                limit. As the client has it unless given.
            max_retries: How often a failed attempt is repeated, where that is safe. As the client has it unless
                given.
            headers: More headers, besides those of the client.

        Returns:
            list[Thread]: Threads, newest first.

        Raises:
            AuthenticationError: 401. The key is missing or opens no account.
            UnprocessableEntityError: 422. The request can be read but breaks a rule of the API's document. Every
                fault is listed, but of a very large body only the first.
            RateLimitError: 429. The key has made too many requests. The reference server limits them only when told
                to.
            ServerError: 503. The server cannot reach its store. Nothing was done, unless the store went away in the
                midst of it; repeated under the same `Idempotency-Key`, a request is done once all the same.
            APIConnectionError: No whole answer came; `APITimeoutError` if it took too long.
            DecodeError: The answer is not what the API's document says.
            ValueError, TypeError: An argument cannot be sent. Nothing was sent.
        """
        return self._client._call(
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

        Returns all threads of the account, newest first: ordered by `created_at` descending, then by `thread_id`
        descending, so that the order is total. The answer is a bare array without a total; a page shorter than
        `limit` is the last one.

        Pages are fetched as they are needed. They are counted from the beginning of the list: what is created while
        you iterate moves the rest back, and is not seen itself; what is deleted moves the rest forward, so that
        items can be left out. None is given twice.

        Args:
            skip: How many items to leave out at the beginning. 0 to 10000. `0` unless given.
            include_messages: Whether the threads carry their messages. Without them the list is light: `messages` is
                empty, and `title`, `first_user_message`, `message_count` and `updated_at` are given instead. `True`
                unless given.
            limit: How many items one page has at most, up to 200. `100` unless given.
            timeout: Seconds for each of connecting, sending, and waiting for the next piece of the answer, in each
                attempt; a `Timeout` sets them apart, None sets no limit. As the client has it unless given.
            deadline: Seconds that the call for one page may take, its attempts and the waits between them; None for
                no limit. As the client has it unless given.
            max_retries: How often a failed attempt is repeated, where that is safe. As the client has it unless
                given.
            headers: More headers, besides those of the client.

        Returns:
            Paginator[Thread]: Threads, newest first. `for` gives them one by one, `pages()` a page at a
                time.

        Raises:
            AuthenticationError: 401. The key is missing or opens no account.
            UnprocessableEntityError: 422. The request can be read but breaks a rule of the API's document. Every
                fault is listed, but of a very large body only the first.
            RateLimitError: 429. The key has made too many requests. The reference server limits them only when told
                to.
            ServerError: 503. The server cannot reach its store. Nothing was done, unless the store went away in the
                midst of it; repeated under the same `Idempotency-Key`, a request is done once all the same.
            APIConnectionError: No whole answer came; `APITimeoutError` if it took too long.
            DecodeError: The answer is not what the API's document says.
            APIError: The list goes on beyond the greatest `skip`, or the server gives the same page twice.
            ValueError, TypeError: An argument cannot be sent. Nothing was sent.
        """
        return self._client._iterate(
            LIST_THREADS,
            query={"skip": skip, "limit": limit, "include_messages": include_messages},
            timeout=timeout,
            deadline=deadline,
            max_retries=max_retries,
            headers=headers,
        )

    def list_for_assistant(
        self,
        assistant_id: str,
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

        Returns the threads of one assistant, newest first: ordered by `created_at` descending, then by `thread_id`
        descending, so that the order is total. The answer is a bare array without a total; a page shorter than
        `limit` is the last one.

        Args:
            assistant_id: The assistant. A UUID.
            skip: How many items to leave out at the beginning. 0 to 10000. `0` unless given.
            limit: How many items to return at most. 1 to 200. `100` unless given.
            include_messages: Whether the threads carry their messages, as with `threads.list`. The hosted API is not
                known to take it here. `True` unless given. An extension to the hosted API.
            timeout: Seconds for each of connecting, sending, and waiting for the next piece of the answer, in each
                attempt; a `Timeout` sets them apart, None sets no limit. As the client has it unless given.
            deadline: Seconds that the whole call may take, its attempts and the waits between them; None for no
                limit. As the client has it unless given.
            max_retries: How often a failed attempt is repeated, where that is safe. As the client has it unless
                given.
            headers: More headers, besides those of the client.

        Returns:
            list[Thread]: Threads, newest first.

        Raises:
            AuthenticationError: 401. The key is missing or opens no account.
            NotFoundError: 404. The account has no such assistant.
            UnprocessableEntityError: 422. The request can be read but breaks a rule of the API's document. Every
                fault is listed, but of a very large body only the first.
            RateLimitError: 429. The key has made too many requests. The reference server limits them only when told
                to.
            ServerError: 503. The server cannot reach its store. Nothing was done, unless the store went away in the
                midst of it; repeated under the same `Idempotency-Key`, a request is done once all the same.
            APIConnectionError: No whole answer came; `APITimeoutError` if it took too long.
            DecodeError: The answer is not what the API's document says.
            ValueError, TypeError: An argument cannot be sent. Nothing was sent.
        """
        return self._client._call(
            LIST_ASSISTANT_THREADS,
            (assistant_id,),
            query={"skip": skip, "limit": limit, "include_messages": include_messages},
            timeout=timeout,
            deadline=deadline,
            max_retries=max_retries,
            headers=headers,
        )

    def iterate_for_assistant(
        self,
        assistant_id: str,
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

        Returns the threads of one assistant, newest first: ordered by `created_at` descending, then by `thread_id`
        descending, so that the order is total. The answer is a bare array without a total; a page shorter than
        `limit` is the last one.

        Pages are fetched as they are needed. They are counted from the beginning of the list: what is created while
        you iterate moves the rest back, and is not seen itself; what is deleted moves the rest forward, so that
        items can be left out. None is given twice.

        Args:
            assistant_id: The assistant. A UUID.
            skip: How many items to leave out at the beginning. 0 to 10000. `0` unless given.
            include_messages: Whether the threads carry their messages, as with `threads.list`. The hosted API is not
                known to take it here. `True` unless given. An extension to the hosted API.
            limit: How many items one page has at most, up to 200. `100` unless given.
            timeout: Seconds for each of connecting, sending, and waiting for the next piece of the answer, in each
                attempt; a `Timeout` sets them apart, None sets no limit. As the client has it unless given.
            deadline: Seconds that the call for one page may take, its attempts and the waits between them; None for
                no limit. As the client has it unless given.
            max_retries: How often a failed attempt is repeated, where that is safe. As the client has it unless
                given.
            headers: More headers, besides those of the client.

        Returns:
            Paginator[Thread]: Threads, newest first. `for` gives them one by one, `pages()` a page at a
                time.

        Raises:
            AuthenticationError: 401. The key is missing or opens no account.
            NotFoundError: 404. The account has no such assistant.
            UnprocessableEntityError: 422. The request can be read but breaks a rule of the API's document. Every
                fault is listed, but of a very large body only the first.
            RateLimitError: 429. The key has made too many requests. The reference server limits them only when told
                to.
            ServerError: 503. The server cannot reach its store. Nothing was done, unless the store went away in the
                midst of it; repeated under the same `Idempotency-Key`, a request is done once all the same.
            APIConnectionError: No whole answer came; `APITimeoutError` if it took too long.
            DecodeError: The answer is not what the API's document says.
            APIError: The list goes on beyond the greatest `skip`, or the server gives the same page twice.
            ValueError, TypeError: An argument cannot be sent. Nothing was sent.
        """
        return self._client._iterate(
            LIST_ASSISTANT_THREADS,
            (assistant_id,),
            query={"skip": skip, "limit": limit, "include_messages": include_messages},
            timeout=timeout,
            deadline=deadline,
            max_retries=max_retries,
            headers=headers,
        )

    def get(
        self,
        thread_id: str,
        *,
        if_none_match: str | Unset = UNSET,
        timeout: TimeoutOption = UNSET,
        deadline: float | Unset | None = UNSET,
        max_retries: int | Unset = UNSET,
        headers: Mapping[str, str] | Unset = UNSET,
    ) -> models.Thread:
        """Get thread.

        Returns the thread with its whole history, oldest message first. The order is the order in which the messages
        were stored and does not depend on any clock.

        Args:
            thread_id: The thread. A UUID.
            if_none_match: The version of the thread that the caller already has, as an earlier `ETag` gave it, or
                `*`. If the thread has not changed since, the answer has status 304 and no body. The hosted API is
                not known to honour it. 1 to 1000 characters. An extension to the hosted API.
            timeout: Seconds for each of connecting, sending, and waiting for the next piece of the answer, in each
                attempt; a `Timeout` sets them apart, None sets no limit. As the client has it unless given.
            deadline: Seconds that the whole call may take, its attempts and the waits between them; None for no
                limit. As the client has it unless given.
            max_retries: How often a failed attempt is repeated, where that is safe. As the client has it unless
                given.
            headers: More headers, besides those of the client.

        Returns:
            Thread: A persistent conversation with one assistant.

        Raises:
            NotModifiedError: 304. The thread has not changed since the version given in `if_none_match`. The answer
                has no body. The hosted API is not known to give it.
            AuthenticationError: 401. The key is missing or opens no account.
            NotFoundError: 404. The account has no such thread or, where the request names an assistant, no such
                assistant.
            UnprocessableEntityError: 422. The request can be read but breaks a rule of the API's document. Every
                fault is listed, but of a very large body only the first.
            RateLimitError: 429. The key has made too many requests. The reference server limits them only when told
                to.
            ServerError: 503. The server cannot reach its store. Nothing was done, unless the store went away in the
                midst of it; repeated under the same `Idempotency-Key`, a request is done once all the same.
            APIConnectionError: No whole answer came; `APITimeoutError` if it took too long.
            DecodeError: The answer is not what the API's document says.
            ValueError, TypeError: An argument cannot be sent. Nothing was sent.
        """
        return self._client._call(
            GET_THREAD,
            (thread_id,),
            parameters={"If-None-Match": if_none_match},
            timeout=timeout,
            deadline=deadline,
            max_retries=max_retries,
            headers=headers,
        )

    def delete(
        self,
        thread_id: str,
        *,
        if_match: str | Unset = UNSET,
        timeout: TimeoutOption = UNSET,
        deadline: float | Unset | None = UNSET,
        max_retries: int | Unset = UNSET,
        headers: Mapping[str, str] | Unset = UNSET,
    ) -> models.ThreadDeleted:
        """Delete thread.

        Deletes the thread and, with it, its messages, files and runs. This cannot be undone. A run that is under way
        is cancelled, and nothing that ends later brings the thread back.

        Args:
            thread_id: The thread. A UUID.
            if_match: The version of the thread that the caller has seen, as an earlier `ETag` gave it, or `*`. If
                the thread has changed since, nothing is done and the answer has status 412. Without a `thread_id` it
                never matches. The hosted API is not known to honour it. 1 to 1000 characters. An extension to the
                hosted API.
            timeout: Seconds for each of connecting, sending, and waiting for the next piece of the answer, in each
                attempt; a `Timeout` sets them apart, None sets no limit. As the client has it unless given.
            deadline: Seconds that the whole call may take, its attempts and the waits between them; None for no
                limit. As the client has it unless given.
            max_retries: How often a failed attempt is repeated, where that is safe. As the client has it unless
                given.
            headers: More headers, besides those of the client.

        Returns:
            ThreadDeleted: The confirmation that a thread is deleted.

        Raises:
            AuthenticationError: 401. The key is missing or opens no account.
            NotFoundError: 404. The account has no such thread or, where the request names an assistant, no such
                assistant.
            PreconditionFailedError: 412. The thread has changed since the version given in `if_match`. Nothing was
                done. The hosted API is not known to refuse it.
            UnprocessableEntityError: 422. The request can be read but breaks a rule of the API's document. Every
                fault is listed, but of a very large body only the first.
            RateLimitError: 429. The key has made too many requests. The reference server limits them only when told
                to.
            ServerError: 503. The server cannot reach its store. Nothing was done, unless the store went away in the
                midst of it; repeated under the same `Idempotency-Key`, a request is done once all the same.
            APIConnectionError: No whole answer came; `APITimeoutError` if it took too long.
            DecodeError: The answer is not what the API's document says.
            ValueError, TypeError: An argument cannot be sent. Nothing was sent.
        """
        return self._client._call(
            DELETE_THREAD,
            (thread_id,),
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
        self.list = with_response(threads.list)
        self.list_for_assistant = with_response(threads.list_for_assistant)
        self.get = with_response(threads.get)
        self.delete = with_response(threads.delete)
