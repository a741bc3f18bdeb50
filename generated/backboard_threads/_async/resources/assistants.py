"""An assistant is a name, instructions and tools. It owns the threads that are created under it; deleting it deletes
them.
"""

from __future__ import annotations

import builtins
from collections.abc import Mapping, Sequence
from typing import Any

from ... import models
from ..._operations import (
    CLONE_ASSISTANT,
    CREATE_ASSISTANT,
    DELETE_ASSISTANT,
    GET_ASSISTANT,
    LIST_ASSISTANTS,
    UPDATE_ASSISTANT,
)
from ..._options import TimeoutOption
from ..._response import with_response
from ..._unset import UNSET, Unset
from ..pagination import AsyncPaginator
from ..resource import AsyncResource


class AsyncAssistants(AsyncResource):
    """An assistant is a name, instructions and tools. It owns the threads that are created under it; deleting it
    deletes them.
    """

    async def create(
        self,
        *,
        name: str,
        description: str | Unset | None = UNSET,
        system_prompt: str | Unset | None = UNSET,
        tools: Sequence[models.ToolDefinition | Mapping[str, Any]] | Unset | None = UNSET,
        custom_fact_extraction_prompt: str | Unset | None = UNSET,
        custom_update_memory_prompt: str | Unset | None = UNSET,
        embedding_provider: str | Unset | None = UNSET,
        embedding_model_name: str | Unset | None = UNSET,
        embedding_dims: int | Unset | None = UNSET,
        tok_k: int | Unset | None = UNSET,
        idempotency_key: str | Unset = UNSET,
        timeout: TimeoutOption = UNSET,
        deadline: float | Unset | None = UNSET,
        max_retries: int | Unset = UNSET,
        headers: Mapping[str, str] | Unset = UNSET,
    ) -> models.Assistant:
        """Create assistant.

        Creates an assistant and returns it. Only `name` is needed. The embedding settings are fixed once the
        assistant exists; every other setting can be changed later.

        Args:
            name: A name for people. 1 to 255 characters.
            description: What the assistant is. Used as the system prompt where `system_prompt` is not set. At most
                100000 characters.
            system_prompt: The instructions that the model gets before the conversation. At most 100000
                characters.
            tools: Tools that the assistant may use; `None` is the same as leaving them out. At most 128 items.
            custom_fact_extraction_prompt: Instructions for finding facts worth remembering. The reference server
                only keeps them. At most 100000 characters.
            custom_update_memory_prompt: Instructions for updating memories. The reference server only keeps them. At
                most 100000 characters.
            embedding_provider: The provider of the embedding model. The hosted API uses `openai` unless set. At most
                255 characters.
            embedding_model_name: The embedding model. The hosted API uses `text-embedding-3-large` unless set. At
                most 255 characters.
            embedding_dims: The number of dimensions. The hosted API uses 3072 unless set. 1 to 65536.
            tok_k: How many pieces a document search returns. The reference server only keeps it. 1 to 100. `10`
                unless given.
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
            Assistant: An assistant.

        Raises:
            BadRequestError: 400. The body cannot be read at all (it is not JSON, is cut off, or is in a wrong
                character set), or the request does not fit the state of the thing it names.
            AuthenticationError: 401. The key is missing or opens no account.
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
        return await self._client._call(
            CREATE_ASSISTANT,
            body={
                "name": name,
                "description": description,
                "system_prompt": system_prompt,
                "tools": tools,
                "custom_fact_extraction_prompt": custom_fact_extraction_prompt,
                "custom_update_memory_prompt": custom_update_memory_prompt,
                "embedding_provider": embedding_provider,
                "embedding_model_name": embedding_model_name,
                "embedding_dims": embedding_dims,
                "tok_k": tok_k,
            },
            idempotency_key=idempotency_key,
            timeout=timeout,
            deadline=deadline,
            max_retries=max_retries,
            headers=headers,
        )

    async def list(
        self,
        *,
        skip: int | Unset = UNSET,
        limit: int | Unset = UNSET,
        name: str | Unset = UNSET,
        timeout: TimeoutOption = UNSET,
        deadline: float | Unset | None = UNSET,
        max_retries: int | Unset = UNSET,
        headers: Mapping[str, str] | Unset = UNSET,
    ) -> builtins.list[models.Assistant]:
        """List assistants.

        Returns the account's assistants, newest first: ordered by `created_at` descending, then by `assistant_id`
        descending, so that the order is total. The answer is a bare array without a total; a page shorter than
        `limit` is the last one.

        Args:
            skip: How many items to leave out at the beginning. 0 to 10000. `0` unless given.
            limit: How many items to return at most. 1 to 200. `100` unless given.
            name: Only assistants with exactly this name. Letter case counts, and a part of a name does not match.
                Older hosted servers ignore it. 1 to 255 characters.
            timeout: Seconds for each of connecting, sending, and waiting for the next piece of the answer, in each
                attempt; a `Timeout` sets them apart, None sets no limit. As the client has it unless given.
            deadline: Seconds that the whole call may take, its attempts and the waits between them; None for no
                limit. As the client has it unless given.
            max_retries: How often a failed attempt is repeated, where that is safe. As the client has it unless
                given.
            headers: More headers, besides those of the client.

        Returns:
            list[Assistant]: Assistants, newest first.

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
        return await self._client._call(
            LIST_ASSISTANTS,
            query={"skip": skip, "limit": limit, "name": name},
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
        name: str | Unset = UNSET,
        timeout: TimeoutOption = UNSET,
        deadline: float | Unset | None = UNSET,
        max_retries: int | Unset = UNSET,
        headers: Mapping[str, str] | Unset = UNSET,
    ) -> AsyncPaginator[models.Assistant]:
        """List assistants, page after page.

        Returns the account's assistants, newest first: ordered by `created_at` descending, then by `assistant_id`
        descending, so that the order is total. The answer is a bare array without a total; a page shorter than
        `limit` is the last one.

        Pages are fetched as they are needed. They are counted from the beginning of the list: what is created while
        you iterate moves the rest back, and is not seen itself; what is deleted moves the rest forward, so that
        items can be left out. None is given twice.

        Args:
            skip: How many items to leave out at the beginning. 0 to 10000. `0` unless given.
            name: Only assistants with exactly this name. Letter case counts, and a part of a name does not match.
                Older hosted servers ignore it. 1 to 255 characters.
            limit: How many items one page has at most, up to 200. `100` unless given.
            timeout: Seconds for each of connecting, sending, and waiting for the next piece of the answer, in each
                attempt; a `Timeout` sets them apart, None sets no limit. As the client has it unless given.
            deadline: Seconds that the call for one page may take, its attempts and the waits between them; None for
                no limit. As the client has it unless given.
            max_retries: How often a failed attempt is repeated, where that is safe. As the client has it unless
                given.
            headers: More headers, besides those of the client.

        Returns:
            AsyncPaginator[Assistant]: Assistants, newest first. `async for` gives them one by one, `pages()` a page
                at a time.

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
            LIST_ASSISTANTS,
            query={"skip": skip, "limit": limit, "name": name},
            timeout=timeout,
            deadline=deadline,
            max_retries=max_retries,
            headers=headers,
        )

    async def get(
        self,
        assistant_id: str,
        *,
        timeout: TimeoutOption = UNSET,
        deadline: float | Unset | None = UNSET,
        max_retries: int | Unset = UNSET,
        headers: Mapping[str, str] | Unset = UNSET,
    ) -> models.Assistant:
        """Get assistant.

        Returns one assistant with all its settings.

        Args:
            assistant_id: The assistant. A UUID.
            timeout: Seconds for each of connecting, sending, and waiting for the next piece of the answer, in each
                attempt; a `Timeout` sets them apart, None sets no limit. As the client has it unless given.
            deadline: Seconds that the whole call may take, its attempts and the waits between them; None for no
                limit. As the client has it unless given.
            max_retries: How often a failed attempt is repeated, where that is safe. As the client has it unless
                given.
            headers: More headers, besides those of the client.

        Returns:
            Assistant: An assistant.

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
        return await self._client._call(
            GET_ASSISTANT,
            (assistant_id,),
            timeout=timeout,
            deadline=deadline,
            max_retries=max_retries,
            headers=headers,
        )

    async def update(
        self,
        assistant_id: str,
        *,
        description: str | Unset | None = UNSET,
        system_prompt: str | Unset | None = UNSET,
        tools: Sequence[models.ToolDefinition | Mapping[str, Any]] | Unset | None = UNSET,
        custom_fact_extraction_prompt: str | Unset | None = UNSET,
        custom_update_memory_prompt: str | Unset | None = UNSET,
        name: str | Unset | None = UNSET,
        tok_k: int | Unset | None = UNSET,
        timeout: TimeoutOption = UNSET,
        deadline: float | Unset | None = UNSET,
        max_retries: int | Unset = UNSET,
        headers: Mapping[str, str] | Unset = UNSET,
    ) -> models.Assistant:
        """Update assistant.

        Changes the given fields and returns the assistant. A field that is absent or `None` stays as it is; `tools`
        replaces the whole list. An empty object changes nothing.

        Args:
            assistant_id: The assistant. A UUID.
            description: What the assistant is. Used as the system prompt where `system_prompt` is not set. At most
                100000 characters.
            system_prompt: The instructions that the model gets before the conversation. At most 100000
                characters.
            tools: Tools that the assistant may use; `None` is the same as leaving them out. At most 128 items.
            custom_fact_extraction_prompt: Instructions for finding facts worth remembering. The reference server
                only keeps them. At most 100000 characters.
            custom_update_memory_prompt: Instructions for updating memories. The reference server only keeps them. At
                most 100000 characters.
            name: A new name. 1 to 255 characters.
            tok_k: How many pieces a document search returns. The reference server only keeps it. 1 to 100.
            timeout: Seconds for each of connecting, sending, and waiting for the next piece of the answer, in each
                attempt; a `Timeout` sets them apart, None sets no limit. As the client has it unless given.
            deadline: Seconds that the whole call may take, its attempts and the waits between them; None for no
                limit. As the client has it unless given.
            max_retries: How often a failed attempt is repeated, where that is safe. As the client has it unless
                given.
            headers: More headers, besides those of the client.

        Returns:
            Assistant: An assistant.

        Raises:
            BadRequestError: 400. The body cannot be read at all (it is not JSON, is cut off, or is in a wrong
                character set), or the request does not fit the state of the thing it names.
            AuthenticationError: 401. The key is missing or opens no account.
            NotFoundError: 404. The account has no such assistant.
            APIStatusError: 413. The body is larger than the API's document allows for its media type. 415. The body
                has a media type that this operation does not take.
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
        return await self._client._call(
            UPDATE_ASSISTANT,
            (assistant_id,),
            body={
                "description": description,
                "system_prompt": system_prompt,
                "tools": tools,
                "custom_fact_extraction_prompt": custom_fact_extraction_prompt,
                "custom_update_memory_prompt": custom_update_memory_prompt,
                "name": name,
                "tok_k": tok_k,
            },
            timeout=timeout,
            deadline=deadline,
            max_retries=max_retries,
            headers=headers,
        )

    async def delete(
        self,
        assistant_id: str,
        *,
        timeout: TimeoutOption = UNSET,
        deadline: float | Unset | None = UNSET,
        max_retries: int | Unset = UNSET,
        headers: Mapping[str, str] | Unset = UNSET,
    ) -> models.AssistantDeleted:
        """Delete assistant.

        Deletes the assistant and, with it, all its threads and their messages, files and runs. This cannot be
        undone. Runs that are under way are cancelled.

        Args:
            assistant_id: The assistant. A UUID.
            timeout: Seconds for each of connecting, sending, and waiting for the next piece of the answer, in each
                attempt; a `Timeout` sets them apart, None sets no limit. As the client has it unless given.
            deadline: Seconds that the whole call may take, its attempts and the waits between them; None for no
                limit. As the client has it unless given.
            max_retries: How often a failed attempt is repeated, where that is safe. As the client has it unless
                given.
            headers: More headers, besides those of the client.

        Returns:
            AssistantDeleted: The confirmation that an assistant is deleted.

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
        return await self._client._call(
            DELETE_ASSISTANT,
            (assistant_id,),
            timeout=timeout,
            deadline=deadline,
            max_retries=max_retries,
            headers=headers,
        )

    async def clone(
        self,
        assistant_id: str,
        *,
        copy_documents: bool | Unset = UNSET,
        copy_memories: bool | Unset = UNSET,
        name: str | Unset | None = UNSET,
        system_prompt: str | Unset | None = UNSET,
        idempotency_key: str | Unset = UNSET,
        timeout: TimeoutOption = UNSET,
        deadline: float | Unset | None = UNSET,
        max_retries: int | Unset = UNSET,
        headers: Mapping[str, str] | Unset = UNSET,
    ) -> models.AssistantCloned:
        """Clone assistant.

        Creates a new assistant with the settings of an existing one. Threads are not copied. The reference server
        keeps neither documents nor memories of an assistant, so it always reports zero copies of both.

        Args:
            assistant_id: The assistant. A UUID.
            copy_documents: Whether documents are copied. The reference server has none. `True` unless given.
            copy_memories: Whether memories are copied. The reference server has none. `True` unless given.
            name: The copy's name; unless set, the name of the source and `Copy`, cut to what a name can hold. 1 to
                255 characters.
            system_prompt: Other instructions for the copy. At most 100000 characters.
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
            AssistantCloned: The copy of an assistant, and what was copied with it.

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
        return await self._client._call(
            CLONE_ASSISTANT,
            (assistant_id,),
            body={
                "copy_documents": copy_documents,
                "copy_memories": copy_memories,
                "name": name,
                "system_prompt": system_prompt,
            },
            idempotency_key=idempotency_key,
            timeout=timeout,
            deadline=deadline,
            max_retries=max_retries,
            headers=headers,
        )

    @property
    def with_response(self) -> AsyncAssistantsWithResponse:
        """The methods that make one call, each giving an `Answer`: the result with status, headers and request id."""
        return AsyncAssistantsWithResponse(self)


class AsyncAssistantsWithResponse:
    """The methods of `assistants` that make one call, each giving an `Answer` around what it gives."""

    def __init__(self, assistants: AsyncAssistants) -> None:
        self.create = with_response(assistants.create)
        self.list = with_response(assistants.list)
        self.get = with_response(assistants.get)
        self.update = with_response(assistants.update)
        self.delete = with_response(assistants.delete)
        self.clone = with_response(assistants.clone)
