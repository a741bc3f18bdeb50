"""Tool loops in the state machine of clients: each function is called once, its output sent, one request at a time."""

import json
from collections import Counter, deque
from itertools import islice
from typing import Any

import httpx
from hypothesis import strategies as st
from hypothesis.stateful import rule

from backboard_threads import APIError
from tests.model.client.machine import CANCELLED, COUNTS, ERRORS, RUN_ID, THREAD_ID, TURN
from tests.model.client.network import Attempt
from tests.model.client.streams import EVENTS, IDS, StreamMachine, broken, refused

CALLED: list[int] = []
"""Numbers that the tool was called with."""


def double(number: int) -> int:
    CALLED.append(number)
    return 2 * number


async def async_double(number: int) -> int:
    return double(number)


TOOLS: dict[str, Any] = {"sync": double, "async": async_double}


class Rounds:
    """The server of one run: it asks for some calls in each round, and replies after the last.

    Call `n` is that with the number `n`. A segment is what follows a message or the outputs of a round.
    """

    def __init__(self, sizes: list[int], name: str, cuts: list[int]) -> None:
        numbers = iter(range(sum(sizes)))
        asked = [[next(numbers) for _ in range(size)] for size in sizes]
        self.outputs: dict[str, list[Any]] = {}
        """The outputs that came, by the key they came under."""
        self.log: list[dict[str, Any]] = []
        self._ends: list[int] = []
        self._turns: list[dict[str, Any]] = []
        self._round_of = {number: position for position, one in enumerate(asked, 1) for number in one}
        self._reached = 0
        self._cuts = deque(cuts)
        for position, one in enumerate([*asked, []]):
            function = {"name": name}
            calls = [
                {"id": str(n), "type": "function", "function": {**function, "arguments": json.dumps({"number": n})}}
                for n in one
            ]
            end = {"type": "tool_submit_required", "tool_calls": calls} if calls else {"type": "run_ended"}
            self.log += [{"type": "content_streaming", "content": f"{position}", **IDS}, {**end, **IDS}]
            self._ends.append(len(self.log))
            status = "REQUIRES_ACTION" if calls else "COMPLETED"
            self._turns.append({**TURN, "run_id": RUN_ID, "status": status, "tool_calls": calls, "content": "done"})

    def __call__(self, request: httpx.Request) -> bytes:
        if request.url.path.endswith("/cancel"):
            return json.dumps(CANCELLED).encode()
        if request.method == "GET":
            return self._events(int(request.headers["last-event-id"]))
        body = json.loads(request.content)
        if "tool_outputs" in body:
            self.outputs[request.headers["idempotency-key"]] = body["tool_outputs"]
            self._reached = self._round_of[int(body["tool_outputs"][0]["tool_call_id"])]
        if "stream" in body or "stream" in request.url.params:
            return self._events(self._ends[self._reached - 1] if self._reached else 0)
        return json.dumps(self._turns[self._reached]).encode()

    def _events(self, after: int) -> bytes:
        """The events from a number on to the end of the segment, as far as the connection holds."""
        numbered = list(enumerate(self.log, 1))[after : self._ends[self._reached]]
        content = "".join(f"id: {number}\ndata: {json.dumps(event)}\n\n" for number, event in numbered).encode()
        return content[: self._cuts.popleft()] if self._cuts else content


class ToolMachine(StreamMachine):
    """Runs whose tools the client calls."""

    @rule(
        data=st.data(), sizes=st.lists(st.integers(1, 3), max_size=3), streamed=st.booleans(),
        script=st.lists(broken | refused | st.just(Attempt(headers=EVENTS)), max_size=3),
        cuts=st.lists(st.integers(0, 400), max_size=2),
    )  # fmt: skip
    def use_tools(
        self, data: Any, sizes: list[int], streamed: bool, script: list[Attempt], cuts: list[int]
    ) -> None:  # fmt: skip
        """Have the client call the tools of a run, over a network as the script says."""
        client = data.draw(st.sampled_from(self.clients))
        tool = TOOLS[self.half]
        server = Rounds(sizes, tool.__name__, cuts)
        self.network.script, self.network.sent, self.network.answer = deque(script), [], server
        self.network.otherwise = Attempt(headers=EVENTS)
        CALLED.clear()
        given: list[Any] = []
        options: dict[str, Any] = {"content": "Hi", "tools": [tool], "idempotency_key": "mine"}
        if streamed:
            opened = client.messages.stream_tools(THREAD_ID, **options)
            error = self.collected(opened, given)
            run = opened.run
        else:
            error, run = self.ran(lambda: client.messages.run_tools(THREAD_ID, **options))
        self.network.otherwise = Attempt()
        assert not self.network.bodies
        assert not [number for number, times in Counter(CALLED).items() if times > 1]
        came = [event.to_dict() for event in given]
        assert came == server.log[: len(came)]
        numbers = iter(range(sum(sizes)))
        expected = {
            f"mine-{position}": [{"tool_call_id": str(n), "output": str(2 * n)} for n in islice(numbers, size)]
            for position, size in enumerate(sizes, 1)
        }
        assert server.outputs.items() <= expected.items()
        assert error is not None or (server.outputs == expected and run.rounds == len(sizes))
        assert error is not None or not streamed or came == server.log
        assert script or cuts or error is None
        COUNTS[f"tools: {'events' if streamed else 'turns'}, {'error' if error else 'reply'}"] += 1
        COUNTS["tools: rounds"] += len(server.outputs)

    def ran(self, call: Any) -> tuple[Any, Any]:
        """The error of a call, if any, and its result."""
        try:
            return None, self.run(call)
        except (APIError, *ERRORS) as error:
            return error, None


def machine_of(half: str) -> type[ToolMachine]:
    """The machine of the sync or the async client."""
    return type("Machine", (ToolMachine,), {"half": half})
