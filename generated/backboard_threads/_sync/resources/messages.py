"""Sending a message stores it and, by default, asks the assistant for a reply. The reply is part of the thread from
then on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal
from uuid import UUID

from ... import models
from ..._operations import SEND_CHAT_MESSAGE, SEND_MESSAGE, STREAMING
from ..._request.files import File, Files
from ..._request.options import TimeoutOption
from ..._request.urls import id_text
from ..._response import with_response
from ..._tools import OnToolError, Tool, ToolRun
from ..._unset import UNSET, Unset
from ..resource import Resource
from ..runs import EventStream
from ..runs_client import checked
from ..tools import ToolStream, run_tools


class Messages(Resource):
    """Sending a message stores it and, by default, asks the assistant for a reply. The reply is part of the thread from
    then on.
    """

    def send(
        self,
        thread_id: str | UUID,
        *,
        content: str | Unset = UNSET,
        llm_provider: str | Unset | None = UNSET,
        model_name: str | Unset | None = UNSET,
        memory: str | Unset = UNSET,
        web_search: str | Unset = UNSET,
        send_to_llm: bool | Literal["true", "false"] | str | Unset = UNSET,
        metadata: Mapping[str, Any] | Unset | None = UNSET,
        files: Files | Unset = UNSET,
        if_match: str | Unset = UNSET,
        idempotency_key: str | Unset = UNSET,
        media_type: Literal["application/x-www-form-urlencoded", "multipart/form-data", "application/json"]
        | Unset = UNSET,
        raise_on_failed_run: bool | Unset = UNSET,
        timeout: TimeoutOption = UNSET,
        deadline: float | Unset | None = UNSET,
        max_retries: int | Unset = UNSET,
        headers: Mapping[str, str] | Unset = UNSET,
    ) -> models.Turn:
        """Send message.

        Stores a message in the thread and asks the assistant for a reply, which is stored too and returned. With
        `messages.stream` the reply comes as server-sent events; with `send_to_llm=False` the message is only stored.

        Args:
            thread_id: The thread's id. A UUID.
            content: Message text.
            llm_provider: The model's provider. At most 255 characters.
            model_name: The model that is to reply. At most 255 characters.
            memory: Whether memories are used: `Auto`, `On`, `Readonly` or `off`, in any letter case.
            web_search: Whether the model may search the web, `Auto` or `off`, in any letter case.
            send_to_llm: Whether the assistant is asked for a reply, by default yes.
            metadata: Stored with the message of the user.
            files: Files of the message. At most 20 items.
            if_match: The version of the thread that the caller has seen: the `ETag` of an earlier response, or `*`.
            idempotency_key: Makes the call safe to repeat. Made for each call unless given.
            media_type: The body's form, by default `application/x-www-form-urlencoded`, with files
                `multipart/form-data`.

        Returns:
            Turn: The assistant's reply, or the tool calls that it waits for.

        Raises:
            NotFoundError: No such thread, or no such assistant, in this account.
            ConflictError: The thread was busy with another turn for too long, or its run waits for tool outputs, or the
                `idempotency_key` was used for another request.
            PreconditionFailedError: The thread has changed since that version; nothing was done.
        """
        return self._call(
            checked(self._client, SEND_MESSAGE, raise_on_failed_run),
            (id_text(thread_id),),
            parameters={"If-Match": if_match},
            body={
                "content": content,
                "llm_provider": llm_provider,
                "model_name": model_name,
                "memory": memory,
                "web_search": web_search,
                "send_to_llm": send_to_llm,
                "metadata": metadata,
            },
            files={"files": files},
            idempotency_key=idempotency_key,
            media=media_type,
            timeout=timeout,
            deadline=deadline,
            max_retries=max_retries,
            headers=headers,
        )

    def stream(
        self,
        thread_id: str | UUID,
        *,
        content: str | Unset = UNSET,
        llm_provider: str | Unset | None = UNSET,
        model_name: str | Unset | None = UNSET,
        memory: str | Unset = UNSET,
        web_search: str | Unset = UNSET,
        send_to_llm: bool | Literal["true", "false"] | str | Unset = UNSET,
        metadata: Mapping[str, Any] | Unset | None = UNSET,
        files: Files | Unset = UNSET,
        if_match: str | Unset = UNSET,
        idempotency_key: str | Unset = UNSET,
        media_type: Literal["application/x-www-form-urlencoded", "multipart/form-data", "application/json"]
        | Unset = UNSET,
        timeout: TimeoutOption = UNSET,
        deadline: float | Unset | None = UNSET,
        max_retries: int | Unset = UNSET,
        headers: Mapping[str, str] | Unset = UNSET,
    ) -> EventStream[models.StreamEvent, models.Thread]:
        """Send message, as events.

        Arguments and errors are those of `send`.

        Returns:
            EventStream: An iterator of `models.StreamEvent`, for a `with`.
        """
        return self._stream(
            EventStream,
            SEND_MESSAGE,
            STREAMING,
            (id_text(thread_id),),
            known={"thread_id": id_text(thread_id), "content": content},
            parameters={"If-Match": if_match},
            body={
                "content": content,
                "llm_provider": llm_provider,
                "model_name": model_name,
                "memory": memory,
                "web_search": web_search,
                "send_to_llm": send_to_llm,
                "metadata": metadata,
                "stream": True,
            },
            files={"files": files},
            idempotency_key=idempotency_key,
            media=media_type,
            timeout=timeout,
            deadline=deadline,
            max_retries=max_retries,
            headers=headers,
        )

    def chat(
        self,
        *,
        content: str | Unset = UNSET,
        llm_provider: str | Unset | None = UNSET,
        model_name: str | Unset | None = UNSET,
        memory: str | Unset = UNSET,
        web_search: str | Unset = UNSET,
        send_to_llm: bool | Literal["true", "false"] | str | Unset = UNSET,
        thread_id: str | UUID | Unset = UNSET,
        assistant_id: str | UUID | Unset = UNSET,
        system_prompt: str | Unset | None = UNSET,
        memory_pro: str | Unset = UNSET,
        memory_response_citation: bool | Unset = UNSET,
        image_generation: str | Unset | None = UNSET,
        image_model_provider: str | Unset | None = UNSET,
        image_model_name: str | Unset | None = UNSET,
        video_generation: Literal["auto", "off"] | str | Unset = UNSET,
        video_model_provider: str | Unset | None = UNSET,
        video_model_name: str | Unset | None = UNSET,
        json_output: bool | Unset = UNSET,
        operation: Literal["chat", "generate_image", "generate_video"] | str | Unset = UNSET,
        memory_profile: str | Unset | None = UNSET,
        metadata: Mapping[str, Any] | Unset | None = UNSET,
        tools: Sequence[models.ToolDefinition | Mapping[str, Any]] | Unset | None = UNSET,
        thinking: Mapping[str, Any] | Unset | None = UNSET,
        image_config: Mapping[str, Any] | Unset | None = UNSET,
        video_config: Mapping[str, Any] | Unset | None = UNSET,
        voice: Mapping[str, Any] | Unset | None = UNSET,
        system_one: Mapping[str, Any] | Unset | None = UNSET,
        openrouter: Mapping[str, Any] | Unset | None = UNSET,
        files: Files | Unset = UNSET,
        audio_file: File | Unset = UNSET,
        input_image: File | Unset = UNSET,
        input_last_frame: File | Unset = UNSET,
        input_video: File | Unset = UNSET,
        input_references: Files | Unset = UNSET,
        if_match: str | Unset = UNSET,
        idempotency_key: str | Unset = UNSET,
        media_type: Literal["application/json", "application/x-www-form-urlencoded", "multipart/form-data"]
        | Unset = UNSET,
        raise_on_failed_run: bool | Unset = UNSET,
        timeout: TimeoutOption = UNSET,
        deadline: float | Unset | None = UNSET,
        max_retries: int | Unset = UNSET,
        headers: Mapping[str, str] | Unset = UNSET,
    ) -> models.Turn:
        """Send message in one call.

        Sends a message in one call. With `thread_id` the thread continues; without it a new thread is created, under
        `assistant_id` if given, else under the account's default assistant.

        Args:
            content: Message text.
            llm_provider: The model's provider. At most 255 characters.
            model_name: The model that is to reply. At most 255 characters.
            memory: Whether memories are used: `Auto`, `On`, `Readonly` or `off`, in any letter case.
            web_search: Whether the model may search the web, `Auto` or `off`, in any letter case.
            send_to_llm: Whether the assistant is asked for a reply, by default yes.
            thread_id: The thread to continue. A UUID.
            assistant_id: The assistant of a new thread. A UUID.
            system_prompt: Instructions for this turn only, instead of the assistant's.
            memory_pro: A richer kind of memory, `Auto` or `Readonly`, in any letter case.
            memory_response_citation: Whether the reply names the memories that it used.
            image_generation: Whether the model may make images. At most 255 characters.
            image_model_provider: The image model's provider. At most 255 characters.
            image_model_name: The image model. At most 255 characters.
            video_generation: Whether the model may make videos. One of `auto`, `off`.
            video_model_provider: The video model's provider. At most 255 characters.
            video_model_name: The video model. At most 255 characters.
            json_output: Whether the model is asked to reply with a JSON object.
            operation: The kind of reply. One of `chat`, `generate_image`, `generate_video`. `chat` unless given.
            memory_profile: A memory profile. At most 255 characters.
            metadata: Stored with the message of the user.
            tools: Tools for this turn, instead of the assistant's. At most 128 items.
            thinking: How much the model reasons before it replies.
            image_config: Settings of the image model.
            video_config: Settings of the video model.
            voice: Settings for speech.
            system_one: Typed questions, not streamed.
            openrouter: Routing between providers.
            files: Files of the message. At most 20 items.
            audio_file: A voice recording.
            input_image: An image to work on.
            input_last_frame: The last frame of a video to make.
            input_video: A video to work on.
            input_references: Files to refer to. At most 20 items.
            if_match: The version of the thread that the caller has seen: the `ETag` of an earlier response, or `*`.
            idempotency_key: Makes the call safe to repeat. Made for each call unless given.
            media_type: The body's form, by default `application/json`, with files `multipart/form-data`.

        Returns:
            Turn: The assistant's reply, or the tool calls that it waits for.

        Raises:
            NotFoundError: No such thread, or no such assistant, in this account.
            ConflictError: The thread was busy with another turn for too long, or its run waits for tool outputs, or the
                `idempotency_key` was used for another request.
            PreconditionFailedError: The thread has changed since that version; nothing was done.
        """
        return self._call(
            checked(self._client, SEND_CHAT_MESSAGE, raise_on_failed_run),
            parameters={"If-Match": if_match},
            body={
                "content": content,
                "llm_provider": llm_provider,
                "model_name": model_name,
                "memory": memory,
                "web_search": web_search,
                "send_to_llm": send_to_llm,
                "thread_id": thread_id,
                "assistant_id": assistant_id,
                "system_prompt": system_prompt,
                "memory_pro": memory_pro,
                "memory_response_citation": memory_response_citation,
                "image_generation": image_generation,
                "image_model_provider": image_model_provider,
                "image_model_name": image_model_name,
                "video_generation": video_generation,
                "video_model_provider": video_model_provider,
                "video_model_name": video_model_name,
                "json_output": json_output,
                "operation": operation,
                "memory_profile": memory_profile,
                "metadata": metadata,
                "tools": tools,
                "thinking": thinking,
                "image_config": image_config,
                "video_config": video_config,
                "voice": voice,
                "system_one": system_one,
                "openrouter": openrouter,
            },
            files={
                "files": files,
                "audio_file": audio_file,
                "input_image": input_image,
                "input_last_frame": input_last_frame,
                "input_video": input_video,
                "input_references": input_references,
            },
            idempotency_key=idempotency_key,
            media=media_type,
            timeout=timeout,
            deadline=deadline,
            max_retries=max_retries,
            headers=headers,
        )

    def chat_stream(
        self,
        *,
        content: str | Unset = UNSET,
        llm_provider: str | Unset | None = UNSET,
        model_name: str | Unset | None = UNSET,
        memory: str | Unset = UNSET,
        web_search: str | Unset = UNSET,
        send_to_llm: bool | Literal["true", "false"] | str | Unset = UNSET,
        thread_id: str | UUID | Unset = UNSET,
        assistant_id: str | UUID | Unset = UNSET,
        system_prompt: str | Unset | None = UNSET,
        memory_pro: str | Unset = UNSET,
        memory_response_citation: bool | Unset = UNSET,
        image_generation: str | Unset | None = UNSET,
        image_model_provider: str | Unset | None = UNSET,
        image_model_name: str | Unset | None = UNSET,
        video_generation: Literal["auto", "off"] | str | Unset = UNSET,
        video_model_provider: str | Unset | None = UNSET,
        video_model_name: str | Unset | None = UNSET,
        json_output: bool | Unset = UNSET,
        operation: Literal["chat", "generate_image", "generate_video"] | str | Unset = UNSET,
        memory_profile: str | Unset | None = UNSET,
        metadata: Mapping[str, Any] | Unset | None = UNSET,
        tools: Sequence[models.ToolDefinition | Mapping[str, Any]] | Unset | None = UNSET,
        thinking: Mapping[str, Any] | Unset | None = UNSET,
        image_config: Mapping[str, Any] | Unset | None = UNSET,
        video_config: Mapping[str, Any] | Unset | None = UNSET,
        voice: Mapping[str, Any] | Unset | None = UNSET,
        system_one: Mapping[str, Any] | Unset | None = UNSET,
        openrouter: Mapping[str, Any] | Unset | None = UNSET,
        files: Files | Unset = UNSET,
        audio_file: File | Unset = UNSET,
        input_image: File | Unset = UNSET,
        input_last_frame: File | Unset = UNSET,
        input_video: File | Unset = UNSET,
        input_references: Files | Unset = UNSET,
        if_match: str | Unset = UNSET,
        idempotency_key: str | Unset = UNSET,
        media_type: Literal["application/json", "application/x-www-form-urlencoded", "multipart/form-data"]
        | Unset = UNSET,
        timeout: TimeoutOption = UNSET,
        deadline: float | Unset | None = UNSET,
        max_retries: int | Unset = UNSET,
        headers: Mapping[str, str] | Unset = UNSET,
    ) -> EventStream[models.StreamEvent, models.Thread]:
        """Send message in one call, as events.

        Arguments and errors are those of `chat`.

        Returns:
            EventStream: An iterator of `models.StreamEvent`, for a `with`.
        """
        return self._stream(
            EventStream,
            SEND_CHAT_MESSAGE,
            STREAMING,
            known={"content": content, "thread_id": UNSET if thread_id is UNSET else id_text(thread_id)},
            parameters={"If-Match": if_match},
            body={
                "content": content,
                "llm_provider": llm_provider,
                "model_name": model_name,
                "memory": memory,
                "web_search": web_search,
                "send_to_llm": send_to_llm,
                "thread_id": thread_id,
                "assistant_id": assistant_id,
                "system_prompt": system_prompt,
                "memory_pro": memory_pro,
                "memory_response_citation": memory_response_citation,
                "image_generation": image_generation,
                "image_model_provider": image_model_provider,
                "image_model_name": image_model_name,
                "video_generation": video_generation,
                "video_model_provider": video_model_provider,
                "video_model_name": video_model_name,
                "json_output": json_output,
                "operation": operation,
                "memory_profile": memory_profile,
                "metadata": metadata,
                "tools": tools,
                "thinking": thinking,
                "image_config": image_config,
                "video_config": video_config,
                "voice": voice,
                "system_one": system_one,
                "openrouter": openrouter,
                "stream": True,
            },
            files={
                "files": files,
                "audio_file": audio_file,
                "input_image": input_image,
                "input_last_frame": input_last_frame,
                "input_video": input_video,
                "input_references": input_references,
            },
            idempotency_key=idempotency_key,
            media=media_type,
            timeout=timeout,
            deadline=deadline,
            max_retries=max_retries,
            headers=headers,
        )

    def run_tools(
        self,
        thread_id: str | UUID | Unset = UNSET,
        *,
        content: str,
        tools: Sequence[Tool | Callable[..., Any]],
        max_rounds: int = 8,
        on_tool_error: OnToolError = "report",
        idempotency_key: str | Unset = UNSET,
        **options: Any,
    ) -> ToolRun[models.Turn | models.ToolOutputsTurn]:
        """Send message, and run the tools that the model calls until it replies.

        In an event loop the calls of a round run at once, plain functions in threads. Their outputs go in one call.
        If this process crashes and sends the message again, a tool may run again. Needs the extra `tools`.

        Args:
            thread_id: The thread to continue; a new one unless given.
            content: Message text.
            tools: Functions, described by their type hints and docstrings, or `Tool`s made of them.
            max_rounds: Rounds of tool calls. Beyond them the run is cancelled and `APIError` raised.
            on_tool_error: After an error in a tool `report` gives the model its text, `raise` cancels the run and
                raises it, and a function of the `ToolResult` (in an event loop a coroutine function, too) returns the
                output.
            idempotency_key: The key of the message. The outputs of each round get a key made from it.
            options: Further arguments of `chat`.

        Returns:
            ToolRun: The last turn, with all calls, rounds and tokens.
        """
        return run_tools(
            self,
            tools=tools,
            max_rounds=max_rounds,
            on_tool_error=on_tool_error,
            idempotency_key=idempotency_key,
            options={"thread_id": thread_id, "content": content, **options},
        )

    def stream_tools(
        self,
        thread_id: str | UUID | Unset = UNSET,
        *,
        content: str,
        tools: Sequence[Tool | Callable[..., Any]],
        max_rounds: int = 8,
        on_tool_error: OnToolError = "report",
        idempotency_key: str | Unset = UNSET,
        **options: Any,
    ) -> ToolStream[models.StreamEvent]:
        """Send message, and run the tools that the model calls, as events of all rounds.

        Arguments and errors are those of `run_tools`.

        Returns:
            ToolStream: An iterator of events, for a `with`.
        """
        return ToolStream(
            self,
            tools=tools,
            max_rounds=max_rounds,
            on_tool_error=on_tool_error,
            idempotency_key=idempotency_key,
            options={"thread_id": thread_id, "content": content, **options},
        )

    @property
    def with_response(self) -> MessagesWithResponse:
        """The methods that make one call, each giving an `Answer`: the result with status, headers and request id."""
        return MessagesWithResponse(self)


class MessagesWithResponse:
    """The methods of `messages` that make one call, each giving an `Answer` around what it gives."""

    def __init__(self, messages: Messages) -> None:
        self.send = with_response(messages.send)
        self.chat = with_response(messages.chat)
