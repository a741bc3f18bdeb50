"""A Hypothesis state machine that does the same to the real server and to the model, and compares every answer."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from backboard_threads import UNSET
from tests.model.comparison import CONTENTS, FAULTS, KEYS, STEPS, TOOL, Data, Held, given
from tests.model.driver import COUNTS, Answered, answered, streamed
from tests.model.resource_steps import ResourceSteps
from tests.model.state import IN_PROGRESS, WAITING, Id, Run, Thread
from tests.support.database.postgres import PostgresServer
from tests.support.database.store_faults import COMMIT_FAILS, failing


def postgres_machine(postgres: PostgresServer) -> "type[Machine]":
    """The machine on an empty database of a PostgreSQL server."""

    class PostgresMachine(Machine):
        def __init__(self) -> None:
            self.postgres = postgres.cleared()
            super().__init__()

    return PostgresMachine


class Machine(ResourceSteps):
    """One server, two accounts, several keys of each: all rules."""

    # messages

    def call_to_send(self, key: str, arguments: dict[str, Any]) -> Callable[[], Coroutine[Any, Any, Answered]]:
        """The client's call for a message, with the arguments of `Model.send`."""
        messages = self.server.client(key).messages
        rest = dict(arguments)
        stream, one_call = rest.pop("stream"), rest.pop("one_call")
        thread_id, assistant_id = rest.pop("thread_id"), rest.pop("assistant_id")
        tools = rest.pop("tools")
        options = {name: given(value) for name, value in rest.items()}
        if one_call:
            options["thread_id"] = given(self.binding.real(thread_id))
            options["assistant_id"] = given(self.binding.real(assistant_id))
            options["tools"] = UNSET if tools is None else [TOOL for _ in tools]
            if stream:
                return lambda: streamed(messages.chat_stream(**options))
            return lambda: answered(lambda: messages.with_response.chat(**options))
        del options["system_prompt"]
        real = self.binding.real(thread_id)
        if stream:
            return lambda: streamed(messages.stream(real, **options))
        return lambda: answered(lambda: messages.with_response.send(real, **options))

    @precondition(lambda self: self.threads or self.assistants)
    @rule(
        data=st.data(), content=st.sampled_from(CONTENTS), one_call=st.booleans(), stream=st.booleans(),
        send_to_llm=st.sampled_from([True, True, True, False]), idempotency_key=st.sampled_from([None, *KEYS]),
        fault=st.sampled_from([None, None, None, *FAULTS]), pause=st.integers(0, 40), prompt=st.booleans(),
        tools=st.sampled_from([None, ["look"], []]), where=st.integers(0, 5),
    )  # fmt: skip
    def send(
        self, data: Data, content: str, one_call: bool, stream: bool, send_to_llm: bool, idempotency_key: str | None,
        fault: str | None, pause: int, prompt: bool, tools: list[str] | None, where: int,
    ) -> None:  # fmt: skip
        key, thread_id = self.key(data), None
        if where > 1 and self.idle(busy=where == 2):
            key, thread = data.draw(st.sampled_from(self.idle(busy=where == 2)), label="thread")
            thread_id = thread.thread_id
        elif self.threads and (where or not one_call):
            thread_id = self.own(data, key, self.threads)
        if thread_id is None and not one_call:
            return
        assistant_id = None
        if one_call and where < 3 and self.assistants:
            assistant_id = self.own(data, key, self.assistants)
        if_match = None if thread_id is None else self.version(data, thread_id)
        arguments: dict[str, Any] = {
            "content": content, "thread_id": thread_id, "assistant_id": assistant_id, "one_call": one_call,
            "system_prompt": "Only now." if prompt and one_call else None, "tools": tools if one_call else None,
            "stream": stream, "send_to_llm": send_to_llm, "if_match": if_match, "idempotency_key": idempotency_key,
        }  # fmt: skip
        fault = fault if idempotency_key else None
        call = self.call_to_send(key, arguments)
        self.perform(
            "sendChatMessage" if one_call else "sendMessage", call,
            lambda: self.model.send(key, **arguments, abandoned=self.abandoned),
            fault, idempotency_key is not None, pause,
        )  # fmt: skip
        self.notice()

    def notice(self) -> None:
        """Learn the ids that requests have made in passing."""
        for account in self.model.accounts.values():
            for thread in account.threads:
                if thread.thread_id not in self.threads:
                    self.threads.append(thread.thread_id)
                self.runs += [
                    (thread.thread_id, run_id) for run_id in thread.runs if (thread.thread_id, run_id) not in self.runs
                ]
            for assistant in account.assistants:
                if assistant.body["assistant_id"] not in self.assistants:
                    self.assistants.append(assistant.body["assistant_id"])

    @precondition(lambda self: self.idle())
    @rule(data=st.data(), calls=st.integers(1, 2), stream=st.booleans(), keyed=st.booleans())
    def ask_for_tools(self, data: Data, calls: int, stream: bool, keyed: bool) -> None:
        """Leave a run waiting for the outputs of one or two calls."""
        key, thread = data.draw(st.sampled_from(self.idle()), label="idle")
        self.number += 1
        arguments: dict[str, Any] = {
            "content": "\n".join(["/call look {}"] * calls), "thread_id": thread.thread_id, "assistant_id": None,
            "one_call": True, "system_prompt": None, "tools": ["look"], "stream": stream, "send_to_llm": True,
            "if_match": None, "idempotency_key": f"tools-{self.number}" if keyed else None,
        }  # fmt: skip
        self.perform("askForTools", self.call_to_send(key, arguments), lambda: self.model.send(key, **arguments))
        self.notice()

    def waiting(self) -> list[tuple[str, Thread, Run]]:
        return [
            (next(key for key, one in self.model.keys.items() if one == name), thread, thread.active)
            for name, account in self.model.accounts.items()
            if name in self.model.keys.values()
            for thread in account.threads
            if thread.active is not None and thread.active.state == WAITING
        ]

    @precondition(lambda self: self.waiting())
    @rule(
        data=st.data(), latest=st.booleans(), stream=st.booleans(), idempotency_key=st.sampled_from([None, *KEYS]),
        wrong=st.sampled_from([False, False, False, True]),
        fault=st.sampled_from([None, None, *FAULTS]), pause=st.integers(0, 40),
    )  # fmt: skip
    def submit(
        self, data: Data, latest: bool, stream: bool, idempotency_key: str | None, wrong: bool, fault: str | None,
        pause: int,
    ) -> None:  # fmt: skip
        key, thread, run = data.draw(st.sampled_from(self.waiting()), label="waiting")
        outputs = [(call["id"], f"out {call['id']}") for call in run.calls]
        outputs = [*outputs[1:], ("call_9", "?")] if wrong else outputs
        real, real_run = self.binding.real(thread.thread_id), self.binding.real(run.run_id)
        options: Any = {
            "tool_outputs": [{"tool_call_id": call, "output": text} for call, text in outputs],
            "idempotency_key": given(idempotency_key),
        }
        call = self.call_to_submit(key, (real,) if latest else (real, real_run), stream, options)
        self.perform(
            "submitToolOutputs", call,
            lambda: self.model.submit(
                key, thread.thread_id, None if latest else run.run_id, outputs, stream=stream,
                idempotency_key=idempotency_key, abandoned=self.abandoned,
            ),
            fault if idempotency_key else None, idempotency_key is not None, pause,
        )  # fmt: skip

    def call_to_submit(
        self, key: str, ids: tuple[str, ...], stream: bool, options: Any
    ) -> Callable[[], Coroutine[Any, Any, Answered]]:
        """The client's call for tool outputs, to the run of `ids`, or to the latest of the thread."""
        runs = self.server.client(key).runs
        if len(ids) == 1:
            options = options | {"thread_id": ids[0]}
            if stream:
                return lambda: streamed(runs.stream_latest_tool_outputs(**options))
            return lambda: answered(lambda: runs.with_response.submit_latest_tool_outputs(**options))
        if stream:
            return lambda: streamed(runs.stream_tool_outputs(*ids, **options))
        return lambda: answered(lambda: runs.with_response.submit_tool_outputs(*ids, **options))

    @precondition(lambda self: self.runs)
    @rule(data=st.data())
    def cancel(self, data: Data) -> None:
        key = self.key(data)
        thread_id, run_id = data.draw(st.sampled_from(self.runs), label="run")
        client, real, real_run = self.server.client(key), self.binding.real(thread_id), self.binding.real(run_id)
        self.perform(
            "cancelRun",
            lambda: answered(lambda: client.runs.with_response.cancel(real, real_run)),
            lambda: self.model.cancel(key, thread_id, run_id),
        )
        for held in [one for one in self.held if one.run.run_id == run_id and one.run.state != IN_PROGRESS]:
            self.end_held(held)

    def events(self, data: Data) -> None:
        """Resume the events of a run that is over or waits, after any but the last."""
        key = self.key(data)
        thread_id, run_id = data.draw(st.sampled_from(self.runs), label="run")
        if any(held.run.run_id == run_id for held in self.held):
            return
        after = data.draw(st.integers(0, max(0, self.events_of(thread_id, run_id) - 1)), label="after")
        client, real, real_run = self.server.client(key), self.binding.real(thread_id), self.binding.real(run_id)
        self.perform(
            "streamRunEvents",
            lambda: streamed(client.runs.events(real, real_run, last_event_id=str(after))),
            lambda: self.model.events(key, thread_id, run_id, after),
        )

    def events_of(self, thread_id: Id, run_id: Id) -> int:
        return sum(
            len(thread.runs[run_id].events or ())
            for account in self.model.accounts.values()
            for thread in account.threads
            if thread.thread_id == thread_id and run_id in thread.runs
        )

    # runs in progress

    def idle(self, *, busy: bool = False) -> list[tuple[str, Thread]]:
        """Threads without a run in progress or waiting, each with a key of its account; with `busy` the others."""
        return [
            (next(key for key, one in self.model.keys.items() if one == name), thread)
            for name, account in self.model.accounts.items()
            if name in self.model.keys.values()
            for thread in account.threads
            if (thread.active is not None) is busy
        ]

    @precondition(lambda self: self.idle() and len(self.held) < 2)
    @rule(data=st.data(), stream=st.booleans(), keyed=st.sampled_from([True, True, False]), log_fails=st.booleans())
    def hold(self, data: Data, stream: bool, keyed: bool, log_fails: bool) -> None:
        """Begin a run that goes on until it is let go, cancelled, deleted or ended with the server.

        With `log_fails` the first write of its events does.
        """
        key, thread = data.draw(st.sampled_from(self.idle()), label="idle")
        self.number += 1
        number = self.number
        arguments: dict[str, Any] = {
            "content": f"/hold {number}", "thread_id": thread.thread_id, "assistant_id": None, "one_call": False,
            "system_prompt": None, "tools": None, "stream": stream, "send_to_llm": True, "if_match": None,
            "idempotency_key": f"hold-{number}" if keyed else None,
        }  # fmt: skip
        call = self.call_to_send(key, arguments)
        real = self.binding.real(thread.thread_id)

        async def start() -> "tuple[asyncio.Task[Answered], str]":
            task = asyncio.create_task(call())
            runs = self.server.services.context.runs
            while not any(live.lines[2:] for live in runs.of_thread(real)):
                assert not task.done(), task.result()
                await asyncio.sleep(0)
            if log_fails:  # from now on: the clearing in the background commits before the run's begin, or after
                with failing(self.server.services.store, COMMIT_FAILS) as fault:
                    while not fault.happened:  # noqa: ASYNC110 - no event says so
                        await asyncio.sleep(0.001)
            return task, runs.of_thread(real)[0].run_id

        task, run_id = self.run(start())
        self.model.send(key, **arguments)
        assert thread.active is not None
        self.binding.match(thread.active.run_id, run_id)
        self.held.append(Held(thread, thread.active, arguments["content"], call, [(task, False)], keyed))
        self.notice()
        COUNTS["run held"] += 1
        COUNTS["fault: events not written"] += log_fails

    @precondition(lambda self: any(held.keyed for held in self.held))
    @rule(data=st.data(), leaves=st.booleans(), pause=st.integers(0, 50))
    def join(self, data: Data, leaves: bool, pause: int) -> None:
        """Repeat a request under its key while its run goes on; the first caller may leave at any of its awaits."""
        held = data.draw(st.sampled_from([one for one in self.held if one.keyed]), label="held")

        async def join() -> "asyncio.Task[Answered]":
            task: asyncio.Task[Answered] = asyncio.create_task(held.call())  # type: ignore[arg-type]
            for step in range(51):
                if leaves and step == pause:
                    first, _ = held.waiting.pop(0)
                    first.cancel()
                await asyncio.sleep(0)
            return task

        held.waiting.append((self.run(join()), True))
        COUNTS["run joined"] += 1
        COUNTS["first caller left"] += leaves

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def let_go(self, data: Data) -> None:
        held = data.draw(st.sampled_from(self.held), label="held")
        self.server.responder.let_go.setdefault(held.content, asyncio.Event()).set()
        self.model.let_go(held.thread, held.run, held.content)
        self.end_held(held)
        COUNTS["run let go"] += 1

    def end_held(self, held: Held) -> None:
        """Compare what those who waited for a run got."""
        self.held.remove(held)
        for task, joined in held.waiting:
            answer = self.run(self.finished(task))
            self.compare("held run", held.run.response, answer, replayed=joined)
        self.run(self.server.settled())

    # the server and the clock

    @precondition(lambda self: self.calm > 3)
    @rule(how=st.sampled_from(["restart", "crash", "move"]))
    def interrupt(self, how: str) -> None:
        """Restart; go on with the files as a crash leaves them; let another process take over; or move to a new one."""
        if self.postgres is not None:
            how = "takeover" if how == "crash" else "restart"
        self.calm = 0
        self.model.stop(crash=how in ("crash", "takeover"))
        if how == "restart":
            self.run(self.server.restart())
        elif how == "crash":
            self.run(self.server.crash())
        elif how == "takeover":
            self.run(self.server.take_over())
        else:
            self.send_to_default()
            self.run(self.server.move(self.names))
            self.model.move()
            self.used_keys = [key for key, _ in self.names.values()]
        for held in list(self.held):
            self.end_held_by_stop(held)
        self.model.sweep()
        if how == "move":
            self.send_to_default()
        COUNTS[how] += 1

    def send_to_default(self) -> None:
        """Start a thread of the default assistant in each account."""
        for key in {account: key for key, account in self.model.keys.items()}.values():
            arguments: dict[str, Any] = {
                "content": "Keep this.", "thread_id": None, "assistant_id": None, "one_call": True,
                "system_prompt": None, "tools": None, "stream": False, "send_to_llm": False, "if_match": None,
                "idempotency_key": None,
            }  # fmt: skip
            self.perform(
                "sendChatMessage",
                self.call_to_send(key, arguments),
                lambda: self.model.send(key, **arguments),  # noqa: B023
            )
        self.notice()

    def end_held_by_stop(self, held: Held) -> None:
        self.held.remove(held)
        self.run(self.ended([task for task, _ in held.waiting]))

    async def ended(self, tasks: "list[asyncio.Task[Answered]]") -> None:
        """Callers whose server is gone get whatever they get."""
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    @rule(step=st.sampled_from(STEPS))
    def pass_time(self, step: int) -> None:
        self.model.now += step
        COUNTS["clock forward" if step > 0 else "clock back"] += 1
