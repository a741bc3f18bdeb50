"""An assistant has a name, instructions and tools. It owns the threads that are created under it; deleting it deletes
them.
"""

from __future__ import annotations

import builtins
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from ... import models
from ..._operations import (
    CLONE_ASSISTANT,
    CREATE_ASSISTANT,
    DELETE_ASSISTANT,
    GET_ASSISTANT,
    LIST_ASSISTANTS,
    UPDATE_ASSISTANT,
)
from ..._request.options import TimeoutOption
from ..._request.urls import id_text
from ..._response import with_response
from ..._unset import UNSET, Unset
from ..pagination import Paginator
from ..resource import Resource


class Assistants(Resource):
    """An assistant has a name, instructions and tools. It owns the threads that are created under it; deleting it
    deletes them.
    """

    def create(
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

        Creates an assistant and returns it. Only `name` is needed.

        Args:
            name: A display name. 1 to 255 characters.
            description: What the assistant is.
            system_prompt: Instructions that the model gets before the conversation.
            tools: Tools that the assistant may use; `None` is the same as leaving them out. At most 128 items.
            custom_fact_extraction_prompt: Instructions for finding facts worth remembering.
            custom_update_memory_prompt: Instructions for updating memories.
            embedding_provider: The provider of the embedding model. At most 255 characters.
            embedding_model_name: The embedding model. At most 255 characters.
            embedding_dims: The number of dimensions. 1 to 65536.
            tok_k: Number of results of a document search. 1 to 100. `10` unless given.
            idempotency_key: Makes the call safe to repeat. Made for each call unless given.

        Returns:
            Assistant: An assistant.

        Raises:
            ConflictError: The `idempotency_key` was used for another request.
        """
        return self._call(
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

    def list(
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

        Returns the account's assistants, newest first: by `created_at` descending, then by `assistant_id`
        descending. The response is a bare array without a total; a page shorter than `limit` is the last one.

        Args:
            skip: Number of items to skip at the beginning. 0 to 10000. `0` unless given.
            limit: Maximum number of items to return. 1 to 200. `100` unless given.
            name: Only assistants with exactly this name, case-sensitive. 1 to 255 characters.

        Returns:
            list[Assistant]: Assistants, newest first.
        """
        return self._call(
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
    ) -> Paginator[models.Assistant]:
        """List assistants, page after page.

        Arguments and errors are those of `list`; the limit is the size of a page.

        Returns:
            Paginator[Assistant]: Assistants, newest first.
        """
        return self._iterate(
            LIST_ASSISTANTS,
            query={"skip": skip, "limit": limit, "name": name},
            timeout=timeout,
            deadline=deadline,
            max_retries=max_retries,
            headers=headers,
        )

    def get(
        self,
        assistant_id: str | UUID,
        *,
        timeout: TimeoutOption = UNSET,
        deadline: float | Unset | None = UNSET,
        max_retries: int | Unset = UNSET,
        headers: Mapping[str, str] | Unset = UNSET,
    ) -> models.Assistant:
        """Get assistant.

        Returns one assistant with all its settings.

        Args:
            assistant_id: The assistant's id. A UUID.

        Returns:
            Assistant: An assistant.

        Raises:
            NotFoundError: No such assistant in this account.
        """
        return self._call(
            GET_ASSISTANT,
            (id_text(assistant_id),),
            timeout=timeout,
            deadline=deadline,
            max_retries=max_retries,
            headers=headers,
        )

    def update(
        self,
        assistant_id: str | UUID,
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
        replaces the whole list.

        Args:
            assistant_id: The assistant's id. A UUID.
            description: What the assistant is.
            system_prompt: Instructions that the model gets before the conversation.
            tools: Tools that the assistant may use; `None` is the same as leaving them out. At most 128 items.
            custom_fact_extraction_prompt: Instructions for finding facts worth remembering.
            custom_update_memory_prompt: Instructions for updating memories.
            name: A new name. 1 to 255 characters.
            tok_k: Number of results of a document search. 1 to 100.

        Returns:
            Assistant: An assistant.

        Raises:
            NotFoundError: No such assistant in this account.
        """
        return self._call(
            UPDATE_ASSISTANT,
            (id_text(assistant_id),),
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

    def delete(
        self,
        assistant_id: str | UUID,
        *,
        timeout: TimeoutOption = UNSET,
        deadline: float | Unset | None = UNSET,
        max_retries: int | Unset = UNSET,
        headers: Mapping[str, str] | Unset = UNSET,
    ) -> models.AssistantDeleted:
        """Delete assistant.

        Deletes the assistant and, with it, all its threads and their messages, files and runs. This cannot be
        undone.

        Args:
            assistant_id: The assistant's id. A UUID.

        Returns:
            AssistantDeleted: Confirms that an assistant is deleted.

        Raises:
            NotFoundError: No such assistant in this account.
        """
        return self._call(
            DELETE_ASSISTANT,
            (id_text(assistant_id),),
            timeout=timeout,
            deadline=deadline,
            max_retries=max_retries,
            headers=headers,
        )

    def clone(
        self,
        assistant_id: str | UUID,
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

        Creates a new assistant with the settings of an existing one. Threads are not copied.

        Args:
            assistant_id: The assistant's id. A UUID.
            copy_documents: Whether documents are copied. `True` unless given.
            copy_memories: Whether memories are copied. `True` unless given.
            name: The copy's name; by default the name of the source and `Copy`, shortened to fit. 1 to 255
                characters.
            system_prompt: Other instructions for the copy.
            idempotency_key: Makes the call safe to repeat. Made for each call unless given.

        Returns:
            AssistantCloned: A copied assistant and what was copied with it.

        Raises:
            NotFoundError: No such assistant in this account.
            ConflictError: The `idempotency_key` was used for another request.
        """
        return self._call(
            CLONE_ASSISTANT,
            (id_text(assistant_id),),
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
    def with_response(self) -> AssistantsWithResponse:
        """The methods that make one call, each giving an `Answer`: the result with status, headers and request id."""
        return AssistantsWithResponse(self)


class AssistantsWithResponse:
    """The methods of `assistants` that make one call, each giving an `Answer` around what it gives."""

    def __init__(self, assistants: Assistants) -> None:
        self.create = with_response(assistants.create)
        self.list = with_response(assistants.list)
        self.get = with_response(assistants.get)
        self.update = with_response(assistants.update)
        self.delete = with_response(assistants.delete)
        self.clone = with_response(assistants.clone)
