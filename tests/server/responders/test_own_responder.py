"""A responder of the user's own: loaded by name, made of a function, scripted by a test."""

from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.server.builders import WEATHER
from tests.support.server.threads_api import serving
from threads_server.responders import (
    Conversation,
    FinishReason,
    ReasoningDelta,
    Responder,
    ResponderEvent,
    ResponderFailed,
    TextDelta,
    ToolCallRequested,
)
from threads_server.responders.loading import open_responder
from threads_server.responders.scripted import Answer, FunctionResponder, ScriptedResponder
from threads_server.settings import Settings
from threads_server.testing import LocalServer

CALL = ToolCallRequested({"id": "c1", "type": "function", "function": {"name": "get_weather", "arguments": "{}"}})

instance = FunctionResponder(lambda _: "from an instance")
not_a_responder = {"answer": 1}


class OwnResponder(FunctionResponder):
    def __init__(self) -> None:
        super().__init__(lambda _: "from a class")


def make_responder(settings: Settings) -> Responder:
    return FunctionResponder(lambda _: f"from {settings.llm_model}")


def fail() -> Responder:
    raise ValueError("a\nb")


def needs_more(settings: Settings, other: object) -> Responder:
    raise NotImplementedError


class Holder:
    nested = FunctionResponder(lambda _: "from an attribute")


async def answer_of(database: Path, name: str, **settings: Any) -> str:
    async with serving(database, responder=name, **settings) as api:
        return str((await api.turn(await api.thread(), "x"))["content"])


class TestLoading:
    @pytest.mark.parametrize(
        ("name", "content"),
        [
            ("instance", "from an instance"),
            ("OwnResponder", "from a class"),
            ("make_responder", "from a setting"),
            ("Holder.nested", "from an attribute"),
        ],
    )
    async def test_name_is_an_instance_or_makes_one(self, tmp_path: Path, name: str, content: str) -> None:
        module = "tests.server.responders.test_own_responder"
        assert await answer_of(tmp_path / "threads.db", f"{module}:{name}", llm_model="a setting") == content

    @pytest.mark.parametrize(
        ("name", "reason"),
        [
            ("tests.nothing:x", "cannot be loaded: ModuleNotFoundError: No module named"),
            ("tests.server.responders.test_own_responder:nothing", "cannot be loaded: .* has no attribute"),
            ("tests.server.responders.test_own_responder:fail", r"cannot be made: ValueError: a b \(test_own"),
            ("tests.server.responders.test_own_responder:needs_more", "cannot be made: TypeError: .* 'other'"),
            ("threads_server.responders:Responder", "cannot be made: TypeError: .* abstract"),
            ("tests.server.responders.test_own_responder:not_a_responder", "neither is nor makes"),
            ("tests.server.responders.test_own_responder:Settings", "makes no threads_server"),
            ("parrot", "there is no responder"),
        ],
    )
    def test_name_that_gives_none_is_refused(self, name: str, reason: str) -> None:
        with pytest.raises(ValueError, match=reason):
            open_responder(Settings(responder=name))

    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            ("\nraise RuntimeError('two\\nlines')", "RuntimeError: two lines (spoiled.py, line 2)"),
            ("def broken(:", "SyntaxError: invalid syntax (spoiled.py, line 1)"),
        ],
    )
    def test_module_that_cannot_be_imported_is_one_line(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, reason: str
    ) -> None:
        (tmp_path / "spoiled.py").write_text(text)
        monkeypatch.syspath_prepend(tmp_path)
        with pytest.raises(ValueError, match="spoiled:x cannot be loaded") as refused:
            open_responder(Settings(responder="spoiled:x"))
        assert reason in str(refused.value)
        assert "\n" not in str(refused.value)

    def test_models_with_the_offline_responder_are_refused(self) -> None:
        with pytest.raises(ValueError, match="add --responder openai"):
            open_responder(Settings(models="models.yaml"))


NOTED = """
from threads_server.responders.scripted import FunctionResponder

class Noted(FunctionResponder):
    def __init__(self):
        super().__init__(lambda conversation: "noted")
        print("made", flush=True)

    async def close(self):
        print("closed", flush=True)
"""


def test_responder_is_made_and_closed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "noted.py").write_text(NOTED)
    monkeypatch.chdir(tmp_path)
    with LocalServer(tmp_path / "threads.db", arguments=["--responder", "noted:Noted"]) as server:
        answer = httpx.post(
            f"{server.url}/threads/messages", headers={"X-API-Key": server.api_key}, json={"content": "x"}
        )
        server.stop()
        lines = server.output().split()
    assert answer.json()["content"] == "noted"
    assert (lines.count("made"), lines.count("closed")) == (1, 1)


def plain(conversation: Conversation) -> str:
    return f"{len(conversation.messages)} message"


async def coroutine(conversation: Conversation) -> str:
    return plain(conversation)


def generator(conversation: Conversation) -> Iterator[str | ResponderEvent]:
    yield "1 "
    yield TextDelta("message")


async def async_generator(conversation: Conversation) -> AsyncIterator[str]:
    yield "1 "
    yield "message"


class TestFunctionResponder:
    @pytest.mark.parametrize(
        "function",
        [plain, coroutine, generator, async_generator, lambda _: TextDelta("1 message"), lambda _: ["1 ", "message"]],
    )
    async def test_function_of_any_kind_answers(
        self, tmp_path: Path, function: Callable[[Conversation], Answer]
    ) -> None:
        async with serving(tmp_path / "threads.db", responder=FunctionResponder(function, model="mine")) as api:
            turn = await api.turn(await api.thread(), "x")
        assert (turn["status"], turn["content"], turn["model_name"]) == ("COMPLETED", "1 message", "mine")

    async def test_events_become_those_of_the_turn(self, tmp_path: Path) -> None:
        events = [ReasoningDelta("Hm."), "Half", FinishReason("length")]
        async with serving(tmp_path / "threads.db", responder=FunctionResponder(lambda _: events)) as api:
            turn = await api.turn(await api.thread(), "x")
        assert (turn["reasoning"], turn["content"]) == ("Hm.", "Half")
        assert turn["message"] == "Message added. The answer ended early: length"

    async def test_exception_fails_the_run(self, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
        failures = iter([ResponderFailed("Out of ideas"), ValueError("secret")])
        async with serving(
            tmp_path / "threads.db", responder=FunctionResponder(lambda _: ["Half", next(failures)])
        ) as api:
            thread_id = await api.thread()
            turns = [await api.turn(thread_id, "x") for _ in range(2)]
        assert [(turn["status"], turn["content"]) for turn in turns] == [("FAILED", "Half")] * 2
        assert turns[0]["message"] == "Out of ideas"
        assert "secret" not in turns[1]["message"]
        assert "secret" in caplog.text


class TestScriptedResponder:
    async def test_prepared_answers_are_given(self, tmp_path: Path) -> None:
        scripted = ScriptedResponder()
        scripted.reply("4")
        scripted.reply("Let me ", "see.", CALL)
        scripted.reply(lambda conversation: f"It is {conversation.messages[-1]['content']}.")
        scripted.on(r"(?i)bye", "Good bye.")
        async with serving(tmp_path / "threads.db", responder=scripted) as api:
            thread_id = await api.thread(await api.assistant(tools=[WEATHER]))
            assert (await api.turn(thread_id, "2 + 2?"))["content"] == "4"
            assert (await api.turn(thread_id, "Bye"))["content"] == "Good bye."
            waiting = await api.turn(thread_id, "Weather?")
            assert (waiting["status"], waiting["content"]) == ("REQUIRES_ACTION", "Let me see.")
            done = (await api.outputs(thread_id, waiting["run_id"], {"c1": "dry"})).json()
            assert (done["status"], done["content"]) == ("COMPLETED", "It is dry.")
            last = await api.turn(thread_id, "More?")
            assert (last["status"], last["message"]) == ("FAILED", "No answer was prepared for: More?")
        assert [asked.messages[-1]["content"] for asked in scripted.conversations] == [
            *("2 + 2?", "Bye", "Weather?", "dry", "More?")
        ]

    def test_answer_of_a_function_and_a_text_is_refused(self) -> None:
        with pytest.raises(TypeError, match="one function"):
            ScriptedResponder().reply("x", lambda _: "y")
