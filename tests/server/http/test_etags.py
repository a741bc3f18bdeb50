"""A thread's version: it grows with every change, orders the messages, and guards writes."""

import asyncio

import pytest

from tests.support.clocks import set_clock
from tests.support.database.kinds import BOTH_DATABASES
from tests.support.server.builders import waiting_run
from tests.support.server.threads_api import Api
from threads_server.http.etags import matches, matches_weakly


async def version(api: Api, thread_id: str) -> int:
    return int((await api.http.get(f"/threads/{thread_id}")).headers["etag"].strip('"'))


@pytest.mark.parametrize(
    ("header", "strong", "weak"),
    [('"4"', True, True), ('W/"4"', False, True), ('"3", "4"', True, True), ("*", True, True), ('"40"', False, False)],
)
def test_etag_matches_its_version(header: str, strong: bool, weak: bool) -> None:
    assert (matches(header, 4), matches_weakly(header, 4)) == (strong, weak)


@pytest.mark.parametrize("header", ["4", "x", '"04"', '"4', "W/4", '""', '"*"', "4, *"])
def test_malformed_etag_matches_nothing(header: str) -> None:
    assert not matches(header, 4)
    assert not matches_weakly(header, 4)


async def test_etag_grows_by_one_with_each_message(api: Api) -> None:
    thread_id = await api.thread()
    seen = [await version(api, thread_id)]
    await api.turn(thread_id, "a", send_to_llm=False)
    seen.append(await version(api, thread_id))
    answer = await api.send(thread_id, "b")
    seen.append(await version(api, thread_id))
    assert seen == [seen[0], seen[0] + 1, seen[0] + 3]
    assert answer.headers["etag"] == f'"{seen[-1]}"'


async def test_etag_changes_with_the_thread(api: Api) -> None:
    thread_id, run_id = await waiting_run(api)
    states = {}
    for step in (lambda: api.outputs(thread_id, run_id, {"call_1": "x"}), lambda: api.turn(thread_id, "on")):
        states[await version(api, thread_id)] = await api.get(thread_id)
        await step()
    states[await version(api, thread_id)] = await api.get(thread_id)
    assert len(states) == 3


async def test_if_none_match_of_an_unchanged_thread_is_304(api: Api) -> None:
    thread_id = await api.thread()
    first = await api.http.get(f"/threads/{thread_id}")
    for known in (first.headers["etag"], f"W/{first.headers['etag']}", f'"x", {first.headers["etag"]}', "*"):
        again = await api.http.get(f"/threads/{thread_id}", headers={"If-None-Match": known})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    await api.turn(thread_id, "x")
    again = await api.http.get(f"/threads/{thread_id}", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, len(again.json()["messages"])) == (200, 2)


async def test_if_match_guards_sending_and_deleting(api: Api) -> None:
    thread_id = await api.thread()
    seen = (await api.http.get(f"/threads/{thread_id}")).headers["etag"]
    path = f"/threads/{thread_id}/messages"
    sent = await api.post(path, {"content": "a"}, if_match=seen)
    assert sent.status_code == 200
    before = await api.get(thread_id)
    for answer in (
        await api.post(path, {"content": "b"}, if_match=seen),
        await api.post(path, {"content": "b", "stream": True}, if_match=seen),
        await api.post("/threads/messages", {"content": "b", "thread_id": thread_id}, if_match=seen),
        await api.http.delete(f"/threads/{thread_id}", headers={"If-Match": seen}),
    ):
        assert (answer.status_code, answer.json()) == (412, {"detail": "The thread has changed"})
        assert answer.headers["etag"] == sent.headers["etag"]
    assert await api.get(thread_id) == before
    assert (await api.post(path, {"content": "b"}, if_match="*")).status_code == 200
    deleted = await api.http.delete(f"/threads/{thread_id}", headers={"If-Match": f'"{await version(api, thread_id)}"'})
    assert deleted.status_code == 200


@pytest.mark.parametrize("if_match", ['"0"', '"1"', "*"])
async def test_if_match_of_an_unknown_thread_is_404(api: Api, if_match: str) -> None:
    thread_id = "00000000-0000-4000-8000-000000000000"
    for answer in (
        await api.post(f"/threads/{thread_id}/messages", {"content": "a"}, if_match=if_match),
        await api.post("/threads/messages", {"content": "a", "thread_id": thread_id}, if_match=if_match),
        await api.http.delete(f"/threads/{thread_id}", headers={"If-Match": if_match}),
    ):
        assert (answer.status_code, answer.json()) == (404, {"detail": "Thread not found"})


@BOTH_DATABASES
async def test_if_match_of_concurrent_messages_admits_one(api: Api) -> None:
    thread_id = await api.thread()
    seen = (await api.http.get(f"/threads/{thread_id}")).headers["etag"]
    answers = await asyncio.gather(
        *(api.post(f"/threads/{thread_id}/messages", {"content": str(n)}, if_match=seen) for n in range(10))
    )
    assert sorted(answer.status_code for answer in answers) == [200] + [412] * 9


async def test_lists_have_no_etag(api: Api) -> None:
    await api.thread()
    assert "etag" not in (await api.http.get("/threads")).headers


async def test_order_of_messages_does_not_depend_on_the_clock(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    thread_id = await api.thread()
    times = iter(range(2_000_000_000_000, 0, -1))
    set_clock(monkeypatch, lambda: next(times))
    for number in range(5):
        await api.turn(thread_id, f"/say {number}")
    said = [content for role, content in await api.history(thread_id) if role == "user"]
    assert said == [f"/say {number}" for number in range(5)]
