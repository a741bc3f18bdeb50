"""Answer with your own function: the server keeps threads, runs and streams, the function writes the answers.

    cd examples && threads-server serve --responder responder:echo

Any client of the API then talks to it. The function is given the whole conversation and may be async; a generator
streams its parts.
"""

from collections.abc import Iterator

from threads_server.responders import Conversation, ResponderEvent, ToolCallRequested
from threads_server.responders.scripted import FunctionResponder


def answer(conversation: Conversation) -> Iterator[str | ResponderEvent]:
    """Repeats the last message word by word; `time` asks the caller for a tool."""
    last = conversation.messages[-1]
    if last["role"] == "tool":
        yield f"It is {last['content']}."
    elif "time" in last["content"] and conversation.tools:
        yield ToolCallRequested({"id": "", "type": "function", "function": {"name": "clock", "arguments": "{}"}})
    else:
        for word in last["content"].split():
            yield f"{word} "


echo = FunctionResponder(answer, model="echo")
