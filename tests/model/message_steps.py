"""Steps that send messages, submit tool outputs, cancel runs and read their events."""

from collections.abc import Callable, Coroutine
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from backboard_threads import UNSET
from tests.model.comparison import CONTENTS, FAULTS, KEYS, TOOL, Data, given
from tests.model.driver import COUNTS, Answered, answered, streamed
from tests.model.resource_steps import ResourceSteps
from tests.model.state import AGAIN, IN_PROGRESS, WAITING, Files, Id, Run, Thread, entity_tags

FILES = ((), (), (), (("note é.txt", b"noted"),), (("a.txt", b"a"), ("empty.txt", b"")))

NOTHING_ELSE: dict[str, Any] = {
    "thread_id": None, "assistant_id": None, "one_call": False, "system_prompt": None, "tools": None, "files": (),
    "stream": False, "send_to_llm": True, "if_match": None, "idempotency_key": None,
}  # fmt: skip


class MessageSteps(ResourceSteps):
    """Rules of turns that end at once."""

    # messages

    def call_to_send(self, key: str, arguments: dict[str, Any]) -> Callable[[], Coroutine[Any, Any, Answered]]:
        """The client's call for a message, with the arguments of `Model.send`."""
        messages = self.server.client(key).messages
        rest = dict(arguments)
        stream, one_call = rest.pop("stream"), rest.pop("one_call")
        thread_id, assistant_id = rest.pop("thread_id"), rest.pop("assistant_id")
        tools, files = rest.pop("tools"), rest.pop("files")
        options = {name: given(value) for name, value in rest.items()}
        if files:
            options["files"] = [(name, content, "text/plain") for name, content in files]
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
        files=st.sampled_from(FILES), tools=st.sampled_from([None, ["look"], []]), where=st.integers(0, 5),
    )  # fmt: skip
    def send(
        self, data: Data, content: str, one_call: bool, stream: bool, send_to_llm: bool, idempotency_key: str | None,
        fault: str | None, pause: int, prompt: bool, files: Files, tools: list[str] | None, where: int,
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
        if_match = self.version(data, thread_id)
        arguments: dict[str, Any] = {
            "content": content, "thread_id": thread_id, "assistant_id": assistant_id, "one_call": one_call,
            "system_prompt": "Only now." if prompt and one_call else None, "tools": tools if one_call else None,
            "files": files, "stream": stream, "send_to_llm": send_to_llm, "if_match": if_match,
            "idempotency_key": idempotency_key,
        }  # fmt: skip
        self.send_with(key, arguments, fault if idempotency_key else None, pause)

    def send_with(self, key: str, arguments: dict[str, Any], fault: str | None = None, pause: int = 0) -> None:
        """Send a message with arguments of `Model.send`."""
        arguments = NOTHING_ELSE | arguments
        one_call, idempotency_key = arguments["one_call"], arguments["idempotency_key"]
        self.count_send(key, arguments)
        call = self.call_to_send(key, arguments)
        self.perform(
            "sendChatMessage" if one_call else "sendMessage", call,
            lambda: self.model.send(key, **arguments, abandoned=self.abandoned),
            fault, idempotency_key is not None, pause,
        )  # fmt: skip
        self.notice()

    def count_send(self, key: str, arguments: dict[str, Any]) -> None:
        """Count the kind of a message: of which form it is, and to which thread under which condition."""
        if arguments["one_call"]:
            given_ids = [name for name in ("thread_id", "assistant_id") if arguments[name] is not None]
            COUNTS[f"one call with {' and '.join(given_ids) or 'nothing'}"] += 1
        account = self.model.accounts.get(self.model.keys.get(key, ""))
        for thread in account.threads if account is not None else ():
            if thread.thread_id == arguments["thread_id"]:
                state = "idle" if thread.active is None else thread.active.state
                tags = {value: kind for kind, value in entity_tags(thread.version).items()}
                COUNTS[f"If-Match {tags[arguments['if_match']]}: {state}"] += 1

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
    @rule(data=st.data(), calls=st.integers(1, 2), stream=st.booleans(), keyed=st.booleans(), prompt=st.booleans())
    def ask_for_tools(self, data: Data, calls: int, stream: bool, keyed: bool, prompt: bool) -> None:
        """Leave a run waiting for the outputs of one or two calls."""
        key, thread = data.draw(st.sampled_from(self.idle()), label="idle")
        self.number += 1
        arguments: dict[str, Any] = {
            "content": "\n".join(["/call look {}"] * calls), "thread_id": thread.thread_id, "assistant_id": None,
            "one_call": True, "system_prompt": "Only now." if prompt else None, "tools": ["look"], "files": (),
            "stream": stream, "send_to_llm": True, "if_match": None,
            "idempotency_key": f"tools-{self.number}" if keyed else None,
        }  # fmt: skip
        self.perform(
            "askForTools", self.call_to_send(key, arguments), lambda: self.model.send(key, **arguments), keyed=keyed
        )  # fmt: skip
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
        wrong=st.sampled_from([False, False, False, True]), again=st.booleans(),
        tools=st.sampled_from([None, ["look"], []]),
        fault=st.sampled_from([None, None, *FAULTS]), pause=st.integers(0, 40),
    )  # fmt: skip
    def submit(
        self, data: Data, latest: bool, stream: bool, idempotency_key: str | None, wrong: bool, again: bool,
        tools: list[str] | None, fault: str | None, pause: int,
    ) -> None:  # fmt: skip
        key, thread, run = data.draw(st.sampled_from(self.waiting()), label="waiting")
        outputs = [(call["id"], AGAIN if again else f"out {call['id']}") for call in run.calls]
        tools = None if latest else tools  # only the form with the run's id has them
        outputs = [*outputs[1:], ("call_9", "?")] if wrong else outputs
        real, real_run = self.binding.real(thread.thread_id), self.binding.real(run.run_id)
        options: Any = {
            "tool_outputs": [{"tool_call_id": call, "output": text} for call, text in outputs],
            "idempotency_key": given(idempotency_key),
        }
        if tools is not None:
            options["tools"] = [TOOL for _ in tools]
        call = self.call_to_submit(key, (real,) if latest else (real, real_run), stream, options)
        self.perform(
            "submitToolOutputs", call,
            lambda: self.model.submit(
                key, thread.thread_id, None if latest else run.run_id, outputs, tools=tools, stream=stream,
                idempotency_key=idempotency_key, abandoned=self.abandoned,
            ),
            fault if idempotency_key else None, idempotency_key is not None, pause,
        )  # fmt: skip
        COUNTS["outputs refused"] += wrong
        COUNTS[f"outputs in round {min(run.segment, 3)}"] += 1
        COUNTS["turn's own instructions in another round"] += bool(run.segment > 1 and run.system_prompt)

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
    @rule(
        data=st.data(), idempotency_key=st.sampled_from([None, *KEYS]),
        fault=st.sampled_from([None, None, None, *FAULTS]), pause=st.integers(0, 40),
    )  # fmt: skip
    def cancel(self, data: Data, idempotency_key: str | None, fault: str | None, pause: int) -> None:
        key = self.key(data)
        thread_id, run_id = self.own_run(data, key)
        client, real, real_run = self.server.client(key), self.binding.real(thread_id), self.binding.real(run_id)
        options: Any = {"idempotency_key": given(idempotency_key)}
        self.perform(
            "cancelRun",
            lambda: answered(lambda: client.runs.with_response.cancel(real, real_run, **options)),
            lambda: self.model.cancel(key, thread_id, run_id, idempotency_key),
            fault if idempotency_key else None, idempotency_key is not None, pause,
        )  # fmt: skip
        for held in [one for one in self.held if one.run.run_id == run_id and one.run.state != IN_PROGRESS]:
            self.end_held(held)

    def events(self, data: Data) -> None:
        """Resume the events of a run that is over or waits, after any but the last."""
        key = self.key(data)
        thread_id, run_id = self.own_run(data, key)
        if any(held.run.run_id == run_id for held in self.held):
            return
        after = data.draw(st.integers(0, max(0, self.events_of(thread_id, run_id) - 1)), label="after")
        client, real, real_run = self.server.client(key), self.binding.real(thread_id), self.binding.real(run_id)
        self.perform(
            "streamRunEvents",
            lambda: streamed(client.runs.events(real, real_run, last_event_id=str(after))),
            lambda: self.model.events(key, thread_id, run_id, after),
        )

    def own_run(self, data: Data, key: str) -> tuple[Id, Id]:
        """Mostly a run of the key's account, with its thread; sometimes another's or a deleted one."""
        account = self.model.accounts.get(self.model.keys.get(key, ""))
        mine = [one.thread_id for one in account.threads] if account is not None else []
        found: tuple[Id, Id] = data.draw(
            st.sampled_from([run for run in self.runs if run[0] in mine] * 8 + self.runs), label="run"
        )
        return found

    def events_of(self, thread_id: Id, run_id: Id) -> int:
        return sum(
            len(thread.runs[run_id].events or ())
            for account in self.model.accounts.values()
            for thread in account.threads
            if thread.thread_id == thread_id and run_id in thread.runs
        )
