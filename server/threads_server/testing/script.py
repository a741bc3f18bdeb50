"""The script of a testing server: prepared answers, faults and time, and the requests that came."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from difflib import get_close_matches
from email import message_from_bytes
from typing import Any
from urllib.parse import parse_qsl

from threads_server import clock, ids
from threads_server.encoding import Json
from threads_server.openapi import Contract
from threads_server.responders import (
    Conversation,
    KeepAlive,
    ModelUsage,
    ReasoningDelta,
    ResponderFailed,
    TextDelta,
    ToolCallRequested,
)
from threads_server.responders.offline import OfflineResponder
from threads_server.responders.scripted import Function, Part, ScriptedResponder
from threads_server.testing.instructions import Answer, BadInstruction, ClockChange, Fault

ACTIONS = ("answers", "faults", "clock", "refuse", "release", "reset", "requests")
MAX_REQUESTS = 10_000
"""Requests that are remembered, the latest ones."""
MAX_BODY_BYTES = 1024 * 1024
"""How much of a request's body is remembered."""
MAX_HOLD_SECONDS = 600.0
"""How long a held answer, or a request that is not answered, goes on."""
HOLD_SIGN_SECONDS = 10.0
MAX_HOLD_SIGNS = round(MAX_HOLD_SECONDS / HOLD_SIGN_SECONDS)
END_OF_TIME = 253_402_300_800_000
"""The first millisecond of the year 10000, which a timestamp cannot have."""
SECRET_HEADERS = {b"authorization", b"cookie"}


@dataclass(slots=True)
class Received:
    """A request as it came; `body` grows while it is read."""

    operation: str | None
    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytearray = field(default_factory=bytearray)

    def to_json(self) -> dict[str, Json]:
        """The request with its body parsed: JSON, the parts of a form, or else a text."""
        kind = self.headers.get("content-type", "")
        return {
            "operation": self.operation,
            "method": self.method,
            "path": self.path,
            "query": self.query,
            "headers": dict(self.headers),
            "body": _parsed(bytes(self.body), kind) if self.body else None,
        }


class Script:
    """One for each server. Everything in it happens on the server's event loop."""

    def __init__(self, contract: Contract) -> None:
        self.responder = ScriptedResponder(OfflineResponder())
        self.requests: list[Received] = []
        self.refuse: Callable[[float], Awaitable[None]] | None = None
        """Refuses connections for some seconds; the server sets it."""
        self.sweep: Callable[[], Awaitable[None]] | None = None
        """Removes what has expired; the application sets it."""
        self._secret = {contract.key_header, *SECRET_HEADERS}
        self._operations = list(contract.endpoints)
        self._faults: list[Fault] = []
        self._seeds: set[tuple[int | None, int]] = set()
        """Times and seeds of ids that were made, and may be stored: they cannot be made once more."""
        self._released = asyncio.Event()

    async def perform(self, action: str, body: Mapping[str, Any]) -> Json:
        """Carry out an action, by its name under `/testing`. Raises BadInstruction."""
        if action == "answers":
            self._prepare(Answer.from_json(body))
        elif action == "faults":
            self._add_fault(Fault.from_json(body))
        elif action == "clock":
            await self._set_clock(ClockChange.from_json(body))
        elif action == "refuse":
            await self._refuse(body.get("seconds"))
        elif action == "release":
            self.release()
        elif action == "reset":
            self.reset()
        elif action == "requests":
            return [request.to_json() for request in self.requests]
        else:
            raise unknown_action(action)
        return None

    def record(self, operation: str | None, scope: Mapping[str, Any]) -> Received:
        """Remember a request."""
        headers = {
            name.decode("latin-1"): value.decode("latin-1")
            for name, value in scope["headers"]
            if name not in self._secret
        }
        query = scope["query_string"].decode("latin-1")
        self.requests.append(Received(operation, scope["method"], scope["path"], query, headers))
        del self.requests[:-MAX_REQUESTS]
        return self.requests[-1]

    def take_fault(self, operation: str | None, *, before: bool, streamed: bool = False) -> Fault | None:
        """The next fault of a request for an operation, which then has happened once more.

        `before`: one that comes before the operation; otherwise one of its response.
        """
        for place, fault in enumerate(self._faults):
            if fault.operation in (None, operation) and fault.before == before and (streamed or not fault.of_streams):
                if fault.times == 1:
                    del self._faults[place]
                elif fault.times is not None:
                    self._faults[place] = replace(fault, times=fault.times - 1)
                return fault
        return None

    async def wait_for_release(self, seconds: float = MAX_HOLD_SECONDS) -> bool:
        """Wait for `release`; whether it came."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                return await self._released.wait()
        return False

    def release(self) -> None:
        """Let held answers go on, and end requests that are not answered."""
        self._released.set()
        self._released = asyncio.Event()

    def reset(self) -> None:
        """Forget everything but what is stored."""
        self.release()
        self.requests.clear()
        self._faults.clear()
        self.responder.clear()
        clock.fix(None)
        ids.seed(None)

    def _prepare(self, answer: Answer) -> None:
        play = self._player(answer)
        if answer.pattern is None:
            self.responder.reply(play)
            return
        try:
            self.responder.on(answer.pattern, play)
        except re.error as error:
            raise BadInstruction(f"{answer.pattern!r} is no regular expression: {error}"[:200]) from error

    def _player(self, answer: Answer) -> Function:
        if callable(answer.text):
            return answer.text
        pieces = [answer.text] if isinstance(answer.text, str) else answer.text

        async def play(conversation: Conversation) -> AsyncIterator[Part]:
            if answer.usage:
                yield ModelUsage("scripted", "scripted", dict(answer.usage))
            if answer.reasoning:
                yield ReasoningDelta(answer.reasoning)
            for piece in pieces:
                if answer.delay:
                    await asyncio.sleep(answer.delay)
                if piece:
                    yield TextDelta(piece)
            for _ in range(MAX_HOLD_SIGNS if answer.hold else 0):
                if await self.wait_for_release(HOLD_SIGN_SECONDS):
                    break
                yield KeepAlive()
            if answer.error is not None:
                raise ResponderFailed(answer.error)
            for number, call in enumerate(answer.tool_calls, 1):
                function = {"name": call["name"], "arguments": json.dumps(call.get("arguments", {}))}
                yield ToolCallRequested(
                    {"id": call.get("id", f"call_{number}"), "type": "function", "function": function}
                )

        return play

    def _add_fault(self, fault: Fault) -> None:
        if fault.operation is not None and fault.operation not in self._operations:
            wanted = fault.operation.rpartition(".")[2].lower()  # perhaps a method of a client, such as messages.chat
            close = [name for name in self._operations if wanted in name.lower()]
            close = close or get_close_matches(fault.operation, self._operations, 1)
            known = f"did you mean {' or '.join(close)}?" if close else f"there are {', '.join(self._operations)}"
            raise BadInstruction(f"there is no operation {fault.operation!r}; {known}")
        self._faults.append(fault)

    async def _set_clock(self, change: ClockChange) -> None:
        try:
            moment = None if change.time is None else round(datetime.fromisoformat(change.time).timestamp() * 1000)
            step = round(change.advance * 1000)
        except (OverflowError, ValueError) as error:
            raise BadInstruction(f"a clock takes seconds to advance, or an ISO 8601 time: {error}") from error
        if not 0 <= (clock.now() if moment is None else moment) + step < END_OF_TIME:
            raise BadInstruction("the clock cannot leave the years 1970 to 9999")
        if change.seed is not None:
            if (moment, change.seed) in self._seeds:
                raise BadInstruction(
                    f"this server has made the ids of seed {change.seed} at {change.time} already: "
                    "choose another seed or time, or a new server"
                )
            self._seeds.add((moment, change.seed))
            ids.seed(change.seed)
        if moment is not None:
            clock.fix(moment)
        clock.advance(step)
        if step and self.sweep is not None:
            await self.sweep()

    async def _refuse(self, seconds: object) -> None:
        if not isinstance(seconds, int | float) or not 0 < seconds <= MAX_HOLD_SECONDS:
            raise BadInstruction(f"`seconds` is a number of up to {MAX_HOLD_SECONDS:g}, not {seconds!r}"[:200])
        if self.refuse is None:
            raise BadInstruction("this server has no socket of its own to close")
        await self.refuse(seconds)


def unknown_action(action: str) -> BadInstruction:
    """Make the error of an action that is none of ACTIONS."""
    return BadInstruction(f"there is no action {action!r}; there are {', '.join(ACTIONS)}"[:200])


def _parsed(body: bytes, kind: str) -> Json:
    if kind.startswith("multipart/"):
        return _form(_parts(body, kind))
    if kind.startswith("application/x-www-form-urlencoded"):
        return _form(parse_qsl(body.decode(errors="replace"), keep_blank_values=True))
    try:
        parsed: Json = json.loads(body)
    except ValueError:
        return body.decode(errors="replace")
    return parsed


def _parts(body: bytes, kind: str) -> Iterator[tuple[str, Json]]:
    message = message_from_bytes(b"Content-Type: " + kind.encode("latin-1") + b"\r\n\r\n" + body)
    for part in message.walk():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        if isinstance(name, str) and isinstance(content, bytes):
            text, filename = content.decode(errors="replace"), part.get_filename()
            yield name, text if filename is None else {"filename": filename, "size": len(content), "text": text}


def _form(parts: Iterable[tuple[str, Json]]) -> Json:
    """The fields of a form by their names; one that came more than once is a list."""
    fields: dict[str, list[Json]] = {}
    for name, value in parts:
        fields.setdefault(name, []).append(value)
    return {name: values[0] if len(values) == 1 else values for name, values in fields.items()}
