"""Sending a message stores it and, unless told otherwise, asks the assistant for an answer. The answer is part of the
thread from then on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from ... import models
from ..._files import File, Files
from ..._operations import SEND_CHAT_MESSAGE, SEND_MESSAGE, STREAMING
from ..._options import TimeoutOption
from ..._response import with_response
from ..._unset import UNSET, Unset
from ..resource import Resource
from ..streaming import EventStream


class Messages(Resource):
    """Sending a message stores it and, unless told otherwise, asks the assistant for an answer. The answer is part of
    the thread from then on.
    """

    def send(
        self,
        thread_id: str,
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
    ) -> models.Turn:
        """Send message.

        Stores a message in the thread and asks the assistant for an answer, which is stored too and returned. With
        `messages.stream` the answer comes as server-sent events; with `send_to_llm=False` the message is only
        stored.

        A thread does one turn at a time. A message to a busy thread waits its turn for up to 10 seconds, and is then
        refused with status 409. A message to a thread whose run waits for tool outputs is refused with 409 at once.

        A run that fails is an answer as well: status 200, `status: FAILED` and the reason in `message`, or, when
        streamed, a `run_failed` event.

        Args:
            thread_id: The thread. A UUID.
            content: What someone said. 1 to 1000000 characters.
            llm_provider: Who runs the model. The reference server does not use it. At most 255 characters.
            model_name: The model that is to answer. The offline responder of the reference server does not use it.
                At most 255 characters.
            memory: Whether memories are used: `Auto`, `On`, `Readonly` or `off`, in any letter case. The reference
                server has no memories beyond the thread.
            web_search: Whether the model may search the web, `Auto` or `off`. The reference server does not
                search.
            send_to_llm: Whether the assistant is asked for an answer. The hosted API takes the texts `true` and
                `false`; a boolean is taken as well. Unless set, it is asked.
            metadata: Kept with the message of the user.
            files: Files that belong to the message. The reference server keeps them and does not read them. At most
                20 items.
            if_match: The version of the thread that the caller has seen, as an earlier `ETag` gave it, or `*`. If
                the thread has changed since, nothing is done and the answer has status 412. Without a `thread_id` it
                never matches. The hosted API is not known to honour it. 1 to 1000 characters. An extension to the
                hosted API.
            idempotency_key: A text of the caller's own that makes this call safe to repeat. The same key with the
                same request gives the same answer: replayed when the first call has finished, joined while it is
                still running, streams from their first event. The same key with another request is refused with
                status 409. Keys belong to the account and are kept for 24 hours; only successful answers are kept.
                The hosted API is not known to honour it. 1 to 255 characters. An extension to the hosted API. Made
                for each call unless given.
            media_type: The form in which the body is sent; unless given, `application/x-www-form-urlencoded`, or
                `multipart/form-data` when there are files.
            timeout: Seconds for each of connecting, sending, and waiting for the next piece of the answer, in each
                attempt; a `Timeout` sets them apart, None sets no limit. As the client has it unless given.
            deadline: Seconds that the whole call may take, its attempts and the waits between them; None for no
                limit. As the client has it unless given.
            max_retries: How often a failed attempt is repeated, where that is safe. As the client has it unless
                given.
            headers: More headers, besides those of the client.

        Returns:
            Turn: The answer to a message, or the tool calls that it waits for.

        Raises:
            BadRequestError: 400. The body cannot be read at all (it is not JSON, is cut off, or is in a wrong
                character set), or the request does not fit the state of the thing it names.
            AuthenticationError: 401. The key is missing or opens no account.
            NotFoundError: 404. The account has no such thread or, where the request names an assistant, no such
                assistant.
            ConflictError: 409. The thread is busy with another turn for longer than this one may wait, or its run
                waits for tool outputs, or the `idempotency_key` was used for another request.
            PreconditionFailedError: 412. The thread has changed since the version given in `if_match`. Nothing was
                done. The hosted API is not known to refuse it.
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
            OSError: A file cannot be read. Nothing was sent.
        """
        return self._client._call(
            SEND_MESSAGE,
            (thread_id,),
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
        thread_id: str,
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

        Stores a message in the thread and asks the assistant for an answer, which is stored too and returned. With
        `messages.stream` the answer comes as server-sent events; with `send_to_llm=False` the message is only
        stored.

        A thread does one turn at a time. A message to a busy thread waits its turn for up to 10 seconds, and is then
        refused with status 409. A message to a thread whose run waits for tool outputs is refused with 409 at once.

        A run that fails is an answer as well: status 200, `status: FAILED` and the reason in `message`, or, when
        streamed, a `run_failed` event.

        Nothing is sent before the `with` begins. Leaving it early closes the connection and does not cancel
        the run; `cancel()` of the events does.

        Args:
            thread_id: The thread. A UUID.
            content: What someone said. 1 to 1000000 characters.
            llm_provider: Who runs the model. The reference server does not use it. At most 255 characters.
            model_name: The model that is to answer. The offline responder of the reference server does not use it.
                At most 255 characters.
            memory: Whether memories are used: `Auto`, `On`, `Readonly` or `off`, in any letter case. The reference
                server has no memories beyond the thread.
            web_search: Whether the model may search the web, `Auto` or `off`. The reference server does not
                search.
            send_to_llm: Whether the assistant is asked for an answer. The hosted API takes the texts `true` and
                `false`; a boolean is taken as well. Unless set, it is asked.
            metadata: Kept with the message of the user.
            files: Files that belong to the message. The reference server keeps them and does not read them. At most
                20 items.
            if_match: The version of the thread that the caller has seen, as an earlier `ETag` gave it, or `*`. If
                the thread has changed since, nothing is done and the answer has status 412. Without a `thread_id` it
                never matches. The hosted API is not known to honour it. 1 to 1000 characters. An extension to the
                hosted API.
            idempotency_key: A text of the caller's own that makes this call safe to repeat. The same key with the
                same request gives the same answer: replayed when the first call has finished, joined while it is
                still running, streams from their first event. The same key with another request is refused with
                status 409. Keys belong to the account and are kept for 24 hours; only successful answers are kept.
                The hosted API is not known to honour it. 1 to 255 characters. An extension to the hosted API. Made
                for each call unless given.
            media_type: The form in which the body is sent; unless given, `application/x-www-form-urlencoded`, or
                `multipart/form-data` when there are files.
            timeout: Seconds for each of connecting, sending, and waiting for the next piece of the answer, in each
                attempt; a `Timeout` sets them apart, None sets no limit. As the client has it unless given.
            deadline: Seconds that the whole call may take, its attempts and the waits between them; None for no
                limit. As the client has it unless given.
            max_retries: How often a failed attempt is repeated, where that is safe. As the client has it unless
                given.
            headers: More headers, besides those of the client.

        Returns:
            EventStream: An iterator, to be used in a `with`. It yields each `models.StreamEvent` as it
                comes: an event of a streamed turn, told apart by `type`.

        Raises:
            BadRequestError: 400. The body cannot be read at all (it is not JSON, is cut off, or is in a wrong
                character set), or the request does not fit the state of the thing it names.
            AuthenticationError: 401. The key is missing or opens no account.
            NotFoundError: 404. The account has no such thread or, where the request names an assistant, no such
                assistant.
            ConflictError: 409. The thread is busy with another turn for longer than this one may wait, or its run
                waits for tool outputs, or the `idempotency_key` was used for another request.
            PreconditionFailedError: 412. The thread has changed since the version given in `if_match`. Nothing was
                done. The hosted API is not known to refuse it.
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
            StreamInterrupted: The events stopped before one that ends the stream.
            RunFailedError: The run failed; its last event says why.
            ValueError, TypeError: An argument cannot be sent. Nothing was sent.
            OSError: A file cannot be read. Nothing was sent.
        """
        return self._client._stream(
            SEND_MESSAGE,
            STREAMING,
            (thread_id,),
            thread_id=thread_id,
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
        thread_id: str | Unset = UNSET,
        assistant_id: str | Unset = UNSET,
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
    ) -> models.Turn:
        """Send message in one call.

        Sends a message without preparing anything. With `thread_id` the thread continues; without it a new thread is
        made, under `assistant_id` if given, else under the account's default assistant, which the first message that
        needs it makes. The answer says which thread and assistant were used. A `thread_id` of another assistant than
        `assistant_id` is refused with status 404.

        Settings hold for this turn only. What asks for something outside the reference server's scope (images,
        video, voice, web search, memory, routing) is accepted; the answer's `message` says what was not done.

        Busy threads, streaming and failed runs are as with `messages.send`.

        Args:
            content: What someone said. 1 to 1000000 characters.
            llm_provider: Who runs the model. The reference server does not use it. At most 255 characters.
            model_name: The model that is to answer. The offline responder of the reference server does not use it.
                At most 255 characters.
            memory: Whether memories are used: `Auto`, `On`, `Readonly` or `off`, in any letter case. The reference
                server has no memories beyond the thread.
            web_search: Whether the model may search the web, `Auto` or `off`. The reference server does not
                search.
            send_to_llm: Whether the assistant is asked for an answer. The hosted API takes the texts `true` and
                `false`; a boolean is taken as well. Unless set, it is asked.
            thread_id: The thread to continue. Without it a new thread is made. A UUID.
            assistant_id: The assistant for a new thread. Without it the account's default assistant is used. A
                UUID.
            system_prompt: Instructions for this turn only, used instead of the assistant's. At most 100000
                characters.
            memory_pro: A richer kind of memory, `Auto` or `Readonly`. The reference server does not have it.
            memory_response_citation: Whether the answer names the memories that it used. The reference server names
                none.
            image_generation: Whether the model may make images. The reference server makes none. At most 255
                characters.
            image_model_provider: Who runs the image model. The reference server does not use it. At most 255
                characters.
            image_model_name: The image model. The reference server does not use it. At most 255 characters.
            video_generation: Whether the model may make videos. The reference server makes none. One of `auto`,
                `off`.
            video_model_provider: Who runs the video model. The reference server does not use it. At most 255
                characters.
            video_model_name: The video model. The reference server does not use it. At most 255 characters.
            json_output: Whether the model is asked to answer with a JSON object. The offline responder of the
                reference server does not use it.
            operation: What is asked for. The reference server answers everything as `chat`, and says so. One of
                `chat`, `generate_image`, `generate_video`. `chat` unless given.
            memory_profile: A profile of memory. The reference server does not use it. At most 255 characters.
            metadata: Kept with the message of the user.
            tools: Tools for the answer to this message, used instead of the assistant's. They are not kept between
                rounds of tool calls. At most 128 items.
            thinking: How much the model thinks before it answers. The reference server passes it on to its model.
            image_config: Settings of the image model. The reference server does not use them.
            video_config: Settings of the video model. The reference server does not use them.
            voice: Settings for speech. The reference server does not hear or speak.
            system_one: Typed questions, not streamed. The reference server does not answer them.
            openrouter: Routing between providers. The reference server does not use it.
            files: Files that belong to the message. The reference server keeps them and does not read them. At most
                20 items.
            audio_file: A recording to be heard. The reference server keeps it and does not hear it.
            input_image: An image to work on. The reference server keeps it and does not look at it.
            input_last_frame: The last frame of a video to make. The reference server keeps it and does not look at
                it.
            input_video: A video to work on. The reference server keeps it and does not look at it.
            input_references: Files to refer to. The reference server keeps them and does not read them. At most 20
                items.
            if_match: The version of the thread that the caller has seen, as an earlier `ETag` gave it, or `*`. If
                the thread has changed since, nothing is done and the answer has status 412. Without a `thread_id` it
                never matches. The hosted API is not known to honour it. 1 to 1000 characters. An extension to the
                hosted API.
            idempotency_key: A text of the caller's own that makes this call safe to repeat. The same key with the
                same request gives the same answer: replayed when the first call has finished, joined while it is
                still running, streams from their first event. The same key with another request is refused with
                status 409. Keys belong to the account and are kept for 24 hours; only successful answers are kept.
                The hosted API is not known to honour it. 1 to 255 characters. An extension to the hosted API. Made
                for each call unless given.
            media_type: The form in which the body is sent; unless given, `application/json`, or
                `multipart/form-data` when there are files.
            timeout: Seconds for each of connecting, sending, and waiting for the next piece of the answer, in each
                attempt; a `Timeout` sets them apart, None sets no limit. As the client has it unless given.
            deadline: Seconds that the whole call may take, its attempts and the waits between them; None for no
                limit. As the client has it unless given.
            max_retries: How often a failed attempt is repeated, where that is safe. As the client has it unless
                given.
            headers: More headers, besides those of the client.

        Returns:
            Turn: The answer to a message, or the tool calls that it waits for.

        Raises:
            BadRequestError: 400. The body cannot be read at all (it is not JSON, is cut off, or is in a wrong
                character set), or the request does not fit the state of the thing it names.
            AuthenticationError: 401. The key is missing or opens no account.
            NotFoundError: 404. The account has no such thread or, where the request names an assistant, no such
                assistant.
            ConflictError: 409. The thread is busy with another turn for longer than this one may wait, or its run
                waits for tool outputs, or the `idempotency_key` was used for another request.
            PreconditionFailedError: 412. The thread has changed since the version given in `if_match`. Nothing was
                done. The hosted API is not known to refuse it.
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
            OSError: A file cannot be read. Nothing was sent.
        """
        return self._client._call(
            SEND_CHAT_MESSAGE,
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
        thread_id: str | Unset = UNSET,
        assistant_id: str | Unset = UNSET,
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

        Sends a message without preparing anything. With `thread_id` the thread continues; without it a new thread is
        made, under `assistant_id` if given, else under the account's default assistant, which the first message that
        needs it makes. The answer says which thread and assistant were used. A `thread_id` of another assistant than
        `assistant_id` is refused with status 404.

        Settings hold for this turn only. What asks for something outside the reference server's scope (images,
        video, voice, web search, memory, routing) is accepted; the answer's `message` says what was not done.

        Busy threads, streaming and failed runs are as with `messages.send`.

        Nothing is sent before the `with` begins. Leaving it early closes the connection and does not cancel
        the run; `cancel()` of the events does.

        Args:
            content: What someone said. 1 to 1000000 characters.
            llm_provider: Who runs the model. The reference server does not use it. At most 255 characters.
            model_name: The model that is to answer. The offline responder of the reference server does not use it.
                At most 255 characters.
            memory: Whether memories are used: `Auto`, `On`, `Readonly` or `off`, in any letter case. The reference
                server has no memories beyond the thread.
            web_search: Whether the model may search the web, `Auto` or `off`. The reference server does not
                search.
            send_to_llm: Whether the assistant is asked for an answer. The hosted API takes the texts `true` and
                `false`; a boolean is taken as well. Unless set, it is asked.
            thread_id: The thread to continue. Without it a new thread is made. A UUID.
            assistant_id: The assistant for a new thread. Without it the account's default assistant is used. A
                UUID.
            system_prompt: Instructions for this turn only, used instead of the assistant's. At most 100000
                characters.
            memory_pro: A richer kind of memory, `Auto` or `Readonly`. The reference server does not have it.
            memory_response_citation: Whether the answer names the memories that it used. The reference server names
                none.
            image_generation: Whether the model may make images. The reference server makes none. At most 255
                characters.
            image_model_provider: Who runs the image model. The reference server does not use it. At most 255
                characters.
            image_model_name: The image model. The reference server does not use it. At most 255 characters.
            video_generation: Whether the model may make videos. The reference server makes none. One of `auto`,
                `off`.
            video_model_provider: Who runs the video model. The reference server does not use it. At most 255
                characters.
            video_model_name: The video model. The reference server does not use it. At most 255 characters.
            json_output: Whether the model is asked to answer with a JSON object. The offline responder of the
                reference server does not use it.
            operation: What is asked for. The reference server answers everything as `chat`, and says so. One of
                `chat`, `generate_image`, `generate_video`. `chat` unless given.
            memory_profile: A profile of memory. The reference server does not use it. At most 255 characters.
            metadata: Kept with the message of the user.
            tools: Tools for the answer to this message, used instead of the assistant's. They are not kept between
                rounds of tool calls. At most 128 items.
            thinking: How much the model thinks before it answers. The reference server passes it on to its model.
            image_config: Settings of the image model. The reference server does not use them.
            video_config: Settings of the video model. The reference server does not use them.
            voice: Settings for speech. The reference server does not hear or speak.
            system_one: Typed questions, not streamed. The reference server does not answer them.
            openrouter: Routing between providers. The reference server does not use it.
            files: Files that belong to the message. The reference server keeps them and does not read them. At most
                20 items.
            audio_file: A recording to be heard. The reference server keeps it and does not hear it.
            input_image: An image to work on. The reference server keeps it and does not look at it.
            input_last_frame: The last frame of a video to make. The reference server keeps it and does not look at
                it.
            input_video: A video to work on. The reference server keeps it and does not look at it.
            input_references: Files to refer to. The reference server keeps them and does not read them. At most 20
                items.
            if_match: The version of the thread that the caller has seen, as an earlier `ETag` gave it, or `*`. If
                the thread has changed since, nothing is done and the answer has status 412. Without a `thread_id` it
                never matches. The hosted API is not known to honour it. 1 to 1000 characters. An extension to the
                hosted API.
            idempotency_key: A text of the caller's own that makes this call safe to repeat. The same key with the
                same request gives the same answer: replayed when the first call has finished, joined while it is
                still running, streams from their first event. The same key with another request is refused with
                status 409. Keys belong to the account and are kept for 24 hours; only successful answers are kept.
                The hosted API is not known to honour it. 1 to 255 characters. An extension to the hosted API. Made
                for each call unless given.
            media_type: The form in which the body is sent; unless given, `application/json`, or
                `multipart/form-data` when there are files.
            timeout: Seconds for each of connecting, sending, and waiting for the next piece of the answer, in each
                attempt; a `Timeout` sets them apart, None sets no limit. As the client has it unless given.
            deadline: Seconds that the whole call may take, its attempts and the waits between them; None for no
                limit. As the client has it unless given.
            max_retries: How often a failed attempt is repeated, where that is safe. As the client has it unless
                given.
            headers: More headers, besides those of the client.

        Returns:
            EventStream: An iterator, to be used in a `with`. It yields each `models.StreamEvent` as it
                comes: an event of a streamed turn, told apart by `type`.

        Raises:
            BadRequestError: 400. The body cannot be read at all (it is not JSON, is cut off, or is in a wrong
                character set), or the request does not fit the state of the thing it names.
            AuthenticationError: 401. The key is missing or opens no account.
            NotFoundError: 404. The account has no such thread or, where the request names an assistant, no such
                assistant.
            ConflictError: 409. The thread is busy with another turn for longer than this one may wait, or its run
                waits for tool outputs, or the `idempotency_key` was used for another request.
            PreconditionFailedError: 412. The thread has changed since the version given in `if_match`. Nothing was
                done. The hosted API is not known to refuse it.
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
            StreamInterrupted: The events stopped before one that ends the stream.
            RunFailedError: The run failed; its last event says why.
            ValueError, TypeError: An argument cannot be sent. Nothing was sent.
            OSError: A file cannot be read. Nothing was sent.
        """
        return self._client._stream(
            SEND_CHAT_MESSAGE,
            STREAMING,
            thread_id=None if thread_id is UNSET else thread_id,
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

    @property
    def with_response(self) -> MessagesWithResponse:
        """The methods that make one call, each giving an `Answer`: the result with status, headers and request id."""
        return MessagesWithResponse(self)


class MessagesWithResponse:
    """The methods of `messages` that make one call, each giving an `Answer` around what it gives."""

    def __init__(self, messages: Messages) -> None:
        self.send = with_response(messages.send)
        self.chat = with_response(messages.chat)
