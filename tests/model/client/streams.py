"""Streams in the state machine of clients: each gives a prefix of the run's log, without gaps or repetitions."""

import json
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

import httpx
from hypothesis import strategies as st
from hypothesis.stateful import rule

from backboard_threads import UNSET, APIError, RunFailedError, StreamInterrupted
from tests.model.client.machine import (
    COUNTS,
    ERRORS,
    MOMENT,
    RUN_ID,
    THREAD,
    THREAD_ID,
    ClientMachine,
    retry_afters,
    statuses,
    timings,
)
from tests.model.client.network import PHASES, Attempt

EVENTS = (("content-type", "text/event-stream"),)
IDS = {"thread_id": THREAD_ID, "run_id": RUN_ID}
SAID = [{"type": "content_streaming", "content": text, **IDS} for text in ("Hé", "llo", " there")]
ASKED: dict[str, Any] = {"type": "tool_submit_required", "tool_calls": [], "content": "Before. ", **IDS}
LOGS: dict[str, list[dict[str, Any]]] = {
    "answered": [{"type": "run_started", **IDS}, *SAID, {"type": "run_ended", "status": "completed", **IDS}],
    "failed": [{"type": "run_started", **IDS}, SAID[0], {"type": "run_failed", "error": "no", **IDS}],
    "continued": [ASKED, *SAID, {"type": "run_ended", "status": "completed", **IDS}],
}
"""The events of runs; `continued` waited for tools before its last segment."""

STARTS: dict[str, Callable[[int], int]] = {
    "next": lambda after: after,
    "last": lambda after: after - 1,
    "first": lambda after: 0,
}
"""Where a server begins that is asked for the events after one: it may repeat that one, or ignore the question."""

answers = st.builds(Attempt, headers=st.just(EVENTS), **timings)
broken = st.builds(
    Attempt, headers=st.just(EVENTS), phase=st.sampled_from(PHASES), error=st.sampled_from(ERRORS), **timings
)
refused = st.builds(Attempt, status=statuses.filter(lambda one: one >= 300), headers=retry_afters, body=st.just(b"{}"))
calm = Attempt(headers=EVENTS)
slow = Attempt(headers=EVENTS, drips=(7.125, 7.125))


@st.composite
def histories(draw: st.DrawFn, said: str | None, *, is_named: bool) -> tuple[list[dict[str, Any]], str | None]:
    """The messages of a thread after a stream broke off, and the text of its reply, if it is stored whole.

    Not every server notes the run in the metadata of a message. A message that was `said` may not be stored. A later
    turn can be told apart only if an event named the run.
    """
    is_marked, status = draw(st.booleans()), draw(st.sampled_from(["COMPLETED", None, "IN_PROGRESS"]))
    turns = [("old", "Before", "Reply before", "COMPLETED")]
    is_sent = said is None or draw(st.booleans())
    if is_sent:
        turns.append((RUN_ID, said or "Hi", "Whole" if draw(st.booleans()) else "", status))
    text = turns[-1][2] if is_sent and status != "IN_PROGRESS" else ""
    if is_marked and is_named and draw(st.booleans()):
        turns.append(("next", "After", "Reply after", "COMPLETED"))
    messages = []
    for run_id, asked, reply, state in turns:
        metadata = {"metadata_": {"run_id": run_id}} if is_marked else {}
        messages.append(
            {"message_id": f"u-{run_id}", "role": "user", "content": asked, "created_at": MOMENT, **metadata}
        )
        answer = {"message_id": f"a-{run_id}", "role": "assistant", "content": reply, "created_at": MOMENT, **metadata}
        messages += [answer | ({} if state is None else {"status": state})] if reply else []
    return messages, text or None


def frames_of(log: str, *, numbered: bool = True) -> list[bytes]:
    """The events of a log as they are sent."""
    return [
        f"{f'id: {number}{chr(10)}' if numbered else ''}data: {json.dumps(event)}\n\n".encode()
        for number, event in enumerate(LOGS[log], 1)
    ]


class StreamMachine(ClientMachine):
    """Streams of messages and of stored events, cut anywhere."""

    @rule(
        data=st.data(), log=st.sampled_from(sorted(LOGS)), stored=st.booleans(),
        numbered=st.sampled_from([True, True, False]),
        script=st.lists(answers | broken | refused | st.sampled_from([calm, slow, slow]), max_size=4),
        cuts=st.lists(st.integers(0, 60) | st.integers(60, 400), max_size=4),
        starts=st.lists(st.sampled_from(sorted(STARTS)), max_size=3), deadline=st.sampled_from([UNSET, 9.75]),
    )  # fmt: skip
    def stream(
        self, data: Any, log: str, numbered: bool, stored: bool, script: list[Attempt], cuts: list[int],
        starts: list[str], deadline: Any,
    ) -> None:  # fmt: skip
        """Read a stream with any of the clients, and the thread again if it broke off."""
        stored = stored or log == "continued"
        opened = self.play_stream(
            data.draw(st.sampled_from(self.clients)), log, script, cuts, numbered=numbered, stored=stored,
            starts=starts, deadline=deadline,
        )  # fmt: skip
        if opened is not None:
            self.recover(opened, data.draw(histories(None if stored else "Hi", is_named=opened.run_id is not None)))

    def play_stream(
        self, client: Any, log: str, script: list[Attempt], cuts: list[int], *, numbered: bool = True,
        stored: bool = False, starts: Sequence[str] = (), deadline: Any = UNSET,
    ) -> Any:  # fmt: skip
        """Read a stream, and return it if it broke off.

        The first answers are cut after the bytes in `cuts`; later ones are whole. The first that continue the stream
        begin where `starts` says.
        """
        events, frames = LOGS[log], frames_of(log, numbered=numbered)
        cuts_left, starts_left = deque(cuts), deque(starts)

        def answer(request: httpx.Request) -> bytes:
            after = int(request.headers.get("last-event-id", "0"))
            content = b"".join(frames[STARTS[starts_left.popleft()](after) if after and starts_left else after :])
            return content[: cuts_left.popleft()] if cuts_left else content

        self.network.script, self.network.sent, self.network.answer = deque(script), [], answer
        self.network.otherwise = calm
        options: dict[str, Any] = {} if deadline is UNSET else {"deadline": deadline}
        opened = (
            client.runs.events(THREAD_ID, RUN_ID, **options)
            if stored
            else client.messages.stream(THREAD_ID, content="Hi", **options)
        )
        given: list[Any] = []
        began = self.clock.now
        error = self.collected(opened, given)
        self.network.otherwise = Attempt()
        assert not self.network.bodies
        limit = self.options["deadline"] if deadline is UNSET else deadline
        assert limit in (UNSET, None) or self.clock.now - began <= limit + 0.01
        assert error is None or isinstance(error, (APIError, *(one.error for one in script if one.error))), error
        failed = isinstance(error, RunFailedError)
        came = [one.to_dict() for one in given] + ([error.event.to_dict()] if failed else [])
        assert came == events[: len(came)]
        # the log of a run that waits for tools may end with its demand for them
        whole = len(came) == len(events) or (error is None and came[-1] == ASKED)
        assert (error is None or failed) == whole, (error, came)
        text = "".join(one.get("content") or "" for one in came)
        assert opened.text == text
        if isinstance(error, StreamInterrupted):
            assert error.partial_text == text
            assert error.last_event_id == (str(len(came)) if numbered and came else None)
        self.check_resumed(stored, numbered, came)
        if not script and len(cuts) <= self.options["max_retries"] and limit in (UNSET, None) and numbered:
            named = not cuts or cuts[0] >= len(frames[0])
            assert error is None or failed or not named
        COUNTS[f"stream: {type(error).__name__}"] += 1
        COUNTS["stream resumed"] += len(self.network.sent) > 1 and bool(came)
        return opened if isinstance(error, StreamInterrupted) else None

    def recover(self, opened: Any, history: tuple[list[dict[str, Any]], str | None]) -> None:
        """Read the thread of a stream that broke off: what it holds of the reply is found."""
        messages, reply = history
        self.network.script = deque()
        self.network.answer = lambda request: json.dumps(THREAD | {"messages": messages}).encode()
        recovery = self.run(opened.recover)
        assert (recovery.stored, recovery.text) == (reply is not None, reply), messages
        COUNTS[f"recovered: {reply}"] += 1

    def check_resumed(self, stored: bool, numbered: bool, came: list[Any]) -> None:
        """A stream is resumed with a GET of the log after the last event, never by sending the message again."""
        after = [int(one.headers.get("last-event-id", "0")) for one in self.network.sent]
        assert after == sorted(after)
        assert numbered or set(after) <= {0}
        resumed = [one for one in self.network.sent if "last-event-id" in one.headers]
        assert {one.method for one in resumed} <= {"GET"}
        assert len(resumed) <= self.options["max_retries"]
        assert {one.headers["accept"] for one in self.network.sent} <= {"text/event-stream"}
        if not stored:
            assert all(one.method == "POST" for one in self.network.sent[: len(self.network.sent) - len(resumed)])

    def collected(self, opened: Any, given: list[Any]) -> Any:
        """Read a stream to its end into `given`; return the error that it raised, if any."""

        async def read() -> None:
            async with opened as events:
                async for event in events:
                    given.append(event)

        def read_sync() -> None:
            with opened as events:
                given.extend(iter(lambda: next(events, None), None))

        try:
            self.run(read if self.half == "async" else read_sync)
        except (APIError, *ERRORS) as error:
            return error
        return None

    @rule(data=st.data(), headers=st.sampled_from([{"Accept": "mine"}, {"accept": "mine"}, {"Accept-Encoding": "br"}]))
    def give_header_to_stream(self, data: Any, headers: dict[str, str]) -> None:
        """No header of a caller's changes what a stream is read by."""
        client = data.draw(st.sampled_from(self.clients)).with_options(headers=headers)
        self.network.script, self.network.sent = deque([calm]), []
        self.network.answer = lambda request: b""
        self.collected(client.messages.stream(THREAD_ID, content="Hi", max_retries=0), [])
        sent = self.network.sent[0].headers
        assert sent.get_list("accept") == ["text/event-stream"]
        assert sent.get_list("accept-encoding") == ["identity"]
