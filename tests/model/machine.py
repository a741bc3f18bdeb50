"""A Hypothesis state machine that does the same to the real server and to the model, and compares every answer."""

import asyncio
import itertools
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.model.comparison import KEYS, STEPS, Data, Held, Keyed
from tests.model.driver import COUNTS, Answered, answered
from tests.model.message_steps import MessageSteps
from tests.model.state import DAY, FAILED, Rejected, Response, Thread
from tests.support.database.postgres import PostgresServer


def postgres_machine(postgres: PostgresServer) -> "type[Machine]":
    """The machine on an empty database of a PostgreSQL server."""

    class PostgresMachine(Machine):
        def __init__(self) -> None:
            self.postgres = postgres
            super().__init__()

    return PostgresMachine


class Machine(MessageSteps):
    """One server, two accounts, several keys of each: all rules."""

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

    @precondition(lambda self: self.idle() and len(self.held) < 3)
    @rule(data=st.data(), stream=st.booleans(), keyed=st.sampled_from([True, True, False]), log_fails=st.booleans())
    def hold(self, data: Data, stream: bool, keyed: bool, log_fails: bool) -> None:
        """Begin a run that goes on until it is let go, cancelled, deleted or ended with the server.

        With `log_fails` its events are not written before its end.
        """
        key, thread = data.draw(st.sampled_from(self.idle()), label="idle")
        self.number += 1
        number = self.number
        stored = self.model.accounts[self.model.keys[key]].stored
        free = [name for name in KEYS if name not in stored or stored[name].created_at <= self.model.now - DAY]
        name = data.draw(st.sampled_from([*free, f"hold-{number}"]), label="idempotency_key") if keyed else None
        arguments: dict[str, Any] = {
            "content": f"/hold {number}", "thread_id": thread.thread_id, "assistant_id": None, "one_call": False,
            "system_prompt": None, "tools": None, "files": (), "stream": stream, "send_to_llm": True, "if_match": None,
            "idempotency_key": name,
        }  # fmt: skip
        call = self.call_to_send(key, arguments)
        real = self.binding.real(thread.thread_id)

        self.settle()
        expected = self.expected(lambda: self.model.send(key, **arguments))
        if isinstance(expected, Rejected):
            self.compare("hold", expected, self.run(call()), None)
            COUNTS[f"hold: {expected.status}"] += 1
            return

        async def start() -> "tuple[asyncio.Task[Answered], str]":
            if log_fails:
                self.server.log_fails = asyncio.Event()
            task = asyncio.create_task(call())
            runs = self.server.services.context.runs
            while not any(live.lines[2:] for live in runs.of_thread(real)):
                assert not task.done(), task.result()
                await asyncio.sleep(0)
            if self.server.log_fails is not None:
                await self.server.log_fails.wait()
            return task, runs.of_thread(real)[0].run_id

        task, run_id = self.run(start())
        assert thread.active is not None
        self.binding.match(thread.active.run_id, run_id)
        self.held.append(Held(key, thread, thread.active, arguments, call, [(task, False)], keyed))
        self.notice()
        COUNTS["run held"] += 1
        COUNTS["fault: events not written"] += log_fails

    @precondition(lambda self: any(held.keyed for held in self.held))
    @rule(data=st.data(), leaves=st.booleans(), pause=st.integers(0, 50))
    def join(self, data: Data, leaves: bool, pause: int) -> None:
        """Repeat a request under its key while its run goes on; the first caller may leave at any of its awaits."""
        held = data.draw(st.sampled_from([one for one in self.held if one.keyed]), label="held")
        expected = self.expected(lambda: self.model.send(held.key, **held.arguments))
        if isinstance(expected, Rejected):
            self.compare("join", expected, self.run(held.call()), None)
            COUNTS[f"join: {expected.status}"] += 1
            return

        async def join() -> "asyncio.Task[Answered]":
            task: asyncio.Task[Answered] = asyncio.create_task(held.call())  # type: ignore[arg-type]
            turns = self.server.turns
            for step in itertools.count():
                if leaves and step == pause:
                    first, _ = held.waiting.pop(0)
                    await self.ended([first])
                if self.server.turns > turns and (step >= pause or not leaves):
                    return task
                await asyncio.sleep(0)
            raise AssertionError

        held.waiting.append((self.run(join()), True))
        COUNTS["run joined"] += 1
        COUNTS["first caller left"] += leaves

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def let_go(self, data: Data) -> None:
        held = data.draw(st.sampled_from(self.held), label="held")
        self.server.responder.let_go.setdefault(held.arguments["content"], asyncio.Event()).set()
        self.model.let_go(held.thread, held.run, held.arguments["content"])
        self.end_held(held)
        COUNTS["run let go"] += 1

    def end_held(self, held: Held) -> None:
        """Compare what those who waited for a run got."""
        self.held.remove(held)
        self.server.log_fails = None
        for task, joined in held.waiting:
            answer = self.run(self.finished(task))
            self.compare("held run", held.run.response, answer, replayed=joined)
        self.settle()

    @precondition(lambda self: self.keyed)
    @rule(data=st.data())
    def repeat(self, data: Data) -> None:
        """Repeat a request under its key, whatever has happened since."""
        self.repeat_request(data.draw(st.sampled_from(self.keyed), label="request"))

    def repeat_request(self, request: Keyed) -> None:
        again = self.perform(request.kind, request.call, request.expect, keyed=True)
        self.notice()
        COUNTS[f"repeated: {request.kind}"] += again is not None and again.replayed

    # the server and the clock

    @precondition(lambda self: self.calm > 3)
    @rule(how=st.sampled_from(["restart", "crash", "move"]), learns=st.booleans())
    def interrupt(self, how: str, learns: bool = True) -> None:
        """Restart; go on with the files as a crash leaves them; let another process take over; or move to a new one."""
        if isinstance(self.server.database, str) and how == "crash":
            how = "takeover"
        self.calm = 0
        if how == "move":
            self.move(self.next_database())
            return
        COUNTS[f"{how} with events sent and not written"] += self.run(self.server.has_unwritten_events())
        self.model.stop(crash=how in ("crash", "takeover"))
        if how == "restart":
            self.run(self.server.restart())
        elif how == "crash":
            self.run(self.server.crash())
        else:
            self.run(self.server.take_over(learns=learns))
        self.go_on(how)

    def next_database(self) -> Path | str:
        if self.postgres is None:
            return self.server.next_file()
        self.number += 1
        return self.postgres.emptied("other" if self.server.database == self.postgres.url() else "postgres")

    def move(self, database: Path | str) -> None:
        """Go on with an empty database that imports all accounts as they are, with runs in every state."""
        threads = [thread for account in self.model.accounts.values() for thread in account.threads]
        COUNTS.update(f"move of a run: {run.state}" for thread in threads for run in thread.runs.values())
        self.send_to_default()
        self.check_export()
        self.run(self.server.move(database, self.names))
        self.model.move()
        self.used_keys = [key for key, _ in self.names.values()]
        self.go_on("move")
        self.send_to_default()
        self.check_export()

    def go_on(self, how: str) -> None:
        for held in list(self.held):
            self.held.remove(held)
            if how == "takeover":
                self.compare_late(held)
            self.run(self.ended([task for task, _ in held.waiting]))
        self.model.sweep()
        COUNTS[how] += 1

    def compare_late(self, held: Held) -> None:
        """Callers of a process that was taken over get what the other one has stored: a run that failed."""
        for task, _ in held.waiting:
            answer = self.run(self.finished(task))
            if isinstance(answer.body, list):
                assert answer.body[-1]["type"] == "run_failed", answer
            else:
                assert answer.body["status"] == FAILED, answer
                self.binding.match(held.thread.messages[-1]["message_id"], answer.body["message_id"])
            COUNTS["answered after a takeover"] += 1

    def send_to_default(self) -> None:
        """Start a thread of the default assistant in each account."""
        for key in self.keys_of_accounts():
            self.send_with(key, {"content": "Keep this.", "one_call": True, "send_to_llm": False})

    async def ended(self, tasks: "list[asyncio.Task[Answered]]") -> None:
        """Callers whose server is gone get whatever they get."""
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    @rule(step=st.sampled_from(STEPS), retain_days=st.sampled_from([0, 0, 1]))
    def pass_time(self, step: int, retain_days: int) -> None:
        """Move the clock; with `retain_days` threads that were not changed for so long are removed then."""
        self.model.now += step
        COUNTS["clock forward" if step > 0 else "clock back"] += 1
        if retain_days:
            self.settle()
            self.run(self.server.sweep(retain_days))
            removed = self.model.sweep(retain_days)
            COUNTS.update(f"unchanged thread removed: {state}" for state in removed.elements())

    @rule(
        requests=st.lists(
            st.tuples(st.sampled_from(["a1", "a2", "b1"]), st.sampled_from([0.0, 0.5, 1.0, 2.0])),
            min_size=2,
            max_size=6,
        )
    )
    def press(self, requests: list[tuple[str, float]]) -> None:
        """Send requests in a row, each so many seconds after the one before, under the rate limit of each key."""
        self.settle()
        passed: dict[str, list[float]] = {}
        self.server.instant = next(self.server.seconds)
        for name, pause in requests:
            key = self.names[name][0] if name in self.names else self.used_keys[0]
            self.server.instant = now = self.server.instant + pause
            assistants = self.server.client(key).assistants.with_response

            def expect(key: str = key, now: float = now) -> Response:
                self.model.take(key, passed.setdefault(key, []), now)
                return self.model.list_assistants(key, None, 0, 1)

            self.perform(
                "pressed",
                lambda: answered(lambda: assistants.list(skip=0, limit=1)),  # noqa: B023
                expect,
            )
        self.server.instant = None
