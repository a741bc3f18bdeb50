"""Idempotency keys: replay of a response, joining a turn in progress, 409 for another request, retention."""

import asyncio
import threading
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.clocks import set_clock
from tests.support.database.kinds import BOTH_DATABASES
from tests.support.server.builders import WEATHER, eventually, hold, running, waiting, waiting_run
from tests.support.server.threads_api import Api, another_account, serving, unconfirm
from threads_server.clock import now
from threads_server.http import idempotency
from threads_server.openapi import ValidatedRequest
from threads_server.store import assistants, threads
from threads_server.store.clearing import sweep
from threads_server.store.transaction import every

USED = {"detail": "This Idempotency-Key was used for another request"}
REPLAYED = "idempotency-replayed"
NOBODY = "00000000-0000-4000-8000-000000000000"


def same(first: httpx.Response, again: httpx.Response) -> bool:
    """Whether `again` is `first` replayed, byte for byte and with its version."""
    assert REPLAYED not in first.headers
    assert again.headers[REPLAYED] == "true"
    return (again.status_code, again.content, again.headers.get("etag"), again.headers["content-type"]) == (
        first.status_code,
        first.content,
        first.headers.get("etag"),
        first.headers["content-type"],
    )


class TestReplay:
    @BOTH_DATABASES
    async def test_post_under_its_key_is_safe_to_repeat(self, api: Api) -> None:
        assistant_id = await api.assistant(tools=[WEATHER])
        thread_id = await api.thread(assistant_id)
        call = {"content": "/call get_weather {}"}
        posts: list[tuple[str, dict[str, Any] | None]] = [
            ("/assistants", {"name": "Another"}),
            (f"/assistants/{assistant_id}/clone", {}),
            (f"/assistants/{assistant_id}/threads", {}),
            (f"/threads/{thread_id}/messages", {"content": "stored", "send_to_llm": False}),
            (f"/threads/{thread_id}/messages", {"content": "answered"}),
            (f"/threads/{thread_id}/messages", {"content": "streamed", "stream": True}),
            (f"/threads/{thread_id}/messages", {"content": "both", "stream": True, "send_to_llm": False}),
            (f"/threads/{thread_id}/messages", {"content": "/fail it"}),
            ("/threads/messages", {"content": "a new thread"}),
            ("/threads/messages", {"content": "a new thread, streamed", "stream": True}),
            (f"/threads/{thread_id}/messages", call),
        ]
        for number, (path, body) in enumerate(posts):
            first = await api.post(path, body, idempotency_key=f"key-{number}")
            assert first.status_code == 200
            before = await self._everything(api)
            assert same(first, await api.post(path, body, idempotency_key=f"key-{number}")), path
            assert await self._everything(api) == before, path
        run_id = first.json()["run_id"]
        outputs = {"tool_outputs": [{"tool_call_id": "call_1", "output": "dry"}]}
        path = f"/threads/{thread_id}/runs/{run_id}/submit-tool-outputs"
        submitted = await api.post(path, outputs, idempotency_key="outputs")
        assert same(submitted, await api.post(path, outputs, idempotency_key="outputs"))
        # what the key began before is replayed also when the thread has gone on
        assert same(first, await api.post(f"/threads/{thread_id}/messages", call, idempotency_key="key-10"))
        assert (await api.send(thread_id, call["content"])).json()["status"] == "REQUIRES_ACTION"
        latest = {"thread_id": thread_id, "stream": True, **outputs}
        submitted = await api.post("/threads/tool-outputs", latest, idempotency_key="latest")
        assert same(submitted, await api.post("/threads/tool-outputs", latest, idempotency_key="latest"))

    async def _everything(self, api: Api) -> list[Any]:
        return [(await api.http.get(path)).json() for path in ("/assistants", "/threads")]

    @BOTH_DATABASES
    async def test_cancel_under_its_key_is_replayed(self, api: Api) -> None:
        thread_id, run_id = await waiting_run(api)
        first = await api.cancel(thread_id, run_id, idempotency_key="waiting")
        assert same(first, await api.cancel(thread_id, run_id, idempotency_key="waiting"))
        hold(api)
        sending, run_id = await running(api, thread_id)
        commits = await self._kept(api)
        first = await api.cancel(thread_id, run_id, idempotency_key="working")
        assert (await sending).json()["status"] == "CANCELLED"
        assert await self._kept(api) == commits + 1
        assert same(first, await api.cancel(thread_id, run_id, idempotency_key="working"))
        other = await api.cancel(thread_id, run_id, idempotency_key="waiting")
        assert (other.status_code, other.json()) == (409, USED)

    async def test_cancel_of_a_run_that_has_ended_any_way_is_replayed(self, api: Api) -> None:
        thread_id, run_id = await waiting_run(api)
        await api.cancel(thread_id, run_id)
        ended = [run_id, *[(await api.turn(thread_id, content))["run_id"] for content in ("/say x", "/fail x")]]
        for run_id, cancelled in zip(ended, (True, False, False), strict=True):
            first = await api.cancel(thread_id, run_id, idempotency_key=run_id)
            assert first.json()["cancelled"] is cancelled
            assert same(first, await api.cancel(thread_id, run_id, idempotency_key=run_id))

    async def _kept(self, api: Api) -> int:
        rows = await api.services.store.read(lambda: (yield "SELECT count(*) FROM idempotency_keys", ()))
        return int(rows[0][0])

    async def test_multipart_boundary_and_field_order_do_not_matter(self, api: Api) -> None:
        thread_id = await api.thread()
        path, headers = f"/threads/{thread_id}/messages", {"Idempotency-Key": "k"}
        parts = [("metadata", (None, '{"a": 1, "b": 2}')), ("content", (None, "x")), ("files", ("f", b"bytes"))]
        first = await api.http.post(path, files=parts, headers=headers)  # type: ignore[arg-type]
        parts = [("files", ("f", b"bytes")), ("content", (None, "x")), ("metadata", (None, '{"b":2,"a":1}'))]
        assert same(first, await api.http.post(path, files=parts, headers=headers))  # type: ignore[arg-type]
        parts[0] = ("files", ("f", b"other"))
        other = await api.http.post(path, files=parts, headers=headers)  # type: ignore[arg-type]
        assert (other.status_code, other.json()) == (409, USED)

    async def test_replay_after_the_run_went_on_is_the_same(self, api: Api) -> None:
        thread_id = await api.thread(await api.assistant(tools=[WEATHER]))
        for key in ("cancelled", "answered"):
            first = await api.send(thread_id, "/call get_weather {}", key=key)
            run_id = first.json()["run_id"]
            cancelled = key == "cancelled"
            await (api.cancel(thread_id, run_id) if cancelled else api.outputs(thread_id, run_id, {"call_1": "dry"}))
            assert same(first, await api.send(thread_id, "/call get_weather {}", key=key))

    async def test_replay_after_a_restart_is_the_same(self, database: str) -> None:
        async with serving(database) as api:
            thread_id = await api.thread()
            first = await api.send(thread_id, "x", key="k")
            async with api.stream(thread_id, "y", key="s") as stream:
                events = await stream.rest()
        async with serving(database) as api:
            assert same(first, await api.send(thread_id, "x", key="k"))
            async with api.stream(thread_id, "y", key="s") as stream:
                again = await stream.rest()
            assert again == events
            assert [event.id for event in again] == [event.id for event in events]
            assert len(await api.history(thread_id)) == 4


@BOTH_DATABASES
class TestJoin:
    async def test_turn_in_progress_is_joined(self, api: Api) -> None:
        held = hold(api)
        thread_id = await api.thread()
        sends = [asyncio.create_task(api.send(thread_id, "x", key="k")) for _ in range(6)]
        await eventually(lambda: bool(held.asked))
        sends += [asyncio.create_task(api.send(thread_id, "x", key="k")) for _ in range(6)]
        held.go.set()
        answers = [await task for task in sends]
        assert len({answer.content for answer in answers}) == 1
        assert sorted(answer.headers.get(REPLAYED, "") for answer in answers) == [""] + ["true"] * 11
        assert held.asked == ["x"]
        assert len(await api.history(thread_id)) == 2

    async def test_stream_in_progress_is_joined_from_its_first_event(self, api: Api) -> None:
        held = hold(api)
        thread_id = await api.thread()
        async with api.stream(thread_id, "x", key="k") as first:
            events = await first.until("content_streaming")
            async with api.stream(thread_id, "x", key="k") as second:
                assert second.response.headers[REPLAYED] == "true"
                again = await second.until("content_streaming")
                held.go.set()
                again += await second.rest()
            events += await first.rest()
        assert again == events
        assert [event.id for event in again] == [event.id for event in events]
        assert held.asked == ["x"]

    async def test_waiting_messages_under_one_key_are_one_turn(self, api: Api) -> None:
        held = hold(api)
        thread_id = await api.thread()
        first, _ = await running(api, thread_id)
        waiting = [asyncio.create_task(api.send(thread_id, "x", key="k")) for _ in range(4)]
        await eventually(lambda: api.services.context.queues.is_waiting(("default", thread_id)))
        held.go.set()
        await first
        answers = [await task for task in waiting]
        assert [answer.status_code for answer in answers] == [200] * 4
        assert len({answer.content for answer in answers}) == 1
        assert held.asked == ["hold", "x"]

    async def test_waiting_message_joins_the_turn_of_its_key(self, api: Api) -> None:
        held = hold(api)
        thread_id = await api.thread()
        first, run_id = await running(api, thread_id)
        sending = []
        for place, key in enumerate(["k", "another", "k"]):
            sending.append(asyncio.create_task(api.send(thread_id, "x", key=key)))
            await waiting(api, thread_id, place + 1)
        await api.cancel(thread_id, run_id)
        await first
        await eventually(lambda: held.asked == ["hold", "x"])
        async with asyncio.timeout(600):
            await waiting(api, thread_id, 1)  # the last one has joined the first
        held.go.set()
        answers = [await task for task in sending]
        assert same(answers[0], answers[2])
        assert held.asked == ["hold", "x", "x"]

    async def test_stream_is_joined_past_waiting_messages(self, api: Api) -> None:
        api.services.turns.queue.retry_interval = 3_600
        held = hold(api)
        thread_id = await api.thread()
        async with api.stream(thread_id, "x", key="k") as first:
            events = await first.until("content_streaming")
            waiting = asyncio.create_task(api.send(thread_id, "y"))
            await eventually(lambda: api.services.context.queues.is_waiting(("default", thread_id)))
            async with asyncio.timeout(600), api.stream(thread_id, "x", key="k") as second:
                assert await second.until("content_streaming") == events
            held.go.set()
            assert (await waiting).status_code == 200

    async def test_chats_under_one_key_at_once_make_one_thread(self, api: Api) -> None:
        body = {"content": "x", "send_to_llm": False}
        answers = await asyncio.gather(*(api.post("/threads/messages", body, idempotency_key="k") for _ in range(20)))
        assert len({answer.content for answer in answers}) == 1
        assert len((await api.http.get("/threads")).json()) == 1


@BOTH_DATABASES
class TestUnconfirmed:
    """The store went away with the commit: the caller has a 503, and what it asked for may be done."""

    async def test_unconfirmed_post_when_repeated_is_done_once(self, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
        assistant_id = await api.assistant()
        for transaction, path, body in (
            (assistants.create, "/assistants", {"name": "Once"}),
            (assistants.create, f"/assistants/{assistant_id}/clone", {"name": "Copied once"}),
            (threads.create, f"/assistants/{assistant_id}/threads", {}),
        ):
            done = unconfirm(api, transaction, monkeypatch)
            lost = await api.post(path, body, idempotency_key=path)
            assert (lost.status_code, lost.headers["retry-after"], done.is_set()) == (503, "1", True)
            again = await api.post(path, body, idempotency_key=path)
            assert (again.status_code, again.headers[REPLAYED]) == (200, "true")
        names = [assistant["name"] for assistant in (await api.http.get("/assistants")).json()]
        assert sorted(names) == ["Copied once", "Guide", "Once"]
        assert len((await api.http.get("/threads")).json()) == 1


@BOTH_DATABASES
class TestLookedUpFirst:
    async def test_key_is_looked_up_before_the_version_whatever_the_thread_does(self, api: Api) -> None:
        thread_id = await api.thread(await api.assistant(tools=[WEATHER]))

        async def send(content: str = "/say x", key: str = "k") -> httpx.Response:
            path = f"/threads/{thread_id}/messages"
            return await api.post(path, {"content": content}, idempotency_key=key, if_match='"1"')

        first = await send()
        assert same(first, await send())
        assert (await send(key="new")).status_code == 412
        responder, held = api.services.context.responder, hold(api)
        sending, _ = await running(api, thread_id)
        assert same(first, await send())
        other = asyncio.create_task(api.send(thread_id, "in line"))
        await eventually(lambda: api.services.context.queues.is_waiting(("default", thread_id)))
        assert same(first, await send())
        assert (await send("/say y")).json() == USED
        held.go.set()
        assert [(await task).status_code for task in (sending, other)] == [200, 200]
        api.services.context.responder = responder
        assert (await api.turn(thread_id, "/call get_weather {}"))["status"] == "REQUIRES_ACTION"
        assert same(first, await send())

    async def test_key_is_looked_up_before_its_subject_is_404(self, api: Api) -> None:
        assistant_id = await api.assistant()
        cloning = f"/assistants/{assistant_id}/clone"
        first = await api.post(cloning, {}, idempotency_key="k")
        assert (await api.http.delete(f"/assistants/{assistant_id}")).status_code == 200
        assert same(first, await api.post(cloning, {}, idempotency_key="k"))
        assert (await api.post(cloning, {}, idempotency_key="new")).status_code == 404


class TestOtherRequests:
    @BOTH_DATABASES
    async def test_another_request_under_the_key_is_409(self, api: Api) -> None:
        assistant_id = await api.assistant()
        thread_id, other = await api.thread(assistant_id), await api.thread(assistant_id)
        await api.send(thread_id, "x", key="k", metadata={"a": 1})
        before = await api.get(thread_id)
        body = {"content": "x", "metadata": {"a": 1}}
        outputs = {"tool_outputs": [{"tool_call_id": "call_1", "output": "x"}]}
        for path, changed in [
            (f"/threads/{other}/messages", body),
            (f"/threads/{thread_id}/messages", {**body, "content": "y"}),
            (f"/threads/{thread_id}/messages", {**body, "stream": True}),
            (f"/threads/{thread_id}/messages", {**body, "metadata": {"a": True}}),
            ("/threads/messages", {**body, "thread_id": thread_id}),
            (f"/assistants/{assistant_id}/threads", {}),
            ("/assistants", {"name": "x"}),
            (f"/assistants/{assistant_id}/clone", {}),
            # another request also where it would be refused
            (f"/threads/{NOBODY}/messages", body),
            ("/threads/messages", {**body, "thread_id": NOBODY}),
            ("/threads/messages", {**body, "assistant_id": NOBODY}),
            ("/threads/messages", {**body, "thread_id": thread_id, "assistant_id": NOBODY}),
            (f"/assistants/{NOBODY}/threads", {}),
            (f"/assistants/{NOBODY}/clone", {}),
            (f"/threads/{NOBODY}/runs/run_x/cancel", {}),
            (f"/threads/{thread_id}/runs/run_x/cancel", {}),
            (f"/threads/{NOBODY}/runs/run_x/submit-tool-outputs", outputs),
            (f"/threads/{thread_id}/runs/run_x/submit-tool-outputs", outputs),
            ("/threads/tool-outputs", {"thread_id": NOBODY, **outputs}),
        ]:
            answer = await api.post(path, changed, idempotency_key="k")
            assert (answer.status_code, answer.json()) == (409, USED), path
        assert await api.get(thread_id) == before

    async def test_key_of_another_account_is_another_key(self, api: Api) -> None:
        first = await api.post("/threads/messages", {"content": "x"}, idempotency_key="k")
        async with another_account(api) as other:
            again = await other.post("/threads/messages", {"content": "x"}, idempotency_key="k")
        assert again.status_code == 200
        assert REPLAYED not in again.headers
        assert again.json()["thread_id"] != first.json()["thread_id"]
        replayed = await api.post("/threads/messages", {"content": "x"}, idempotency_key="k")
        assert same(first, replayed)  # the other account's answer has not taken its place

    async def test_failed_request_leaves_its_key_free(self, api: Api) -> None:
        held = hold(api)
        thread_id = await api.thread()
        sending, _ = await running(api, thread_id)
        api.services.turns.queue.busy_wait = 0.0
        assert (await api.send(thread_id, "x", key="k")).status_code == 409
        held.go.set()
        await sending
        assert (
            await api.post(f"/threads/{thread_id}/messages", {"content": "x"}, if_match='"1"', idempotency_key="k")
        ).status_code == 412
        answer = await api.send(thread_id, "x", key="k")
        assert answer.status_code == 200
        assert REPLAYED not in answer.headers
        unknown = await api.send("3c59dc04-8e88-4024-9bd8-079a5d2a6f2e", "x", key="u")
        assert unknown.status_code == 404
        assert (await api.send(thread_id, "x", key="u")).status_code == 200

    async def test_another_query_under_the_key_is_409(self, api: Api) -> None:
        thread_id, run_id = await waiting_run(api)
        path = f"/threads/{thread_id}/runs/{run_id}/submit-tool-outputs"
        outputs = {"tool_outputs": [{"tool_call_id": "call_1", "output": "x"}]}
        assert (await api.post(path, outputs, idempotency_key="k")).status_code == 200
        other = await api.post(f"{path}?stream=true", outputs, idempotency_key="k")
        assert (other.status_code, other.json()) == (409, USED)


class TestKeptFor24Hours:
    @BOTH_DATABASES
    async def test_key_after_24_hours_is_free_again(self, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
        thread_id, start = await api.thread(), now()
        set_clock(monkeypatch, start)
        first = await api.send(thread_id, "x", key="k")

        def move(hours: float, milliseconds: int = 0) -> None:
            set_clock(monkeypatch, start + int(hours * 3_600_000) + milliseconds)

        move(24, -1)
        await sweep(api.services.store)
        assert same(first, await api.send(thread_id, "x", key="k"))
        move(24)
        again = await api.send(thread_id, "x", key="k")
        assert again.status_code == 200
        assert REPLAYED not in again.headers
        assert len(await api.history(thread_id)) == 4
        move(48.3)
        await sweep(api.services.store)
        rows = await api.services.store.read(lambda: (yield "SELECT count(*) FROM idempotency_keys", ()))
        assert rows == [(0,)]

    async def test_server_deletes_expired_keys_by_itself(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("threads_server.store.clearing.INTERVAL_SECONDS", 0.01)
        async with serving(tmp_path / "threads.db") as api:
            await api.send(await api.thread(), "x", key="k")
            set_clock(monkeypatch, now() + 25 * 3_600_000)
            kept = "SELECT (SELECT count(*) FROM idempotency_keys) + (SELECT count(*) FROM run_events)"
            async with asyncio.timeout(600):
                while (await api.services.store.read(every, kept)) != [(0,)]:  # noqa: ASYNC110 - it is the server's
                    await asyncio.sleep(0.01)


async def test_fingerprint_of_a_large_body_is_made_off_the_event_loop(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads_of: list[bool] = []
    fingerprint = idempotency.fingerprint

    def noted(request: ValidatedRequest) -> bytes:
        threads_of.append(threading.current_thread() is threading.main_thread())
        return fingerprint(request)

    monkeypatch.setattr(idempotency, "fingerprint", noted)
    path = f"/threads/{await api.thread()}/messages"
    for size in (1000, 1_000_000):
        files = {"files": ("a.txt", b"x" * size)}
        key = {"Idempotency-Key": str(size)}
        assert (await api.http.post(path, data={"content": "x"}, files=files, headers=key)).status_code == 200
    assert threads_of == [True, False]
