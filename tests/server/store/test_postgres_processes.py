"""Two server processes on one database: whatever works in one process works between the two."""

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import asyncpg
import httpx
import pytest

from tests.support.database.postgres import PostgresServer
from tests.support.server.builders import waiting_run
from tests.support.server.command_line import run
from tests.support.server.threads_api import Api, Event, client, contract, text_of
from threads_server.http.authentication import create_key
from threads_server.ids import new_id
from threads_server.operations.services import Services
from threads_server.settings import Settings
from threads_server.store.backends import open_store
from threads_server.testing import LocalServer

OUTPUTS = [{"tool_call_id": "call_1", "output": "x"}]
BODIES: dict[str, list[dict[str, Any]]] = {
    "createAssistant": [{"name": "x"}],
    "sendMessage": [{"content": "x"}, {"content": "x", "stream": True}, {"content": "x", "send_to_llm": False}],
    "sendChatMessage": [{"content": "x"}, {"content": "x", "stream": True}],
    "submitToolOutputs": [{"tool_outputs": OUTPUTS}],
    "submitLatestToolOutputs": [{"tool_outputs": OUTPUTS}, {"tool_outputs": OUTPUTS, "stream": True}],
}
"""Bodies of the operations that need one."""


@dataclass
class Pair:
    """A client of the same account at each of two servers."""

    here: Api
    there: Api
    address: str
    """That of the database."""

    async def run_of(self, thread_id: str) -> str:
        """The run that holds a thread, once there is one and it has said something that is in its log."""
        connection = await asyncpg.connect(self.address, server_settings={"search_path": "backboard_threads"})
        query = "SELECT active_run FROM threads JOIN run_events ON run_id = active_run WHERE thread_id = $1"
        while (run_id := await connection.fetchval(query, thread_id)) is None:  # noqa: ASYNC110 - over the wire
            await asyncio.sleep(0.02)
        await connection.close()
        return str(run_id)


@pytest.fixture(scope="module")
def servers(postgres_server: PostgresServer) -> Iterator[list[LocalServer]]:
    address = postgres_server.cleared()
    with contextlib.ExitStack() as stack:
        arguments = ["--busy-wait", "60"]  # on a busy machine, too, everybody has a turn
        yield [stack.enter_context(LocalServer(address, arguments=arguments)) for _ in range(2)]


@pytest.fixture
async def pair(servers: list[LocalServer]) -> AsyncIterator[Pair]:
    async with at(servers[0]) as here, at(servers[1]) as there:
        yield Pair(here, there, servers[0].database)


@contextlib.asynccontextmanager
async def at(server: LocalServer, key: str | None = None) -> AsyncIterator[Api]:
    async with client(server.url, key or server.api_key) as http:
        yield Api(http, cast("Services", None))


def numbered(events: list[Event]) -> list[tuple[str | None, Event]]:
    return [(event.id, event) for event in events]


class TestTurns:
    async def test_a_message_waits_for_a_turn_of_another_process(self, pair: Pair) -> None:
        thread_id = await pair.here.thread()
        async with pair.here.stream(thread_id, "/slow 3 abc") as stream:
            await stream.until("content_streaming")
            second = await pair.there.turn(thread_id, "/say after")
            assert (await stream.rest())[-1]["type"] == "run_ended"
        assert second["content"] == "after"
        said = [content for _, content in await pair.here.history(thread_id)]
        assert said == ["/slow 3 abc", "abc", "/say after", "after"]
        assert await pair.there.get(thread_id) == await pair.here.get(thread_id)

    async def test_while_outputs_are_awaited_it_is_409_and_says_which(self, pair: Pair) -> None:
        thread_id, run_id = await waiting_run(pair.here)
        answer = await pair.there.send(thread_id, "hello?")
        assert answer.json() == {"detail": f"Run {run_id} waits for the outputs of tool calls: call_1"}

    async def test_many_at_once_are_never_interleaved_nor_lost(self, pair: Pair) -> None:
        thread_id = await pair.here.thread()
        sends = [(pair.here, pair.there)[number % 2].turn(thread_id, f"/say {number}") for number in range(12)]
        turns = await asyncio.gather(*sends)
        history = await pair.here.history(thread_id)
        pairs = list(zip(history[::2], history[1::2], strict=True))
        assert all(question == ("user", f"/say {answer}") for question, (_, answer) in pairs)
        assert sorted(answer for _, (_, answer) in pairs) == sorted(turn["content"] for turn in turns)
        assert len(pairs) == 12

    async def test_outputs_may_be_given_to_another_process(self, pair: Pair) -> None:
        thread_id, run_id = await waiting_run(pair.here)
        answer = await pair.there.outputs(thread_id, run_id, {"call_1": "dry"})
        assert answer.json()["content"] == "get_weather returned: dry"
        assert (await pair.here.turn(thread_id, "/say on"))["content"] == "on"

    async def test_only_one_of_many_submissions_counts(self, pair: Pair) -> None:
        thread_id, run_id = await waiting_run(pair.here)
        both = (pair.here, pair.there)
        outputs = [both[number % 2].outputs(thread_id, run_id, {"call_1": str(number)}) for number in range(8)]
        answers = await asyncio.gather(*outputs)
        assert sorted(answer.status_code for answer in answers) == [200] + [409] * 7
        assert len(await pair.here.history(thread_id)) == 4

    async def test_of_many_who_saw_the_same_version_one_may_speak(self, pair: Pair) -> None:
        thread_id = await pair.here.thread()
        path = f"/threads/{thread_id}/messages"
        sends = [api.post(path, {"content": "x"}, if_match='"1"') for api in (pair.here, pair.there) for _ in range(5)]
        answers = await asyncio.gather(*sends)
        assert sorted(answer.status_code for answer in answers) == [200] + [412] * 9

    async def test_one_default_assistant_is_made(self, pair: Pair, servers: list[LocalServer]) -> None:
        key = await another_key(servers[0].database)
        async with at(servers[0], key) as here, at(servers[1], key) as there:
            sends = [api.post("/threads/messages", {"content": "x"}) for api in (here, there) for _ in range(5)]
            assert {answer.status_code for answer in await asyncio.gather(*sends)} == {200}
            assert len((await here.http.get("/assistants")).json()) == 1
            assert len((await there.http.get("/threads")).json()) == 10


class TestStreams:
    async def test_events_of_a_run_of_another_process(self, pair: Pair) -> None:
        thread_id = await pair.here.thread()
        async with pair.here.stream(thread_id, "/slow 6 abcdef") as stream:
            seen = await stream.until("content_streaming")
            run_id = seen[0]["run_id"]
            async with pair.there.events(thread_id, run_id) as whole, pair.there.events(thread_id, run_id, "2") as rest:
                events = await whole.until("content_streaming")
                later = await rest.rest()
                events += await whole.rest()
            seen += await stream.rest()
        assert numbered(events) == numbered(seen)
        assert numbered(later) == numbered(seen[2:])
        assert events[-1]["type"] == "run_ended"

    async def test_over_a_round_of_tools(self, pair: Pair) -> None:
        thread_id, run_id = await waiting_run(pair.here)
        async with pair.there.events(thread_id, run_id) as stream:
            waiting = await stream.rest()
        assert waiting[-1]["type"] == "tool_submit_required"
        await pair.there.outputs(thread_id, run_id, {"call_1": "dry"})
        async with pair.here.events(thread_id, run_id, waiting[-1].id) as stream:
            assert text_of(await stream.rest()) == "get_weather returned: dry"


class TestKeys:
    async def test_a_plain_turn_is_joined(self, pair: Pair) -> None:
        thread_id = await pair.here.thread()
        first = asyncio.create_task(pair.here.send(thread_id, "/slow 3 abc", key="plain"))
        await pair.run_of(thread_id)
        second = await pair.there.send(thread_id, "/slow 3 abc", key="plain")
        answer = await first
        assert (second.content, second.headers["etag"]) == (answer.content, answer.headers["etag"])
        assert second.headers["idempotency-replayed"] == "true"
        other = await pair.there.send(thread_id, "another", key="plain")
        assert (other.status_code, len(await pair.there.history(thread_id))) == (409, 2)

    async def test_a_stream_is_joined_from_its_first_event(self, pair: Pair) -> None:
        thread_id = await pair.here.thread()
        async with pair.here.stream(thread_id, "/slow 3 abc", key="stream") as stream:
            events = await stream.until("content_streaming")
            async with pair.there.stream(thread_id, "/slow 3 abc", key="stream") as again:
                assert again.response.headers["idempotency-replayed"] == "true"
                joined = await again.rest()
            events += await stream.rest()
        assert numbered(joined) == numbered(events)

    async def test_many_first_ones_at_once_make_one_thread(self, pair: Pair, servers: list[LocalServer]) -> None:
        key = await another_key(servers[0].database)
        async with at(servers[0], key) as here, at(servers[1], key) as there:
            body = {"content": "/say x"}
            sends = [
                api.post("/threads/messages", body, idempotency_key="k") for api in (here, there) for _ in range(8)
            ]
            answers = await asyncio.gather(*sends)
            assert len({answer.content for answer in answers}) == 1
            assert len((await here.http.get("/threads")).json()) == 1
            assert len((await here.http.get("/assistants")).json()) == 1

    async def test_an_api_key_is_known_and_revoked_at_once(self, pair: Pair, servers: list[LocalServer]) -> None:
        key = keys("create", "at-once", servers[0].database)
        for server in servers:
            async with at(server, key) as api:
                assert (await api.http.get("/threads")).json() == []
        keys("revoke", "at-once", servers[0].database)
        for server in servers:
            async with at(server, key) as api:
                assert (await api.http.get("/threads")).status_code == 401


class TestCancelling:
    async def test_a_plain_turn_of_another_process(self, pair: Pair) -> None:
        thread_id = await pair.here.thread()
        sending = asyncio.create_task(pair.here.send(thread_id, "/slow 1000 " + "x" * 1000))
        run_id = await pair.run_of(thread_id)
        answers = [await pair.there.cancel(thread_id, run_id, idempotency_key=f"cancel-{run_id}") for _ in range(2)]
        assert [answer.json()["cancelled"] for answer in answers] == [True, True]
        turn = (await sending).json()
        assert (turn["status"], turn["run_id"]) == ("CANCELLED", run_id)
        assert set(turn["content"]) == {"x"}
        [_, kept] = (await pair.there.get(thread_id))["messages"]
        assert (kept["message_id"], kept["content"]) == (turn["message_id"], turn["content"])
        assert (await pair.there.turn(thread_id, "/say on"))["content"] == "on"
        assert (await pair.here.cancel(thread_id, run_id)).json()["cancelled"] is True

    async def test_a_stream_of_another_process(self, pair: Pair) -> None:
        thread_id = await pair.here.thread()
        async with pair.here.stream(thread_id, "/slow 1000 " + "x" * 1000) as stream:
            seen = await stream.until("content_streaming")
            assert (await pair.there.cancel(thread_id, seen[0]["run_id"])).json()["cancelled"] is True
            seen += await stream.rest()
        assert seen[-1]["type"] == "run_cancelled"
        async with pair.there.events(thread_id, seen[0]["run_id"]) as stream:
            assert numbered(await stream.rest()) == numbered(seen)

    async def test_one_that_waits_for_tools(self, pair: Pair) -> None:
        thread_id, run_id = await waiting_run(pair.here)
        assert (await pair.there.cancel(thread_id, run_id)).json()["cancelled"] is True
        assert (await pair.here.outputs(thread_id, run_id, {"call_1": "x"})).status_code == 409

    async def test_deleting_a_thread_ends_its_run_in_another_process(self, pair: Pair) -> None:
        assistant_id = await pair.here.assistant()
        threads = [await pair.here.thread(assistant_id) for _ in range(2)]
        sending = asyncio.create_task(pair.here.send(threads[0], "/slow 1000 " + "x" * 1000))
        async with pair.here.stream(threads[1], "/slow 1000 " + "x" * 1000) as stream:
            await stream.until("content_streaming")
            await pair.run_of(threads[0])
            assert (await pair.there.http.delete(f"/assistants/{assistant_id}")).status_code == 200
            assert (await stream.rest())[-1]["type"] == "run_cancelled"
        answer = await sending
        assert (answer.status_code, answer.json()) == (404, {"detail": "Thread not found"})
        for api in (pair.here, pair.there):
            assert (await api.http.get(f"/threads/{threads[1]}")).status_code == 404


class TestAway:
    async def test_every_operation_is_503_while_the_database_is_stopped_and_then_all_goes_on(
        self, pair: Pair, postgres_server: PostgresServer
    ) -> None:
        thread_id = await pair.here.thread()
        path = f"/threads/{thread_id}/messages"
        async with pair.here.stream(thread_id, "/slow 8 abcdefgh") as stream:
            events = await stream.until("content_streaming")
            ids = {"thread_id": thread_id, "assistant_id": thread_id, "run_id": events[0]["run_id"]}
            await asyncio.to_thread(postgres_server.stop)
            try:
                asked = 0
                for endpoint in contract().endpoints.values():
                    operation = endpoint.operation
                    for body in BODIES.get(operation.id, [{}]):
                        for api in (pair.here, pair.there):
                            answer = await api.http.request(
                                operation.method,
                                operation.path.format(**ids),
                                json=None if operation.method in ("GET", "DELETE") else {**body, **ids},
                                headers={"Idempotency-Key": "away"} if operation.method == "POST" else {},
                            )
                            assert answer.status_code == 503, operation.id
                            assert answer.headers["retry-after"] == "1"
                            assert answer.json()["detail"].startswith("The store cannot be reached")
                            asked += 1
                assert asked >= 2 * 17
                for api in (pair.here, pair.there):
                    health = await api.http.get("/health")
                    assert (health.status_code, health.headers["retry-after"]) == (503, "1")
            finally:
                await asyncio.to_thread(postgres_server.start)
            events += await stream.rest()
        for api in (pair.here, pair.there):  # each connects again in its own time
            while (await api.http.get("/health")).status_code == 503:
                pass
        while events[-1]["type"] != "run_ended":  # a stream is given up if its end cannot be stored for long
            async with pair.here.events(thread_id, ids["run_id"], events[-1].id) as resumed:
                events += await resumed.rest()
        assert text_of(events) == "abcdefgh"
        assert (await pair.there.history(thread_id))[1:] == [("assistant", "abcdefgh")]
        for number, api in enumerate((pair.here, pair.there)):
            answer = await api.post(path, {"content": f"/say {number}"}, idempotency_key=f"again-{number}")
            assert answer.json()["content"] == str(number)


class TestDeath:
    async def test_runs_of_dead_and_frozen_processes_end_as_failed_and_no_others(self, pair: Pair) -> None:
        """One process is killed, another stands still for a while; a third one finds their runs ended in time."""
        living = asyncio.create_task(self.live_on(pair.here))
        dead, frozen, judge = (LocalServer(pair.address) for _ in range(3))
        with dead, frozen, judge:
            async with at(dead) as at_dead, at(frozen) as at_frozen, at(judge) as api:
                killed = await Cut.begin(pair, at_dead, key="killed")
                stopped = await Cut.begin(pair, at_frozen, key="frozen")
                os.kill(dead.pid, signal.SIGKILL)
                os.kill(frozen.pid, signal.SIGSTOP)
                for cut in (killed, stopped):
                    # a follower sees the end, and a message that waits has its turn
                    async with api.events(cut.thread_id, cut.run_id) as stream:
                        events = await stream.rest()
                    kinds = [event["type"] for event in events]
                    assert (kinds[:2], kinds[-1]) == (["user_message", "run_started"], "run_failed")
                    said = text_of(events)
                    [_, answer] = (await api.get(cut.thread_id))["messages"]
                    assert (answer["status"], answer["content"]) == ("FAILED", said)
                    again = await api.send(cut.thread_id, cut.content, key=cut.key)
                    assert (again.status_code, again.json()["status"]) == (200, "FAILED")
                    assert again.json()["message_id"] == answer["message_id"]
                    assert (await api.turn(cut.thread_id, "/say on"))["content"] == "on"
                os.kill(frozen.pid, signal.SIGCONT)
                late = (await stopped.sending).json()
                assert (late["status"], late["message_id"]) == ("FAILED", again.json()["message_id"])
                assert len(await at_frozen.history(stopped.thread_id)) == 4
                assert (await at_frozen.turn(stopped.thread_id, "/say back"))["content"] == "back"
                with pytest.raises(httpx.HTTPError):
                    await killed.sending
        assert (await living)["status"] == "COMPLETED"

    async def live_on(self, api: Api) -> dict[str, Any]:
        return await api.turn(await api.thread(), "/slow 75 " + "x" * 75)

    async def test_workers_share_a_socket_and_one_that_dies_is_replaced(self, pair: Pair) -> None:
        with LocalServer(pair.address, arguments=["--workers", "2"]) as server:
            async with at(server) as api:
                threads = [await api.thread() for _ in range(4)]
                turns = await asyncio.gather(*(api.turn(thread_id, "/say x") for thread_id in threads))
                assert {turn["content"] for turn in turns} == {"x"}
            workers = children_of(server.pid)
            assert len(workers) >= 2
            os.kill(workers[-1], signal.SIGKILL)
            while "another begins" not in server.output():  # noqa: ASYNC110 - over a file
                await asyncio.sleep(0.02)
            while len(children_of(server.pid)) < len(workers):  # noqa: ASYNC110 - over the system
                await asyncio.sleep(0.02)
            async with at(server) as api:
                assert (await api.turn(threads[0], "/say on"))["content"] == "on"

    async def test_a_stopped_process_ends_its_runs_at_once(self, pair: Pair) -> None:
        with LocalServer(pair.address) as server:
            async with at(server) as api:
                cut = await Cut.begin(pair, api, key="stopped")
                await asyncio.to_thread(server.stop)
                assert (await cut.sending).json()["status"] == "FAILED"
        assert (await pair.here.turn(cut.thread_id, "/say on"))["content"] == "on"


@dataclass
class Cut:
    """A plain turn under way, in a process that will not end it."""

    thread_id: str
    run_id: str
    content: str
    key: str
    sending: "asyncio.Task[httpx.Response]"

    @classmethod
    async def begin(cls, pair: Pair, api: Api, key: str) -> "Cut":
        thread_id, content = await api.thread(), "/slow 1000 " + "x" * 1000
        sending = asyncio.create_task(api.send(thread_id, content, key=key))
        return cls(thread_id, await pair.run_of(thread_id), content, key, sending)


async def another_key(address: str) -> str:
    """The key of a new account."""
    store = await open_store(Settings(database=address))
    key = await create_key(store, new_id())
    await store.close()
    return key


def keys(command: str, name: str, address: str) -> str:
    """Return the output of `threads-server keys`."""
    done = run("keys", command, name, "--database", address)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def children_of(pid: int) -> list[int]:
    """The processes that a process has begun and that still live, oldest first."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
