"""A testing server: its answers, faults, time and requests, in this process and over the wire."""

import json
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta

import httpx
import pytest

from backboard_threads import (
    APIConnectionError,
    APIError,
    APITimeoutError,
    Backboard,
    ConflictError,
    DecodeError,
    NotFoundError,
    RateLimitError,
    RunFailedError,
    ServerError,
)
from tests.support.server.command_line import refused
from tests.support.server.threads_api import contract
from threads_server.pytest_plugin import ThreadsAccount
from threads_server.testing import BadInstruction, LocalServer
from threads_server.testing.instructions import KINDS
from threads_server.testing.script import Script

STREAM = ["user_message", "run_started", "content_streaming", "content_streaming", "content_streaming", "run_ended"]

OPTIONS = ["--busy-wait=0", "--retain-days=3"]

Play = Callable[[LocalServer], None]


@pytest.fixture(scope="module")
def process() -> Iterator[LocalServer]:
    with LocalServer(arguments=OPTIONS) as server:
        yield server


@pytest.fixture(scope="module", params=["in this process", "in another"])
def server(request: pytest.FixtureRequest) -> Iterator[LocalServer]:
    if request.param == "in another":
        yield request.getfixturevalue("process")
        return
    with LocalServer(in_process=True, arguments=OPTIONS) as server:
        yield server


@pytest.fixture
def told(server: LocalServer) -> LocalServer:
    server.reset()
    return server


def client(server: LocalServer, max_retries: int = 0) -> Backboard:
    return Backboard(api_key=server.api_key, base_url=server.url, max_retries=max_retries)


def test_answers_come_in_turn_or_by_pattern(told: LocalServer) -> None:
    told.on(r"(?i)weather", reply=["It is ", "sunny."], reasoning="Look outside.")
    told.reply("4", usage={"input_tokens": 3, "output_tokens": 1, "total_tokens": 4})
    told.reply("5")
    with client(told) as backboard:
        first = backboard.messages.chat(content="2 + 2?")
        assert (first.content, first.input_tokens, first.total_tokens) == ("4", 3, 4)
        weather = backboard.messages.send(first.thread_id, content="And the Weather?")
        assert (weather.content, weather.reasoning) == ("It is sunny.", "Look outside.")
        with backboard.messages.stream(first.thread_id, content="Weather!") as events:
            assert list(events.deltas()) == ["It is ", "sunny."]
        assert backboard.messages.send(first.thread_id, content="2 + 3?").content == "5"
        assert "6 messages" not in str(backboard.messages.send(first.thread_id, content="unprepared").content)


def test_answer_can_call_tools_fail_and_hold_its_thread(told: LocalServer) -> None:
    told.reply(tool_calls=[{"name": "weather", "arguments": {"city": "Oslo"}}])
    told.reply("12 degrees.")
    told.reply("So far", error="The model is away")
    told.reply("late", hold=True)
    with client(told) as backboard:
        waiting = backboard.messages.chat(content="The weather?")
        assert waiting.tool_calls
        assert waiting.run_id
        assert json.loads(waiting.tool_calls[0].function.arguments) == {"city": "Oslo"}
        outputs = [{"tool_call_id": call.id, "output": "12"} for call in waiting.tool_calls]
        done = backboard.runs.submit_tool_outputs(waiting.thread_id, waiting.run_id, tool_outputs=outputs)
        assert done.content == "12 degrees."
        with pytest.raises(RunFailedError, match="The model is away"):
            backboard.messages.send(waiting.thread_id, content="More?")
        with backboard.messages.stream(waiting.thread_id, content="Still there?") as events:
            kinds = [next(events).type for _ in range(3)]
            with pytest.raises(ConflictError):
                backboard.messages.send(waiting.thread_id, content="Me too")
            told.release()
            assert [*map(str, kinds), *(str(event.type) for event in events)][-1] == "run_ended"


FAULTS: dict[str, tuple[Play, type[APIError], bool]] = {
    # the fault of `sendMessage`; the error of a call without retries; whether the operation is done all the same
    "status": (lambda server: server.fail("sendMessage", 503, detail="Away"), ServerError, False),
    "rate": (lambda server: server.fail("sendMessage", 429, retry_after=7), RateLimitError, False),
    "drop": (lambda server: server.drop("sendMessage"), APIConnectionError, False),
    "drop after": (lambda server: server.drop("sendMessage", done=True), APIConnectionError, True),
    "hang": (lambda server: server.hang("sendMessage"), APITimeoutError, False),
    "hang after": (lambda server: server.hang(None, done=True), APITimeoutError, True),
    "cut": (lambda server: server.cut("sendMessage", byte=7), APIConnectionError, True),
    "garbage": (lambda server: server.garble("sendMessage"), DecodeError, True),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_fault_happens_once_and_is_recorded(told: LocalServer, fault: str, caplog: pytest.LogCaptureFixture) -> None:
    play, error, done = FAULTS[fault]
    content = "Again" * 20_000  # so that the response is sent in pieces
    with client(told) as backboard:
        thread = backboard.messages.chat(content="Hello").thread_id
        play(told)
        with pytest.raises(error) as raised:
            backboard.messages.send(
                thread, content=content, send_to_llm=False, timeout=0.5 if error is APITimeoutError else None
            )
        if fault == "rate":
            assert raised.value.response.headers["retry-after"] == "7"
        assert backboard.messages.send(thread, content="Once more").content
        messages = [message.content for message in backboard.threads.get(thread).messages or ()]
        assert (content in messages) == done
    sent = [request for request in told.requests if request.operation == "sendMessage"]
    assert [request.body["content"] for request in sent] == [content, "Once more"]
    assert all("x-api-key" not in request.headers for request in sent)
    assert not caplog.messages


@pytest.mark.parametrize("request_of", ["GET", "HEAD", "GET unchanged", "OPTIONS"])
def test_garbage_of_any_response_leaves_the_next_one_whole(told: LocalServer, request_of: str) -> None:
    method, _, unchanged = request_of.partition(" ")
    with client(told) as backboard, httpx.Client(headers={"X-API-Key": told.api_key}) as http:
        url = f"{told.url}/threads/{backboard.messages.chat(content='Hello').thread_id}"
        condition = {"If-None-Match": "*"} if unchanged else {}
        usual = http.request(method, url, headers=condition).status_code
        told.garble(None)
        assert http.request(method, url, headers=condition).status_code == 200
        assert http.request(method, url, headers=condition).status_code == usual


def test_every_kind_of_fault_is_in_the_table() -> None:
    assert {fault.partition(" ")[0] for fault in FAULTS} | {"event"} == {*KINDS, "rate"}


def test_fault_of_each_request_ends_at_reset(told: LocalServer) -> None:
    told.fail(None, 500, times=None)
    with client(told) as backboard:
        for _ in range(3):
            with pytest.raises(ServerError):
                backboard.threads.list()
        told.reset()
        backboard.threads.list()
    told.fail("listThreads", 503, times=2)
    with client(told, max_retries=2) as backboard:
        backboard.threads.list()
    assert len(told.requests) == 4


@pytest.mark.parametrize("place", range(len(STREAM) - 1))
def test_stream_cut_at_an_event_is_resumed(told: LocalServer, place: int) -> None:
    told.reply(["a", "b", "c"])
    told.cut("sendChatMessage", event=place)
    with client(told, max_retries=2) as backboard, backboard.messages.chat_stream(content="Hello") as events:
        if place > 1:
            assert [str(event.type) for event in events] == STREAM
            assert [request.operation for request in told.requests] == ["sendChatMessage", "streamRunEvents"]


def test_stream_has_an_event_that_nobody_knows(told: LocalServer) -> None:
    told.reply(["a", "b", "c"])
    told.insert_event("sendChatMessage", {"type": "novel", "depth": 3}, before=2)
    with client(told) as backboard, backboard.messages.chat_stream(content="Hello") as events:
        assert [str(getattr(event, "raw_type", event.type)) for event in events] == [*STREAM[:2], "novel", *STREAM[2:]]


def test_refused_connections_come_back(told: LocalServer) -> None:
    with client(told) as backboard:
        backboard.threads.list()
        told.refuse(0.3)
        with pytest.raises(APIConnectionError, match="refused"):
            backboard.threads.list()
        backboard.with_options(max_retries=10).threads.list()


def test_time_moves_without_waiting(told: LocalServer) -> None:
    with client(told) as backboard:
        first = backboard.messages.chat(content="Hello", idempotency_key="one")
        assert backboard.messages.chat(content="Hello", idempotency_key="one") == first
        told.advance(hours=25)
        second = backboard.messages.chat(content="Hello", idempotency_key="one")
        assert second.thread_id != first.thread_id
        assert second.timestamp - first.timestamp > timedelta(hours=25)
        assert first.run_id
        with pytest.raises(NotFoundError), backboard.runs.events(first.thread_id, first.run_id) as events:
            list(events)
        assert backboard.threads.list()
        told.advance(days=4)
        assert backboard.threads.list() == []  # --retain-days: what is swept is gone at once


def test_frozen_servers_answer_alike_byte_for_byte() -> None:
    def life() -> list[str]:
        with LocalServer(in_process=True) as server, httpx.Client(headers={"X-API-Key": "local"}) as http:
            server.freeze("2030-01-01T00:00:00Z", seed=5)
            url = f"{server.url}/threads"
            sent = [http.post(f"{url}/messages", json={"content": f"Message {number}"}) for number in range(3)]
            server.advance(minutes=1)
            return [*(answer.text for answer in sent), http.get(url).text, json.dumps(server.threads)]

    first = life()
    assert "2030-01-01T00:00:00.000Z" in first[0]
    assert first == life()


def test_function_answers_in_this_process_only(process: LocalServer) -> None:
    with LocalServer(in_process=True) as server, client(server) as backboard:
        server.reply(lambda conversation: f"message {len(conversation.messages)}")
        assert backboard.messages.chat(content="Hello").content == "message 1"
        backboard.messages.chat(files=[("map.txt", b"north")], content="See")
        form = server.requests[-1].body
        assert (form["content"], form["files"]["filename"], form["files"]["text"]) == ("See", "map.txt", "north")
    with pytest.raises(BadInstruction, match="in_process"):
        process.reply(lambda conversation: "no")


def test_server_starts_again_with_its_threads() -> None:
    with LocalServer(in_process=True) as server, client(server) as backboard:
        backboard.messages.chat(content="Hello")
        server.stop()
        with pytest.raises(APIConnectionError, match="refused"):
            backboard.threads.list()
        with pytest.raises(BadInstruction, match=r"not running: use it in a `with`, or start\(\) it"):
            server.reply("4")
        assert server.url in repr(server)
        server.start()
        assert len(server.threads) == 1
    assert not [thread for thread in threading.enumerate() if thread.name == "threads-server"]


@pytest.mark.parametrize(
    ("play", "words"),
    [
        (lambda server: server.fail("sendMesage"), "did you mean sendMessage"),
        (lambda server: server.drop("messages.chat"), "did you mean sendChatMessage"),
        (lambda server: server.fail("sendMessage", 200), "200 is not the status of an error"),
        (lambda server: server.cut("sendMessage"), "a cut is at a byte or at an event"),
        (lambda server: server.drop("sendMessage", times=0), "once or more often"),
        (lambda server: server.on("(", reply="x"), "is no regular expression"),
        (lambda server: server.reply(tool_calls=[{"arguments": {}}]), "a tool call has a name"),
        (lambda server: server.reply(tool_calls=[{"name": "f", "args": {}}]), "an id, no 'args'"),
        (lambda server: server.reply(usage={"tokens": 3}), "no usage 'tokens'; there are input_tokens"),
        (lambda server: server.reply(3), "'text' is a text or a list, each a text, not 3"),
        (lambda server: server.reply(delay=-1), "'delay' is a number from 0, not -1"),
        (lambda server: server.insert_event("sendMessage", "x"), "'value' is an object or null, not 'x'"),
        (lambda server: server.freeze("tomorrow"), "ISO 8601"),
        (lambda server: server.advance(days=4e6), "the years 1970 to 9999"),
        (lambda server: server.perform("clock", {"advance": 1e308}), "ISO 8601"),
        (lambda server: server.perform("clock", {"seed": "x"}), "'seed' is a whole number or null, not 'x'"),
        (lambda server: server.perform("faults", {}), "'kind' is missing; there are kind, operation"),
        (lambda server: server.refuse(-1), "is a number of up to 600"),
        (lambda server: server.perform("answers", {"txt": "4"}), "there is no 'txt'; there are text"),
        (lambda server: server.perform("faults", {"kind": "flood"}), "there is no fault 'flood'"),
        (lambda server: server.perform("clock", {"hours": 3}), "there is no 'hours'"),
        (lambda server: server.perform("dance", {}), "there is no action 'dance'"),
    ],
)
def test_instruction_that_cannot_be_is_explained(told: LocalServer, play: Play, words: str) -> None:
    with pytest.raises(BadInstruction, match=words) as raised:
        play(told)
    assert "\n" not in str(raised.value)


def test_routes_take_json_only_and_need_no_python(process: LocalServer) -> None:
    process.reset()
    routes, before = process.url.replace("/api", "/testing"), len(process.threads)
    assert httpx.post(f"{routes}/answers", json={"text": "4"}).status_code == 200
    assert "no action 'threads'" in httpx.get(f"{routes}/threads").json()["detail"]
    for wrong in ({"data": {"text": "5"}}, {"content": b'{"text": "5"}'}, {"content": b"{"}):
        headers = {"content-type": "text/plain"} if wrong.get("content") != b"{" else {}
        assert httpx.post(f"{routes}/answers", headers=headers, **wrong).status_code == 422
    assert f"{routes}/clock".endswith(tuple(httpx.get(routes).json()["actions"]))
    key = {"X-API-Key": process.api_key}
    answer = httpx.post(f"{process.url}/threads/messages", json={"content": "2 + 2?"}, headers=key)
    assert answer.json()["content"] == "4"
    assert [request["operation"] for request in httpx.get(f"{routes}/requests").json()] == ["sendChatMessage"]
    assert len(httpx.get(f"{routes}/api/threads", headers=key).json()) == before + 1
    assert httpx.get(f"{routes}/api/threads").status_code == 401


def test_seed_of_ids_that_are_stored_is_refused(told: LocalServer) -> None:
    told.freeze("2030-01-01T00:00:00Z", seed=7)
    with client(told) as backboard:
        first = backboard.messages.chat(content="Hello")
        told.reset()
        with pytest.raises(BadInstruction, match="made the ids of seed 7 at 2030-01-01T00:00:00Z already"):
            told.freeze("2030-01-01T00:00:00Z", seed=7)
        told.freeze("2030-01-01T00:00:00Z", seed=8)
        assert backboard.messages.chat(content="Hello").thread_id != first.thread_id


async def test_application_without_a_socket_cannot_refuse_connections() -> None:
    with pytest.raises(BadInstruction, match="no socket of its own"):
        await Script(contract()).perform("refuse", {"seconds": 1})


def test_ordinary_server_takes_no_instructions(backboard_threads_server: ThreadsAccount) -> None:
    answer = httpx.post(f"{backboard_threads_server.url.removesuffix('/api')}/testing/answers", json={"text": "4"})
    assert answer.status_code == 404
    with pytest.raises(BadInstruction, match="leave out `database`"):
        LocalServer("threads.db").reply("4")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--database", "/threads.db"], "--testing is for a temporary database, not for /threads.db"),
        (["--database", "postgresql://h/n"], "--testing is for a temporary database, not for postgresql://h/n"),
        (["--host", "0.0.0.0"], "--testing is for a server on loopback only, not on 0.0.0.0"),
        (["--responder", "my:own"], "--testing answers as a test says, not by my:own"),
    ],
)
def test_testing_is_refused_where_it_could_do_harm(arguments: list[str], words: str) -> None:
    assert words in refused("serve", "--testing", "--port", "0", *arguments)


def test_tester_fixture_is_where_the_client_looks(backboard_threads_tester: LocalServer) -> None:
    backboard_threads_tester.reply("4")
    with Backboard() as backboard:
        assert backboard.messages.chat(content="2 + 2?").content == "4"


def test_session_fixture_is_another_server(
    backboard_threads_tester: LocalServer, backboard_threads_tester_session: LocalServer
) -> None:
    backboard_threads_tester_session.reply("5")
    with client(backboard_threads_tester) as backboard:
        assert backboard.messages.chat(content="2 + 2?").content != "5"
    assert backboard_threads_tester_session.requests == []
