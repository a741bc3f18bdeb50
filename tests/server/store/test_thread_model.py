"""Any interleaving of what people do to threads, against a simple model of what must be true.

The model keeps, per thread, the messages it must hold and the run that holds it. The server is real, but for its
socket; a crash is a copy of its files, taken at that moment, on which another server goes on.
"""

import asyncio
import contextlib
import shutil
import tempfile
from collections.abc import AsyncIterator, Coroutine, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import httpx
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.support.builders import WEATHER
from tests.support.threads_api import Api, Event, called
from threads_server.responders import Conversation, ResponderEvent, TextDelta
from threads_server.responders.offline import OfflineResponder

T = TypeVar("T")
Expected = tuple[str, str, str]  # role, content, status

CANCELLED, COMPLETED, FAILED = "CANCELLED", "COMPLETED", "FAILED"


class Holding(OfflineResponder):
    """The offline responder, with `/hold TEXT`: says "so far", and TEXT when it is let go."""

    def __init__(self) -> None:
        self.let_go: dict[str, asyncio.Event] = {}

    async def answer(self, conversation: Conversation) -> AsyncIterator[Sequence[ResponderEvent]]:
        text = conversation.messages[-1]["content"]
        if text.startswith("/hold "):
            yield [TextDelta("so far ")]
            await self.let_go.setdefault(text, asyncio.Event()).wait()
            yield [TextDelta(text.removeprefix("/hold "))]
        else:
            async for pieces in super().answer(conversation):
                yield pieces


@dataclass
class Run:
    """The run that holds a thread: at work (`sending` is its request), or waiting for tools (`calls`)."""

    run_id: str
    content: str
    sending: "asyncio.Task[httpx.Response] | None" = None
    calls: list[str] = field(default_factory=list)


@dataclass
class Thread:
    thread_id: str
    messages: list[Expected] = field(default_factory=list)
    run: Run | None = None
    ended: dict[str, str] = field(default_factory=dict)
    """The runs that are over, and how."""


@dataclass
class StoredResponse:
    """What was answered under a key."""

    thread: Thread
    body: dict[str, Any]
    answer: httpx.Response


class Threads(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.folder = Path(tempfile.mkdtemp(prefix="threads-model-"))
        self.number = 0
        self.threads: list[Thread] = []
        self.kept: dict[str, StoredResponse] = {}
        self.server: contextlib.AbstractAsyncContextManager[Api] | None = None

    def run(self, doing: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(asyncio.wait_for(doing, 20))

    def fresh(self) -> str:
        self.number += 1
        return str(self.number)

    def idle(self) -> list[Thread]:
        return [thread for thread in self.threads if thread.run is None]

    def held(self) -> list[Thread]:
        return [thread for thread in self.threads if thread.run and thread.run.sending]

    def waiting(self) -> list[Thread]:
        return [thread for thread in self.threads if thread.run and thread.run.calls]

    @initialize()
    def begin(self) -> None:
        self.database = self.folder / "0.db"
        self.start()
        self.assistant_id = self.run(self.api.assistant(tools=[WEATHER]))
        self.make()

    def start(self) -> None:
        self.server = called(self.database, busy_wait=0)
        self.api = self.run(self.server.__aenter__())
        self.responder = Holding()
        self.api.services.context.responder = self.responder

    def stop(self) -> None:
        if self.server is not None:
            self.run(self.server.__aexit__(None, None, None))
            self.server = None

    def teardown(self) -> None:
        self.stop()
        self.runner.close()
        shutil.rmtree(self.folder)

    def make(self) -> None:
        self.threads.append(Thread(self.run(self.api.thread(self.assistant_id))))

    @precondition(lambda self: len(self.threads) < 4)
    @rule()
    def make_thread(self) -> None:
        self.make()

    @precondition(lambda self: self.idle())
    @rule(data=st.data(), stream=st.booleans(), to_llm=st.booleans(), keyed=st.booleans(), fails=st.booleans())
    def send(self, data: Any, stream: bool, to_llm: bool, keyed: bool, fails: bool) -> None:
        thread = data.draw(st.sampled_from(self.idle()))
        number = self.fresh()
        content = f"/fail {number}" if fails else f"/say {number}"
        body = {"content": content, "stream": stream, "send_to_llm": to_llm}
        key = f"key-{number}" if keyed else None
        answer = self.run(self.api.send(thread.thread_id, **body, key=key))
        assert answer.status_code == 200, answer.text
        thread.messages.append(("user", content, COMPLETED))
        if to_llm:
            state = FAILED if fails else COMPLETED
            thread.messages.append(("assistant", "" if fails else number, state))
            thread.ended[self.run_of(thread)] = state
        if key is not None:
            self.kept[key] = StoredResponse(thread, body, answer)

    def run_of(self, thread: Thread) -> str:
        messages = self.run(self.api.get(thread.thread_id))["messages"]
        return str(messages[-1]["metadata_"]["run_id"])

    @precondition(lambda self: self.idle())
    @rule(data=st.data(), count=st.integers(1, 3), keyed=st.booleans())
    def ask_for_tools(self, data: Any, count: int, keyed: bool) -> None:
        thread = data.draw(st.sampled_from(self.idle()))
        number = self.fresh()
        body = {"content": "\n".join(["/call get_weather {}"] * count)}
        key = f"key-{number}" if keyed else None
        answer = self.run(self.api.send(thread.thread_id, **body, key=key))
        turn = answer.json()
        assert turn["status"] == "REQUIRES_ACTION"
        calls = [call["id"] for call in turn["tool_calls"]]
        thread.messages += [("user", body["content"], COMPLETED), ("assistant", "", "REQUIRES_ACTION")]
        thread.run = Run(turn["run_id"], body["content"], calls=calls)
        if key is not None:
            self.kept[key] = StoredResponse(thread, body, answer)

    @precondition(lambda self: self.waiting())
    @rule(data=st.data(), stream=st.booleans(), keyed=st.booleans())
    def submit(self, data: Any, stream: bool, keyed: bool) -> None:
        thread = data.draw(st.sampled_from(self.waiting()))
        run = thread.run
        assert run is not None
        given = data.draw(st.lists(st.sampled_from([*run.calls, "call_9"]), max_size=4))
        outputs = [{"tool_call_id": call, "output": f"out {call}"} for call in given or run.calls]
        path = f"/threads/{thread.thread_id}/runs/{run.run_id}/submit-tool-outputs?stream={str(stream).lower()}"
        answer = self.run(self.api.post(path, {"tool_outputs": outputs}))
        if given and sorted(given) != sorted(run.calls):
            assert answer.status_code == 400
            return
        assert answer.status_code == 200
        role, content, _ = thread.messages[-1]
        thread.messages[-1] = (role, content, COMPLETED)
        thread.messages += [("tool", f"out {call}", COMPLETED) for call in run.calls]
        said = "\n".join(f"get_weather returned: out {call}" for call in run.calls)
        thread.messages.append(("assistant", said, COMPLETED))
        thread.ended[run.run_id], thread.run = COMPLETED, None

    @precondition(lambda self: self.idle())
    @rule(data=st.data(), stream=st.booleans(), keyed=st.booleans())
    def hold(self, data: Any, stream: bool, keyed: bool) -> None:
        thread = data.draw(st.sampled_from(self.idle()))
        number = self.fresh()
        content = f"/hold {number}"
        key = f"key-{number}" if keyed else None

        async def send() -> Run:
            sending = asyncio.create_task(self.api.send(thread.thread_id, content, stream=stream, key=key))
            runs = self.api.services.context.runs
            while not any(live.lines[2:] for live in runs.of_thread(thread.thread_id)):  # noqa: ASYNC110
                await asyncio.sleep(0.005)
            return Run(runs.of_thread(thread.thread_id)[0].run_id, content, sending)

        thread.run = self.run(send())
        thread.messages.append(("user", content, COMPLETED))

    @precondition(lambda self: self.held())
    @rule(data=st.data())
    def let_go(self, data: Any) -> None:
        thread = data.draw(st.sampled_from(self.held()))
        run = thread.run
        assert run is not None
        assert run.sending is not None
        self.responder.let_go.setdefault(run.content, asyncio.Event()).set()
        assert self.run(self.answered(run.sending)).status_code == 200
        said = f"so far {run.content.removeprefix('/hold ')}"
        thread.messages.append(("assistant", said, COMPLETED))
        thread.ended[run.run_id], thread.run = COMPLETED, None

    async def answered(self, sending: "asyncio.Task[httpx.Response]") -> httpx.Response:
        return await sending

    @precondition(lambda self: self.held() or self.waiting())
    @rule(data=st.data(), stream=st.booleans(), to_llm=st.booleans())
    def send_to_a_busy_thread(self, data: Any, stream: bool, to_llm: bool) -> None:
        thread = data.draw(st.sampled_from(self.held() + self.waiting()))
        answer = self.run(self.api.send(thread.thread_id, "busy?", stream=stream, send_to_llm=to_llm))
        assert thread.run is not None
        assert answer.status_code == 409
        assert thread.run.run_id in answer.json()["detail"]
        assert all(call in answer.json()["detail"] for call in thread.run.calls)

    @precondition(lambda self: any(thread.run or thread.ended for thread in self.threads))
    @rule(data=st.data())
    def cancel(self, data: Any) -> None:
        thread = data.draw(st.sampled_from([thread for thread in self.threads if thread.run or thread.ended]))
        run = thread.run
        run_id = data.draw(st.sampled_from([*thread.ended, *([run.run_id] if run else [])]))
        answer = self.run(self.api.cancel(thread.thread_id, run_id)).json()
        assert answer["cancelled"] is (thread.ended.get(run_id, CANCELLED) == CANCELLED)
        if run is not None and run_id == run.run_id:
            self.cancelled(thread, run)

    def cancelled(self, thread: Thread, run: Run) -> None:
        if run.sending is not None:
            assert self.run(self.answered(run.sending)).status_code == 200
            thread.messages.append(("assistant", "so far ", CANCELLED))
        else:
            role, content, _ = thread.messages[-1]
            thread.messages[-1] = (role, content, CANCELLED)
            thread.messages += [("tool", "Cancelled", CANCELLED)] * len(run.calls)
            thread.messages.append(("assistant", "", CANCELLED))
        thread.ended[run.run_id], thread.run = CANCELLED, None

    @precondition(lambda self: self.threads)
    @rule(data=st.data())
    def delete(self, data: Any) -> None:
        thread = data.draw(st.sampled_from(self.threads))
        answer = self.run(self.api.http.delete(f"/threads/{thread.thread_id}"))
        assert answer.status_code == 200
        self.threads.remove(thread)
        if thread.run and thread.run.sending:
            end = self.run(self.answered(thread.run.sending))
            assert end.status_code == 404 or '"run_cancelled"' in end.text
        thread.run = None

    @precondition(lambda self: self.kept)
    @rule(data=st.data())
    def repeat(self, data: Any) -> None:
        key = data.draw(st.sampled_from(sorted(self.kept)))
        kept = self.kept[key]
        again = self.run(self.api.send(kept.thread.thread_id, **kept.body, key=key))
        if kept.thread not in self.threads:
            assert again.status_code == 404
        else:
            assert (again.status_code, again.content) == (200, kept.answer.content)
            assert again.headers["idempotency-replayed"] == "true"
            assert again.headers.get("etag") == kept.answer.headers.get("etag")
            other = {**kept.body, "content": "another"}
            assert self.run(self.api.send(kept.thread.thread_id, **other, key=key)).status_code == 409

    @precondition(lambda self: self.threads)
    @rule(data=st.data(), guarded=st.booleans())
    def send_if_unchanged(self, data: Any, guarded: bool) -> None:
        thread = data.draw(st.sampled_from(self.threads))
        version = 1 + len(thread.messages) - guarded
        path = f"/threads/{thread.thread_id}/messages"
        body = {"content": "guarded", "send_to_llm": False}
        answer = self.run(self.api.post(path, body, if_match=f'"{version}"'))
        if guarded:
            assert answer.status_code == 412
        elif thread.run:
            assert answer.status_code == 409
        else:
            assert answer.status_code == 200
            thread.messages.append(("user", "guarded", COMPLETED))

    @precondition(lambda self: any(thread.ended for thread in self.threads))
    @rule(data=st.data())
    def resume(self, data: Any) -> None:
        thread = data.draw(st.sampled_from([thread for thread in self.threads if thread.ended]))
        run_id = data.draw(st.sampled_from(sorted(thread.ended)))
        whole = self.run(self.events(thread, run_id, None))
        ends = {COMPLETED: "run_ended", FAILED: "run_failed", CANCELLED: "run_cancelled"}
        assert whole[-1]["type"] == ends[thread.ended[run_id]]
        numbers = [int(event.id or 0) for event in whole]
        assert numbers == sorted(set(numbers))
        place = data.draw(st.integers(0, len(whole) - 1))
        assert self.run(self.events(thread, run_id, whole[place].id)) == whole[place + 1 :]

    async def events(self, thread: Thread, run_id: str, after: str | None) -> list[Event]:
        async with self.api.events(thread.thread_id, run_id, after) as stream:
            return await stream.rest()

    @rule()
    def restart(self) -> None:
        self.stop()
        self.over("so far ")
        self.start()

    @rule()
    def crash(self) -> None:
        """The files as they are this moment are all that another server has."""
        database = self.folder / f"{self.fresh()}.db"
        for ending in ("", "-wal"):
            shutil.copy(f"{self.database}{ending}", f"{database}{ending}")
        self.stop()
        self.database = database
        self.over(None)
        self.start()

    def over(self, said: str | None) -> None:
        """Whatever was at work has failed; what it had said may be lost with the process, but nothing else."""
        for thread in self.held():
            assert thread.run is not None
            assert thread.run.sending is not None
            with contextlib.suppress(httpx.HTTPError):  # a connection that ends with its server is no news
                self.run(self.answered(thread.run.sending))
            thread.messages.append(("assistant", "?" if said is None else said, FAILED))
            thread.ended[thread.run.run_id], thread.run = FAILED, None

    @invariant()
    def the_server_agrees(self) -> None:
        if self.server is None:
            return
        for thread in self.threads:
            answer = self.run(self.api.http.get(f"/threads/{thread.thread_id}"))
            messages = [(each["role"], each["content"], each["status"]) for each in answer.json()["messages"]]
            for place, (role, content, status) in enumerate(thread.messages):
                if content == "?" and messages[place][1] in ("", "so far "):
                    thread.messages[place] = (role, messages[place][1], status)
            assert messages == thread.messages
            assert answer.headers["etag"] == f'"{1 + len(messages)}"'
        listed = self.run(self.api.http.get("/threads", params={"include_messages": False})).json()
        assert [(each["thread_id"], each["message_count"]) for each in listed] == [
            (thread.thread_id, len(thread.messages)) for thread in reversed(self.threads)
        ]


TestThreads = Threads.TestCase
TestThreads.settings = settings(
    max_examples=20, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
)
