"""The tool loop of a run: call the functions, submit their outputs, until the model replies."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import suppress
from functools import partial
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

from .._errors import APIError
from .._event_loops import async_all, async_called, async_result
from .._public import public
from .._runs import Reply
from .._tools import OnToolError, Tool, ToolResult, ToolRun, async_tools, error_text, output_text
from .._unset import UNSET, Unset

E = TypeVar("E")

SHARED_OPTIONS = ("timeout", "deadline", "max_retries", "headers", "thinking", "raise_on_failed_run")
"""Options of the message that are used for submitting tool outputs, too."""


class AsyncToolLoop:
    """State and tool calls of one run; shared by `run_tools` and `stream_tools`."""

    def __init__(
        self,
        resource: Any,
        tools: Iterable[Tool | Callable[..., Any]],
        max_rounds: int,
        on_tool_error: OnToolError,
        idempotency_key: str | Unset,
        options: Mapping[str, Any],
    ) -> None:
        if max_rounds < 1:
            raise ValueError(f"max_rounds must be at least 1, not {max_rounds}")
        if on_tool_error not in ("report", "raise") and not callable(on_tool_error):
            raise ValueError(f"on_tool_error must be 'report', 'raise' or a function, not {on_tool_error!r}")
        self._tools: dict[str, Tool] = async_tools(tools)
        self._max_rounds = max_rounds
        self._on_tool_error: OnToolError = on_tool_error
        self._key: str | Unset = idempotency_key
        self._options: dict[str, Any] = {name: options[name] for name in SHARED_OPTIONS if name in options}
        self._options["tools"] = self.definitions
        self.runs: Any = resource._client.runs
        self.run: ToolRun[Any] = ToolRun()

    @property
    def definitions(self) -> list[dict[str, Any]]:
        """The tools as the API takes them."""
        return [one.definition for one in self._tools.values()]

    async def outputs(self, thread_id: str, run_id: str, calls: Iterable[Any]) -> dict[str, Any]:
        """Run the tools of a round, and return the arguments of the call that submits their outputs.

        An error cancels the run, which would keep the thread busy. Raises `APIError` after too many rounds.
        """
        try:
            if self.run.rounds >= self._max_rounds:
                raise APIError(f"the model called tools in more than {self._max_rounds} rounds (max_rounds)")
            self.run.rounds += 1
            results = await async_all([partial(self._result, call) for call in calls])
            self.run.calls += results
            outputs = [{"tool_call_id": one.id, "output": await self._output(one)} for one in results]
        except Exception:
            with suppress(APIError):
                await self.runs.cancel(thread_id, run_id)
            raise
        key = UNSET if isinstance(self._key, Unset) else f"{self._key}-{self.run.rounds}"
        return {"tool_outputs": outputs, "idempotency_key": key, **self._options}

    async def _output(self, one: ToolResult) -> str:
        """Return the output to submit, made of an error as `on_tool_error` says. Raises the error for "raise"."""
        on_error = self._on_tool_error
        if one.error is not None:
            if on_error == "raise":
                raise one.error
            text = await async_result(on_error(one)) if callable(on_error) else error_text(one.error)
            one.output = output_text(text)
        return one.output

    async def _result(self, call: Any) -> ToolResult:
        result = ToolResult(call.id, call.function.name, call.function.arguments)
        try:
            tool = self._tools.get(result.name)
            if tool is None:
                raise LookupError(f"there is no tool {result.name}")
            result.output = output_text(await async_called(tool.function, tool.decode(result.arguments)))
        except Exception as error:
            result.error = error
        return result


async def run_tools(
    resource: Any,
    *,
    tools: Iterable[Tool | Callable[..., Any]],
    max_rounds: int,
    on_tool_error: OnToolError,
    idempotency_key: str | Unset,
    options: Mapping[str, Any],
) -> ToolRun[Any]:
    """Send a message, run the tools that the model calls, and return the outcome."""
    loop = AsyncToolLoop(resource, tools, max_rounds, on_tool_error, idempotency_key, options)
    turn = await resource.chat(tools=loop.definitions, idempotency_key=idempotency_key, **options)
    loop.run.add(turn)
    while turn.status == "REQUIRES_ACTION" and turn.tool_calls and turn.run_id:
        arguments = await loop.outputs(turn.thread_id, turn.run_id, turn.tool_calls)
        turn = await loop.runs.submit_tool_outputs(turn.thread_id, turn.run_id, **arguments)
        loop.run.add(turn)
    return loop.run


@public
class AsyncToolStream(Generic[E]):
    """The events of all rounds of a run with tools, to be used in a `with`. The tools run between the rounds."""

    def __init__(
        self,
        resource: Any,
        *,
        tools: Iterable[Tool | Callable[..., Any]],
        max_rounds: int,
        on_tool_error: OnToolError,
        idempotency_key: str | Unset,
        options: Mapping[str, Any],
    ) -> None:
        self._loop = AsyncToolLoop(resource, tools, max_rounds, on_tool_error, idempotency_key, options)
        self._events: Any = resource.chat_stream(
            tools=self._loop.definitions, idempotency_key=idempotency_key, **options
        )
        self._is_over = False
        self._fault: Exception | None = None  # what every further read raises: the tools of a round run once

    @property
    def text(self) -> str:
        """The text of the round under way."""
        text: str = self._events.text
        return text

    @property
    def thread_id(self) -> str | None:
        """The thread, once it is known."""
        thread_id: str | None = self._events.thread_id
        return thread_id

    @property
    def run_id(self) -> str | None:
        """The run, once an event named it."""
        run_id: str | None = self._events.run_id
        return run_id

    @property
    def run(self) -> ToolRun[E]:
        """Rounds, calls and tokens so far; its `turn` is the event that ended the last round."""
        return self._loop.run

    def __repr__(self) -> str:
        return f"<{type(self).__name__} thread_id={self.thread_id!r} run_id={self.run_id!r}>"

    @property
    def tool_calls(self) -> list[Any]:
        """The tool calls that ended the round, until the next one begins."""
        tool_calls: list[Any] = self._events.tool_calls
        return tool_calls

    async def deltas(self) -> AsyncIterator[str]:
        """The text of all rounds, piece by piece as it comes; other events are passed over."""
        async for _ in self:
            if self._events._last_piece:
                yield self._events._last_piece

    async def reply(self) -> Reply[E]:
        """Read on to the end of the last round, and return its reply, whole."""
        async for _ in self:
            pass
        return Reply(self.text, self.run.turn, self.thread_id, self.run_id)

    async def cancel(self) -> bool:
        """End the run, as `cancel` of an event stream does."""
        return bool(await self._events.cancel())

    async def __aenter__(self) -> Self:
        await self._events.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._events.__aexit__(kind, error, trace)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> E:
        while True:
            try:
                event: E = await anext(self._events)
            except StopAsyncIteration:
                if not await self._continue():
                    raise
            else:
                return event

    async def _continue(self) -> bool:
        """Begin the next round, if the run waits for outputs."""
        if self._fault is not None:
            raise self._fault
        if self._is_over:
            return False
        self._is_over = True
        ended = self._events
        self._loop.run.add(ended.end)
        if not ended.tool_calls:
            return False
        try:
            await ended.__aexit__(None, None, None)  # its connection is free while tools run, and to cancel the run
            arguments = await self._loop.outputs(ended.thread_id, ended.run_id, ended.tool_calls)
            following = self._loop.runs.stream_tool_outputs(ended.thread_id, ended.run_id, **arguments)
            await following.__aenter__()
        except Exception as error:
            self._fault = error
            raise
        self._events, self._is_over = following, False
        return True
