"""A responder without a model and without a network: always the same answer to the same conversation."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Iterator, Sequence

from threads_server.responders import (
    Conversation,
    ModelUsage,
    Responder,
    ResponderEvent,
    ResponderFailed,
    TextDelta,
    ToolCallRequested,
)
from threads_server.store.history import Message

PAUSE_SECONDS = 0.2
"""Between two pieces of /slow."""
WORDS_AT_ONCE = 64

_WORD = re.compile(r"\S+\s*|\s+")
_SOME_WORDS = re.compile(rf"(?:{_WORD.pattern}){{1,{WORDS_AT_ONCE}}}+")
_CALL = re.compile(r"\s*/call\s+(\S+)\s*")
_SLOW = re.compile(r"/slow\s+(\d{1,6})(?:\s(.*))?\Z", re.DOTALL)


class OfflineResponder(Responder):
    """Responder that needs no model: it counts the thread's messages and quotes the user's first one.

    A message can ask for something else: `/say TEXT` is answered with exactly TEXT, `/slow N TEXT` with TEXT in N
    pieces and a pause between them, `/fail TEXT` fails with the reason TEXT, and `/call NAME {json}` asks for the tool
    NAME with these arguments (the next call begins after the JSON). Tool outputs are answered with a text that repeats
    them.
    """

    def history_bytes(self, model_name: str | None) -> int | None:
        """The turn alone: its message says what to answer."""
        return 0

    async def answer(self, conversation: Conversation) -> AsyncIterator[Sequence[ResponderEvent]]:
        """Yield the answer to the last message. Raises ResponderFailed for `/fail` and a wrong `/call`."""
        yield [ModelUsage("offline", "offline")]
        last = conversation.messages[-1]
        text = last["content"] or ""
        if last["role"] == "tool":
            for words in _words(_about_outputs(conversation.messages)):
                yield words
        elif text.startswith("/fail"):
            raise ResponderFailed(text.removeprefix("/fail").strip() or "The message asked for a failure")
        elif text.startswith("/call "):
            for number, (name, arguments) in enumerate(_calls(text, conversation), 1):
                function = {"name": name, "arguments": arguments}
                yield [ToolCallRequested({"id": f"call_{number}", "type": "function", "function": function})]
        elif slow := _SLOW.match(text):
            pieces = _cut(slow[2] or "", int(slow[1]))
            for number, piece in enumerate(pieces):
                if number:
                    await asyncio.sleep(PAUSE_SECONDS)
                yield [TextDelta(piece)]
        else:
            said = text.removeprefix("/say ") if text.startswith("/say ") else _about(conversation)
            for words in _words(said):
                yield words


def _about(conversation: Conversation) -> str:
    count = conversation.omitted_messages + len(conversation.messages)
    first = conversation.first_user_message
    if first is None:
        first = next(message for message in conversation.messages if message["role"] == "user")
    counted = f"{count} {'message' if count == 1 else 'messages'}"
    return f'I have seen {counted} of this thread. You began with: "{first["content"] or ""}"'


def _about_outputs(messages: Sequence[Message]) -> str:
    outputs = []
    for message in reversed(messages):
        if message["role"] != "tool":
            break
        outputs.append(f"{message['metadata_']['tool_name']} returned: {message['content']}")
    return "\n".join(reversed(outputs))


def _words(text: str) -> Iterator[list[TextDelta]]:
    """A text word by word, some at a time."""
    for some in _SOME_WORDS.finditer(text):
        yield [TextDelta(word) for word in _WORD.findall(some[0])]


def _cut(text: str, count: int) -> Iterator[str]:
    """A text in `count` pieces of about the same length, or fewer if it has fewer characters."""
    count = max(1, min(count, len(text)))
    return (text[len(text) * i // count : len(text) * (i + 1) // count] for i in range(count))


def _calls(text: str, conversation: Conversation) -> list[tuple[str, str]]:
    """The names and arguments of the calls that a message asks for."""
    known = [tool["function"]["name"] for tool in conversation.tools]
    calls = []
    at = 0
    while match := _CALL.match(text, at):
        name, at = match[1], match.end()
        if name not in known:
            raise ResponderFailed(f"There is no tool {name}; the tools of this turn are: {', '.join(known) or 'none'}")
        arguments = "{}"
        if text.startswith("{", at):
            try:
                _, end = json.JSONDecoder().raw_decode(text, at)
            except (json.JSONDecodeError, RecursionError) as error:
                raise ResponderFailed(f"The arguments of {name} are not JSON: {error}") from error
            arguments, at = text[at:end], end
        calls.append((name, arguments))
    if rest := text[at:].strip():
        raise ResponderFailed(f"After /call NAME comes a JSON object of arguments, not: {rest[:100]}")
    return calls
