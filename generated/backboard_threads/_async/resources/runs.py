"""A run is the assistant's work on one message. It can wait for the caller's tools, and it can be cancelled at any
time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ... import models
from ..._operations import CANCEL_RUN, STREAM_RUN_EVENTS, STREAMING, SUBMIT_LATEST_TOOL_OUTPUTS, SUBMIT_TOOL_OUTPUTS
from ..._options import TimeoutOption
from ..._response import with_response
from ..._unset import UNSET, Unset
from ..resource import AsyncResource
from ..streaming import AsyncEventStream


class AsyncRuns(AsyncResource):
    """A run is the assistant's work on one message. It can wait for the caller's tools, and it can be cancelled at any
    time.
    """

    async def submit_tool_outputs(
        self,
        thread_id: str,
        run_id: str,
        *,
        tool_outputs: Sequence[models.ToolOutput | Mapping[str, Any]],
        tools: Sequence[models.ToolDefinition | Mapping[str, Any]] | Unset | None = UNSET,
        thinking: Mapping[str, Any] | Unset | None = UNSET,
        idempotency_key: str | Unset = UNSET,
        timeout: TimeoutOption = UNSET,
        deadline: float | Unset | None = UNSET,
        max_retries: int | Unset = UNSET,
        headers: Mapping[str, str] | Unset = UNSET,
    ) -> models.ToolOutputsTurn:
        """Submit tool outputs.

        Gives a run that waits in `REQUIRES_ACTION` the outputs of its tool calls and lets it continue. All outputs
        of a round come in one call. The run may ask for tools again.

        On the hosted API each round has its own `run_id`, so always use the latest one; the reference server keeps
        one for the whole turn. Outputs that are missing, doubled or unknown are refused with status 400, outputs for
        a run that no longer waits with 409.

        Args:
            thread_id: The thread. A UUID.
            run_id: The run, an opaque text. 1 to 255 characters.
            tool_outputs: One output for each tool call of the round. 1 to 128 items.
            tools: Tools for the answer to these outputs, used instead of the assistant's. They are not kept between
                rounds of tool calls. At most 128 items.
            thinking: How much the model thinks before it answers.
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
            ToolOutputsTurn: The answer after tool outputs were submitted, or the tool calls that come next.

        Raises:
            BadRequestError: 400. The body cannot be read at all (it is not JSON, is cut off, or is in a wrong
                character set), or the request does not fit the state of the thing it names.
            AuthenticationError: 401. The key is missing or opens no account.
            NotFoundError: 404. The account has no such thread, or the thread no such run.
            ConflictError: 409. The run does not wait for tool outputs, or the `idempotency_key` was used for another
                request.
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
            SUBMIT_TOOL_OUTPUTS,
            (thread_id, run_id),
            body={"tool_outputs": tool_outputs, "tools": tools, "thinking": thinking},
            idempotency_key=idempotency_key,
            timeout=timeout,
            deadline=deadline,
            max_retries=max_retries,
            headers=headers,
        )

    def stream_tool_outputs(
        self,
        thread_id: str,
        run_id: str,
        *,
        tool_outputs: Sequence[models.ToolOutput | Mapping[str, Any]],
        tools: Sequence[models.ToolDefinition | Mapping[str, Any]] | Unset | None = UNSET,
        thinking: Mapping[str, Any] | Unset | None = UNSET,
        idempotency_key: str | Unset = UNSET,
        timeout: TimeoutOption = UNSET,
        deadline: float | Unset | None = UNSET,
        max_retries: int | Unset = UNSET,
        headers: Mapping[str, str] | Unset = UNSET,
    ) -> AsyncEventStream[models.StreamEvent, models.Thread]:
        """Submit tool outputs, as events.

        Gives a run that waits in `REQUIRES_ACTION` the outputs of its tool calls and lets it continue. All outputs
        of a round come in one call. The run may ask for tools again.

        On the hosted API each round has its own `run_id`, so always use the latest one; the reference server keeps
        one for the whole turn. Outputs that are missing, doubled or unknown are refused with status 400, outputs for
        a run that no longer waits with 409.

        Nothing is sent before the `async with` begins. Leaving it early closes the connection and does not cancel
        the run; `cancel()` of the events does.

        Args:
            thread_id: The thread. A UUID.
            run_id: The run, an opaque text. 1 to 255 characters.
            tool_outputs: One output for each tool call of the round. 1 to 128 items.
            tools: Tools for the answer to these outputs, used instead of the assistant's. They are not kept between
                rounds of tool calls. At most 128 items.
            thinking: How much the model thinks before it answers.
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
            AsyncEventStream: An iterator, to be used in an `async with`. It yields each `models.StreamEvent` as it
                comes: an event of a streamed turn, told apart by `type`.

        Raises:
            BadRequestError: 400. The body cannot be read at all (it is not JSON, is cut off, or is in a wrong
                character set), or the request does not fit the state of the thing it names.
            AuthenticationError: 401. The key is missing or opens no account.
            NotFoundError: 404. The account has no such thread, or the thread no such run.
            ConflictError: 409. The run does not wait for tool outputs, or the `idempotency_key` was used for another
                request.
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
        """
        return self._client._stream(
            SUBMIT_TOOL_OUTPUTS,
            STREAMING,
            (thread_id, run_id),
            thread_id=thread_id,
            run_id=run_id,
            query={"stream": True},
            body={"tool_outputs": tool_outputs, "tools": tools, "thinking": thinking},
            idempotency_key=idempotency_key,
            timeout=timeout,
            deadline=deadline,
            max_retries=max_retries,
            headers=headers,
        )

    async def submit_latest_tool_outputs(
        self,
        *,
        thread_id: str,
        tool_outputs: Sequence[models.ToolOutput | Mapping[str, Any]],
        idempotency_key: str | Unset = UNSET,
        timeout: TimeoutOption = UNSET,
        deadline: float | Unset | None = UNSET,
        max_retries: int | Unset = UNSET,
        headers: Mapping[str, str] | Unset = UNSET,
    ) -> models.Turn:
        """Submit tool outputs to latest run.

        Gives the thread's waiting run the outputs of its tool calls, without naming the run: it is the one of the
        latest message with status `REQUIRES_ACTION`. A thread without such a run answers with status 409. Everything
        else is as with `runs.submit_tool_outputs`.

        Args:
            thread_id: The thread whose waiting run gets the outputs. A UUID.
            tool_outputs: One output for each tool call of the round. 1 to 128 items.
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
            Turn: The answer to a message, or the tool calls that it waits for.

        Raises:
            BadRequestError: 400. The body cannot be read at all (it is not JSON, is cut off, or is in a wrong
                character set), or the request does not fit the state of the thing it names.
            AuthenticationError: 401. The key is missing or opens no account.
            NotFoundError: 404. The account has no such thread or, where the request names an assistant, no such
                assistant.
            ConflictError: 409. The run does not wait for tool outputs, or the `idempotency_key` was used for another
                request.
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
            SUBMIT_LATEST_TOOL_OUTPUTS,
            body={"thread_id": thread_id, "tool_outputs": tool_outputs},
            idempotency_key=idempotency_key,
            timeout=timeout,
            deadline=deadline,
            max_retries=max_retries,
            headers=headers,
        )

    def stream_latest_tool_outputs(
        self,
        *,
        thread_id: str,
        tool_outputs: Sequence[models.ToolOutput | Mapping[str, Any]],
        idempotency_key: str | Unset = UNSET,
        timeout: TimeoutOption = UNSET,
        deadline: float | Unset | None = UNSET,
        max_retries: int | Unset = UNSET,
        headers: Mapping[str, str] | Unset = UNSET,
    ) -> AsyncEventStream[models.StreamEvent, models.Thread]:
        """Submit tool outputs to latest run, as events.

        Gives the thread's waiting run the outputs of its tool calls, without naming the run: it is the one of the
        latest message with status `REQUIRES_ACTION`. A thread without such a run answers with status 409. Everything
        else is as with `runs.submit_tool_outputs`.

        Nothing is sent before the `async with` begins. Leaving it early closes the connection and does not cancel
        the run; `cancel()` of the events does.

        Args:
            thread_id: The thread whose waiting run gets the outputs. A UUID.
            tool_outputs: One output for each tool call of the round. 1 to 128 items.
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
            AsyncEventStream: An iterator, to be used in an `async with`. It yields each `models.StreamEvent` as it
                comes: an event of a streamed turn, told apart by `type`.

        Raises:
            BadRequestError: 400. The body cannot be read at all (it is not JSON, is cut off, or is in a wrong
                character set), or the request does not fit the state of the thing it names.
            AuthenticationError: 401. The key is missing or opens no account.
            NotFoundError: 404. The account has no such thread or, where the request names an assistant, no such
                assistant.
            ConflictError: 409. The run does not wait for tool outputs, or the `idempotency_key` was used for another
                request.
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
        """
        return self._client._stream(
            SUBMIT_LATEST_TOOL_OUTPUTS,
            STREAMING,
            thread_id=thread_id,
            body={"thread_id": thread_id, "tool_outputs": tool_outputs, "stream": True},
            idempotency_key=idempotency_key,
            timeout=timeout,
            deadline=deadline,
            max_retries=max_retries,
            headers=headers,
        )

    async def cancel(
        self,
        thread_id: str,
        run_id: str,
        *,
        idempotency_key: str | Unset = UNSET,
        timeout: TimeoutOption = UNSET,
        deadline: float | Unset | None = UNSET,
        max_retries: int | Unset = UNSET,
        headers: Mapping[str, str] | Unset = UNSET,
    ) -> models.RunCancelled:
        """Cancel run.

        Cancels a run that is at work or waits for tools, and leaves a history that the next turn can use. Calling it
        again, or for a run that has ended, is no error: `cancelled` is true when this or an earlier call cancelled
        the run, and false when it had ended otherwise.

        Args:
            thread_id: The thread. A UUID.
            run_id: The run, an opaque text. 1 to 255 characters.
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
            RunCancelled: What became of a run that was to be cancelled.

        Raises:
            AuthenticationError: 401. The key is missing or opens no account.
            NotFoundError: 404. The account has no such thread, or the thread no such run.
            ConflictError: 409. The `idempotency_key` was used for another request. The hosted API is not known to
                refuse it.
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
            CANCEL_RUN,
            (thread_id, run_id),
            idempotency_key=idempotency_key,
            timeout=timeout,
            deadline=deadline,
            max_retries=max_retries,
            headers=headers,
        )

    def events(
        self,
        thread_id: str,
        run_id: str,
        *,
        last_event_id: str | Unset = UNSET,
        timeout: TimeoutOption = UNSET,
        deadline: float | Unset | None = UNSET,
        max_retries: int | Unset = UNSET,
        headers: Mapping[str, str] | Unset = UNSET,
    ) -> AsyncEventStream[models.StreamEvent, models.Thread]:
        """Stream events of run.

        Streams the events of a run, from the first one or from the one after `last_event_id`, and goes on live until
        the run ends or waits for tools. Every run has an event log, also one that was not streamed; only a run that
        was imported has none, and is answered with status 404. Logs are kept for 24 hours after the run has ended;
        later the run is answered with status 404. The hosted API is not known to have this operation.

        Nothing is sent before the `async with` begins. Leaving it early closes the connection and does not cancel
        the run; `cancel()` of the events does.

        An extension to the hosted API.

        Args:
            thread_id: The thread. A UUID.
            run_id: The run, an opaque text. 1 to 255 characters.
            last_event_id: The `id` of the last event that the caller has seen. The stream continues with the next
                one. 1 to 20 characters.
            timeout: Seconds for each of connecting, sending, and waiting for the next piece of the answer, in each
                attempt; a `Timeout` sets them apart, None sets no limit. As the client has it unless given.
            deadline: Seconds that the whole call may take, its attempts and the waits between them; None for no
                limit. As the client has it unless given.
            max_retries: How often a failed attempt is repeated, where that is safe. As the client has it unless
                given.
            headers: More headers, besides those of the client.

        Returns:
            AsyncEventStream: An iterator, to be used in an `async with`. It yields each `models.StreamEvent` as it
                comes: an event of a streamed turn, told apart by `type`.

        Raises:
            AuthenticationError: 401. The key is missing or opens no account.
            NotFoundError: 404. The account has no such thread, or the thread no such run.
            UnprocessableEntityError: 422. The request can be read but breaks a rule of the API's document. Every
                fault is listed, but of a very large body only the first.
            RateLimitError: 429. The key has made too many requests. The reference server limits them only when told
                to.
            ServerError: 503. The server cannot reach its store. Nothing was done, unless the store went away in the
                midst of it; repeated under the same `Idempotency-Key`, a request is done once all the same.
            APIConnectionError: No whole answer came; `APITimeoutError` if it took too long.
            DecodeError: The answer is not what the API's document says.
            StreamInterrupted: The events stopped before one that ends the stream.
            RunFailedError: The run failed; its last event says why.
            ValueError, TypeError: An argument cannot be sent. Nothing was sent.
        """
        return self._client._stream(
            STREAM_RUN_EVENTS,
            STREAMING,
            (thread_id, run_id),
            thread_id=thread_id,
            run_id=run_id,
            parameters={"Last-Event-ID": last_event_id},
            timeout=timeout,
            deadline=deadline,
            max_retries=max_retries,
            headers=headers,
        )

    @property
    def with_response(self) -> AsyncRunsWithResponse:
        """The methods that make one call, each giving an `Answer`: the result with status, headers and request id."""
        return AsyncRunsWithResponse(self)


class AsyncRunsWithResponse:
    """The methods of `runs` that make one call, each giving an `Answer` around what it gives."""

    def __init__(self, runs: AsyncRuns) -> None:
        self.submit_tool_outputs = with_response(runs.submit_tool_outputs)
        self.submit_latest_tool_outputs = with_response(runs.submit_latest_tool_outputs)
        self.cancel = with_response(runs.cancel)
