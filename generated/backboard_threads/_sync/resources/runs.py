"""A run is the assistant's work on one message. It can wait for the outputs of tools, and it can be cancelled at any
time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from ... import models
from ..._operations import CANCEL_RUN, STREAM_RUN_EVENTS, STREAMING, SUBMIT_LATEST_TOOL_OUTPUTS, SUBMIT_TOOL_OUTPUTS
from ..._request.options import TimeoutOption
from ..._request.urls import id_text
from ..._response import with_response
from ..._unset import UNSET, Unset
from ..resource import Resource
from ..runs import EventStream
from ..runs_client import checked


class Runs(Resource):
    """A run is the assistant's work on one message. It can wait for the outputs of tools, and it can be cancelled at
    any time.
    """

    def submit_tool_outputs(
        self,
        thread_id: str | UUID,
        run_id: str,
        *,
        tool_outputs: Sequence[models.ToolOutput | Mapping[str, Any]],
        tools: Sequence[models.ToolDefinition | Mapping[str, Any]] | Unset | None = UNSET,
        thinking: Mapping[str, Any] | Unset | None = UNSET,
        idempotency_key: str | Unset = UNSET,
        raise_on_failed_run: bool | Unset = UNSET,
        timeout: TimeoutOption = UNSET,
        deadline: float | Unset | None = UNSET,
        max_retries: int | Unset = UNSET,
        headers: Mapping[str, str] | Unset = UNSET,
    ) -> models.ToolOutputsTurn:
        """Submit tool outputs.

        Submits the outputs of a run's tool calls, so that the run continues. All outputs of a round come in one
        call.

        Args:
            thread_id: The thread's id. A UUID.
            run_id: The run's id, an opaque text. 1 to 255 characters.
            tool_outputs: One output for each tool call of the round. 1 to 128 items.
            tools: Tools for the reply to these outputs, instead of the assistant's. At most 128 items.
            thinking: How much the model reasons before it replies to them.
            idempotency_key: Makes the call safe to repeat. Made for each call unless given.

        Returns:
            ToolOutputsTurn: The assistant's reply to tool outputs, or the next tool calls.

        Raises:
            NotFoundError: No such run, or no such thread, in this account.
            ConflictError: The run does not wait for tool outputs, or the `idempotency_key` was used for another
                request.
        """
        return self._call(
            checked(self._client, SUBMIT_TOOL_OUTPUTS, raise_on_failed_run),
            (id_text(thread_id), run_id),
            body={"tool_outputs": tool_outputs, "tools": tools, "thinking": thinking},
            idempotency_key=idempotency_key,
            timeout=timeout,
            deadline=deadline,
            max_retries=max_retries,
            headers=headers,
        )

    def stream_tool_outputs(
        self,
        thread_id: str | UUID,
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
    ) -> EventStream[models.StreamEvent, models.Thread]:
        """Submit tool outputs, as events.

        Arguments and errors are those of `submit_tool_outputs`.

        Returns:
            EventStream: An iterator of `models.StreamEvent`, for a `with`.
        """
        return self._stream(
            EventStream,
            SUBMIT_TOOL_OUTPUTS,
            STREAMING,
            (id_text(thread_id), run_id),
            known={"thread_id": id_text(thread_id), "run_id": run_id},
            query={"stream": True},
            body={"tool_outputs": tool_outputs, "tools": tools, "thinking": thinking},
            idempotency_key=idempotency_key,
            timeout=timeout,
            deadline=deadline,
            max_retries=max_retries,
            headers=headers,
        )

    def submit_latest_tool_outputs(
        self,
        *,
        thread_id: str | UUID,
        tool_outputs: Sequence[models.ToolOutput | Mapping[str, Any]],
        idempotency_key: str | Unset = UNSET,
        raise_on_failed_run: bool | Unset = UNSET,
        timeout: TimeoutOption = UNSET,
        deadline: float | Unset | None = UNSET,
        max_retries: int | Unset = UNSET,
        headers: Mapping[str, str] | Unset = UNSET,
    ) -> models.Turn:
        """Submit tool outputs to latest run.

        Submits the outputs of tool calls to the thread's waiting run, without naming the run: it is the one of the
        latest message with status `REQUIRES_ACTION`. A thread without such a run gives status 409.

        Args:
            thread_id: The thread whose waiting run gets the outputs. A UUID.
            tool_outputs: One output for each tool call of the round. 1 to 128 items.
            idempotency_key: Makes the call safe to repeat. Made for each call unless given.

        Returns:
            Turn: The assistant's reply, or the tool calls that it waits for.

        Raises:
            NotFoundError: No such thread, or no such assistant, in this account.
            ConflictError: The run does not wait for tool outputs, or the `idempotency_key` was used for another
                request.
        """
        return self._call(
            checked(self._client, SUBMIT_LATEST_TOOL_OUTPUTS, raise_on_failed_run),
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
        thread_id: str | UUID,
        tool_outputs: Sequence[models.ToolOutput | Mapping[str, Any]],
        idempotency_key: str | Unset = UNSET,
        timeout: TimeoutOption = UNSET,
        deadline: float | Unset | None = UNSET,
        max_retries: int | Unset = UNSET,
        headers: Mapping[str, str] | Unset = UNSET,
    ) -> EventStream[models.StreamEvent, models.Thread]:
        """Submit tool outputs to latest run, as events.

        Arguments and errors are those of `submit_latest_tool_outputs`.

        Returns:
            EventStream: An iterator of `models.StreamEvent`, for a `with`.
        """
        return self._stream(
            EventStream,
            SUBMIT_LATEST_TOOL_OUTPUTS,
            STREAMING,
            known={"thread_id": id_text(thread_id)},
            body={"thread_id": thread_id, "tool_outputs": tool_outputs, "stream": True},
            idempotency_key=idempotency_key,
            timeout=timeout,
            deadline=deadline,
            max_retries=max_retries,
            headers=headers,
        )

    def cancel(
        self,
        thread_id: str | UUID,
        run_id: str,
        *,
        idempotency_key: str | Unset = UNSET,
        timeout: TimeoutOption = UNSET,
        deadline: float | Unset | None = UNSET,
        max_retries: int | Unset = UNSET,
        headers: Mapping[str, str] | Unset = UNSET,
    ) -> models.RunCancelled:
        """Cancel run.

        Cancels a run that is active or waits for tools, and leaves a history that the next turn can use.

        Args:
            thread_id: The thread's id. A UUID.
            run_id: The run's id, an opaque text. 1 to 255 characters.
            idempotency_key: Makes the call safe to repeat. Made for each call unless given.

        Returns:
            RunCancelled: The outcome of a cancellation.

        Raises:
            NotFoundError: No such run, or no such thread, in this account.
            ConflictError: The `idempotency_key` was used for another request.
        """
        return self._call(
            CANCEL_RUN,
            (id_text(thread_id), run_id),
            idempotency_key=idempotency_key,
            timeout=timeout,
            deadline=deadline,
            max_retries=max_retries,
            headers=headers,
        )

    def events(
        self,
        thread_id: str | UUID,
        run_id: str,
        *,
        last_event_id: str | Unset = UNSET,
        timeout: TimeoutOption = UNSET,
        deadline: float | Unset | None = UNSET,
        max_retries: int | Unset = UNSET,
        headers: Mapping[str, str] | Unset = UNSET,
    ) -> EventStream[models.StreamEvent, models.Thread]:
        """Stream events of run.

        Streams the events of a run, from the first one or from the one after `last_event_id`, until the run ends or
        waits for tools. Every run has an event log, streamed or not.

        Args:
            thread_id: The thread's id. A UUID.
            run_id: The run's id, an opaque text. 1 to 255 characters.
            last_event_id: The `id` of the last event that the caller has seen. 1 to 20 characters.

        Returns:
            EventStream: An iterator of `models.StreamEvent`, for a `with`.

        Raises:
            NotFoundError: No such run, or no such thread, in this account.
        """
        return self._stream(
            EventStream,
            STREAM_RUN_EVENTS,
            STREAMING,
            (id_text(thread_id), run_id),
            known={"thread_id": id_text(thread_id), "run_id": run_id},
            parameters={"Last-Event-ID": last_event_id},
            timeout=timeout,
            deadline=deadline,
            max_retries=max_retries,
            headers=headers,
        )

    @property
    def with_response(self) -> RunsWithResponse:
        """The methods that make one call, each giving an `Answer`: the result with status, headers and request id."""
        return RunsWithResponse(self)


class RunsWithResponse:
    """The methods of `runs` that make one call, each giving an `Answer` around what it gives."""

    def __init__(self, runs: Runs) -> None:
        self.submit_tool_outputs = with_response(runs.submit_tool_outputs)
        self.submit_latest_tool_outputs = with_response(runs.submit_latest_tool_outputs)
        self.cancel = with_response(runs.cancel)
