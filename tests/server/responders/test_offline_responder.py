"""The answers of the offline responder, word for word."""

from pathlib import Path

import pytest

from tests.support.server.builders import WEATHER
from tests.support.server.threads_api import serving
from threads_server.responders import Conversation, ResponderFailed, TextDelta, ToolCallRequested
from threads_server.responders.offline import OfflineResponder


def said(*contents: str) -> Conversation:
    """A conversation of these messages, the user's first."""
    messages = [
        {"role": "assistant" if number % 2 else "user", "content": content, "metadata_": None}
        for number, content in enumerate(contents)
    ]
    return Conversation(messages=messages, tools=[WEATHER])


class TestOffline:
    async def answer(self, conversation: Conversation) -> str:
        pieces = [piece async for some in OfflineResponder().answer(conversation) for piece in some]
        return "".join(piece.text for piece in pieces if isinstance(piece, TextDelta))

    async def asked(self, content: str) -> list[tuple[str, str]]:
        pieces = [piece async for some in OfflineResponder().answer(said(content)) for piece in some]
        functions = [piece.call["function"] for piece in pieces if isinstance(piece, ToolCallRequested)]
        return [(function["name"], function["arguments"]) for function in functions]

    async def test_answer_counts_messages_and_quotes_the_first(self) -> None:
        assert await self.answer(said("Hi")) == 'I have seen 1 message of this thread. You began with: "Hi"'
        expected = 'I have seen 3 messages of this thread. You began with: "Hi"'
        assert await self.answer(said("Hi", "Hello", "And?")) == expected

    @pytest.mark.parametrize("text", ["x", "  a  b\n", "", "/say /say x", "\U0001f600\u2028"])
    async def test_say_is_answered_with_its_text(self, text: str) -> None:
        assert await self.answer(said(f"/say {text}")) == text

    async def test_slow_is_cut_into_pieces(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("threads_server.responders.offline.PAUSE_SECONDS", 0)
        for count, text, cut in [(3, "abcdefg", ["ab", "cd", "efg"]), (9, "ab", ["a", "b"]), (0, "ab", ["ab"])]:
            pieces = [
                piece async for some in OfflineResponder().answer(said(f"/slow {count} {text}")) for piece in some
            ]
            assert [piece.text for piece in pieces if isinstance(piece, TextDelta)] == cut

    async def test_call_asks_for_tools(self) -> None:
        assert await self.asked('/call get_weather {"a": [1, {"b": "}"}]}') == [
            ("get_weather", '{"a": [1, {"b": "}"}]}')
        ]
        assert await self.asked("/call get_weather") == [("get_weather", "{}")]
        two = '/call get_weather {"a": 1}\n/call get_weather {"a": 2}'
        assert await self.asked(two) == [("get_weather", '{"a": 1}'), ("get_weather", '{"a": 2}')]

    @pytest.mark.parametrize("text", ["/call nothing {}", "/call get_weather {bad", "/call get_weather [1]", "/fail"])
    async def test_wrong_command_fails(self, text: str) -> None:
        with pytest.raises(ResponderFailed):
            await self.asked(text)

    async def test_more_calls_than_a_round_has_fail(self, tmp_path: Path) -> None:
        async with serving(tmp_path / "threads.db") as api:
            turn = await api.turn(await api.thread(await api.assistant(tools=[WEATHER])), "/call get_weather " * 20_000)
        assert (turn["status"], turn["tool_calls"]) == ("FAILED", None)
        assert turn["message"] == "The answer asks for more than 128 tool calls"

    async def test_arguments_too_deep_fail(self) -> None:
        with pytest.raises(ResponderFailed):
            await self.asked('/call get_weather {"a":' + "[" * 100_000)
