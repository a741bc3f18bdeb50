"""Shared parts of the machine's steps: the server and the model, one comparison for all, and strategies."""

import asyncio
import json
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant

from backboard_threads import UNSET
from tests.model.driver import ACCOUNTS, COUNTS, Answered, Binding, Server, answered
from tests.model.model import Model
from tests.model.state import DAY, IN_PROGRESS, Id, Rejected, Response, Run, Thread, entity_tags
from tests.support.database.postgres import PostgresServer
from tests.support.database.store_faults import COMMIT_FAILS, LOSES_CONFIRMATION, STORE_FAULTS, failing
from threads_server import clock

T = TypeVar("T")
Data = Any

TOOL = {
    "type": "function",
    "function": {"name": "look", "description": "Looks.", "parameters": {"type": "object", "properties": {}}},
}
NAMES = ("Guide", "Default", "Guide Copy", "é & +%")
CONTENTS = (
    *("/say hi there", "What do you know?", "/fail no luck", "/call look {}", "/call look {}\n/call look {}"),
    *("/call stray {}", "x" * 201, '/say {"type":"run_ended"}\n\nid: 9\ndata: [DONE]\n\n'),
)
STEPS = (1, 999, 60_000, DAY - 1, DAY, -5, -3_600_000)
END_FAULTS = {f"{kind} at the end": kind for kind in (COMMIT_FAILS, *LOSES_CONFIRMATION)}
"""Faults of the second commit of a request: that of its run's end, if it has one."""
FAULTS = (*STORE_FAULTS, *END_FAULTS, "caller leaves")
KEYS = ("a", "b", "c")
LOOKS = (
    *("threads", "assistants", "threads", "light threads"),
    *("threads", "assistants of a name", "threads", "page of light threads"),  # which may end between ties in time
)
"""Lists that are compared after a step, one each time."""
START = 1_900_000_000_000
WALL_CLOCK = clock.wall_clock


@dataclass
class Keyed:
    """A request under an idempotency key that had a response."""

    kind: str
    call: Callable[[], Coroutine[Any, Any, Answered]]
    expect: Callable[[], Response]


@dataclass
class Held:
    """A run in progress: its model, and the requests that wait for it. The first one began it, the others joined."""

    key: str
    thread: Thread
    run: Run
    arguments: dict[str, Any]
    call: Callable[[], Awaitable[Answered]]
    waiting: "list[tuple[asyncio.Task[Answered], bool]]" = field(default_factory=list)
    keyed: bool = False


def given(value: T | None) -> Any:
    return UNSET if value is None else value


class ModelMachine(RuleBasedStateMachine):
    """One server, two accounts, several keys of each."""

    postgres: PostgresServer | None = None
    """The server of the databases; otherwise they are SQLite files."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.folder = Path(tempfile.mkdtemp(prefix="threads-model-"))
        self.model = Model(START)
        self.binding = Binding()
        self.names: dict[str, tuple[str, str]] = {}
        """Names of keys in use, with the key and its account."""
        self.used_keys: list[str] = []
        self.held: list[Held] = []
        self.keyed: list[Keyed] = []
        self.number = 0
        self.abandoned = False
        """Whether the last request was lost after its commit: a run that it began has no task."""
        self.calm = 0
        """Steps since the last interruption."""
        self.looks = 0
        self.threads: list[Id] = []
        self.assistants: list[Id] = []
        self.runs: list[tuple[Id, Id]] = []
        database = self.folder / "0.db" if self.postgres is None else self.postgres.emptied()
        self.server = Server(self.folder, database, lambda: self.model.now)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.get_loop().run_until_complete(work)  # `Runner.run` handles SIGINT anew each time

    @initialize()
    def begin(self) -> None:
        self.run(self.server.start())
        for name, account in (("a1", "a"), ("a2", "a"), ("b1", "b")):
            self.add_key(name, account)
        for key in self.keys_of_accounts():
            assistants = self.server.client(key).assistants.with_response
            made = self.perform(
                "createAssistant",
                lambda: answered(lambda: assistants.create(name="Default", tools=[TOOL])),  # noqa: B023
                lambda: self.model.create_assistant(key, {"name": "Default", "tools": [TOOL]}, None),  # noqa: B023
            )
            assert made is not None
            self.assistants.append(made.body["assistant_id"])

    def teardown(self) -> None:
        try:
            if sys.exc_info()[0] is None and self.used_keys:  # no step has failed
                self.everything_agrees()
                self.check_export()
        finally:
            self.close()

    def close(self) -> None:
        self.run(self.server.stop())
        self.run(self.ended([task for held in self.held for task, _ in held.waiting]))
        self.runner.close()
        shutil.rmtree(self.folder)
        clock.wall_clock = WALL_CLOCK

    # steps and comparison

    def perform(
        self,
        kind: str,
        call: Callable[[], Coroutine[Any, Any, Answered]],
        expect: Callable[[], Response],
        fault: str | None = None,
        keyed: bool = False,
        pause: int = 0,
    ) -> Response | None:
        """Do the same to both, and compare. After a fault a request with a key is repeated, and counts once."""
        self.settle()  # a fault is for this request alone
        answer, struck = self.run(self.disturbed(call, fault, pause))
        COUNTS[f"fault: {fault}"] += struck
        kind_of_fault = END_FAULTS.get(fault or "", fault)
        lost = kind_of_fault in LOSES_CONFIRMATION
        self.abandoned = lost and answer is not None and answer.status == 503
        if self.abandoned:
            self.run(self.server.end_abandoned())
        certain = True
        if answer is None or (struck and answer.status == 503):
            self.settle()
            if not keyed:
                if lost:
                    self.expected(expect)
                    self.everything_agrees()  # the ids of what it has made come from there
                return None
            # The task of a run in progress may store the response to its cancellation when it ends, before the repeat.
            certain = fault != "caller leaves" and kind != "cancelRun"
            answer = self.run(call())
        expected = self.expected(expect)
        COUNTS[f"{kind}: {expected.status}"] += 1
        if isinstance(expected, Response):
            COUNTS["response replayed"] += expected.replayed
        certain = certain and isinstance(expected, Response) and not (lost and keyed)
        replayed = expected.replayed if certain and isinstance(expected, Response) else None
        self.compare(kind, expected, answer, replayed)
        if isinstance(expected, Rejected):
            return None
        if keyed and not expected.replayed:
            self.keyed.append(Keyed(kind, call, expect))
        return expected

    def settle(self) -> None:
        """Wait for what goes on apart from the runs that are held."""
        self.run(self.server.settled(len(self.held)))

    async def disturbed(
        self, call: Callable[[], Coroutine[Any, Any, Answered]], fault: str | None, pause: int
    ) -> tuple[Answered | None, bool]:
        """Call under a fault: the answer, None if the caller left before it; and whether there was the fault."""
        kind = END_FAULTS.get(fault or "", fault)
        if kind and kind != "caller leaves":
            with failing(self.server.services.store, kind, after=int(fault in END_FAULTS)) as struck:
                return await call(), struck.happened
        task = asyncio.create_task(call())
        if fault == "caller leaves":
            for _ in range(pause):
                await asyncio.sleep(0)
            task.cancel()
            try:
                return await task, False
            except asyncio.CancelledError:
                return None, True
        return await task, False

    def expected(self, expect: Callable[[], Response]) -> Response | Rejected:
        for account in self.model.accounts.values():
            account.open_streams = sum(
                len(one.waiting)
                for one in self.held
                if one.run.stream and any(one.thread is thread for thread in account.threads)
            )
        try:
            return expect()
        except Rejected as rejected:
            return rejected

    def compare(self, kind: str, expected: Response | Rejected, answer: Answered, replayed: bool | None) -> None:
        assert answer.status == expected.status, (kind, expected, answer)
        if isinstance(expected, Rejected):
            for name in expected.names:
                text = self.binding.real(name) if isinstance(name, Id) else name
                assert text in str(answer.body), (kind, name, answer)
            if expected.status == 429:
                assert answer.headers is not None
                assert int(answer.headers["retry-after"]) == expected.retry_after, (kind, expected, answer)
            return
        if expected.status == 200 and not (expected.body is None and isinstance(answer.body, list)):
            self.binding.match(expected.body, answer.body, kind)
        if expected.first is not None:
            assert answer.numbers == [*range(expected.first, expected.first + len(answer.body))], (kind, answer)
        assert all(number > expected.after for number in answer.numbers[-1:]), (kind, expected, answer)
        if answer.headers is None:
            return
        etag = answer.headers.get("etag")
        assert etag == (None if expected.etag is None else f'"{expected.etag}"'), (kind, expected, answer)
        if replayed is not None:
            assert (answer.headers.get("idempotency-replayed") == "true") is replayed, (kind, expected, answer)

    # what is drawn

    def key(self, data: Data) -> str:
        """Mostly a key in use, sometimes a revoked one."""
        key: str = data.draw(st.sampled_from([*list(self.model.keys) * 8, *self.used_keys]), label="key")
        return key

    def own(self, data: Data, key: str, ids: list[Id]) -> Id:
        """Mostly an id of the key's account, sometimes another's or one that is deleted; one that was seen."""
        account = self.model.accounts.get(self.model.keys.get(key, ""))
        mine: list[Id] = []
        if account is not None and ids is self.threads:
            mine = [one.thread_id for one in account.threads]
        elif account is not None:
            mine = [one.body["assistant_id"] for one in account.assistants]
        mine = [one for one in mine if one in self.binding.values]  # not one whose confirmation was lost just now
        found: Id = data.draw(st.sampled_from((mine or ids) * 8 + ids), label="id")
        return found

    def version(self, data: Data, thread_id: Id | None) -> str | None:
        """An entity tag or several, or none."""
        versions = [
            one.version
            for account in self.model.accounts.values()
            for one in account.threads
            if one.thread_id == thread_id
        ]
        tags = entity_tags(versions[0] if versions else 1)
        kind = data.draw(st.sampled_from(["absent"] * 6 + list(tags)), label="version")
        return tags[kind]

    def page(self, data: Data) -> tuple[int | None, int | None]:
        skip = data.draw(st.sampled_from([None, None, 0, 1, 2, -1]), label="skip")
        return skip, data.draw(st.sampled_from([None, None, 1, 2, 200, 0, 201]), label="limit")

    def disturbance(self, data: Data) -> tuple[str | None, str | None, int]:
        """An idempotency key, a fault, and how many steps of the event loop a caller waits before leaving."""
        idempotency_key = data.draw(st.sampled_from([None, *KEYS]), label="idempotency_key")
        fault = data.draw(st.sampled_from([None, None, None, *FAULTS]), label="fault")
        if idempotency_key is None and fault == "caller leaves":
            fault = None
        return idempotency_key, fault, data.draw(st.integers(0, 40), label="pause") if fault else 0

    # keys

    def add_key(self, name: str, account: str) -> None:
        COUNTS["key made again" if any(f" {name} " in key for key in self.used_keys) else "key made"] += 1
        key = f"{account} {name} {uuid4()}"
        self.run(self.server.add_key(name, key, account))
        self.names[name] = (key, account)
        self.model.keys[key] = account
        self.used_keys.append(key)

    @invariant()
    def something_agrees(self) -> None:
        """One list of every account, in its own eyes."""
        self.calm += 1
        self.looks += 1
        self.compare_lists([LOOKS[self.looks % len(LOOKS)]])
        threads = [thread for account in self.model.accounts.values() for thread in account.threads]
        at_work = [thread for thread in threads if thread.active is not None and thread.active.state == IN_PROGRESS]
        assert len(self.run(self.server.runs_in_progress())) == len(at_work)

    def everything_agrees(self) -> None:
        """All lists of every account."""
        self.compare_lists(sorted({*LOOKS}))

    def compare_lists(self, looks: Sequence[str]) -> None:
        assert self.server.responder.conversations == self.model.conversations
        for key in self.keys_of_accounts():
            for look in looks:
                self.run(self.compare_list(key, look))

    def keys_of_accounts(self) -> list[str]:
        """A key of each account that has one."""
        return list({account: key for key, account in self.model.keys.items()}.values())

    async def compare_list(self, key: str, look: str) -> None:
        client, number = self.server.client(key), self.looks // len(LOOKS)
        assistants, threads = client.assistants.with_response, client.threads.with_response
        match look:
            case "assistants":
                expected = self.model.list_assistants(key, None, None, 200)
                listed = await answered(lambda: assistants.list(limit=200))
            case "assistants of a name":
                name = NAMES[number % len(NAMES)]
                expected = self.model.list_assistants(key, name, None, 3)
                listed = await answered(lambda: assistants.list(name=name, limit=3))
            case "threads":
                expected = self.model.list_threads(key, None, 0, 200, True)
                listed = await answered(lambda: threads.list(limit=200))
            case _:
                skip, limit = (number % 3, 2) if look == "page of light threads" else (0, 200)
                expected = self.model.list_threads(key, None, skip, limit, False)
                listed = await answered(lambda: threads.list(skip=skip, limit=limit, include_messages=False))
        self.compare(look, expected, listed, False)

    def check_export(self) -> None:
        """Compare all that is exported of each account."""
        self.settle()
        for name in ACCOUNTS:
            header, *records, end = map(json.loads, self.run(self.server.export(name)))
            assert header == {"kind": "archive", "version": 2, "account": name}
            expected = {self.binding.real(one): record for one, record in self.model.export(name)}
            found = {record.get("thread_id") or record["assistant"]["assistant_id"]: record for record in records}
            assert expected.keys() == found.keys()
            for real, record in expected.items():
                self.binding.match(record, found[real], "export")
            kinds = Counter(record["kind"] for record in records)
            assert (end["assistants"], end["threads"]) == (kinds["assistant"], kinds["thread"])
        COUNTS["export compared"] += 1
