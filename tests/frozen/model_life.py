"""The life that is played to a server that asks a model (model.py): thoughts, tokens, rounds of tools, and turns that
are interrupted. The server does not let a message wait for a busy thread."""

from typing import Any

from tests.frozen.life import SETTINGS, tool
from tests.frozen.recorder import Recorder, run, turn_of

OUTPUTS = {"call_look": "rain", "call_listen": "tools again"}


def play(first: Recorder) -> dict[str, Any]:
    """Plays the life; gives what is left over by name."""
    fields = {"name": "Thinker", "description": "Thinks", "tools": [tool("look"), tool("listen")]}
    path = f"/assistants/{first.post('/assistants', fields)['assistant_id']}/threads"
    thread = first.post(path)["thread_id"]
    first.send(thread, "think aloud")
    thought = turn_of(first.send(thread, "think of a stream", stream=True, key="think-key"))
    first.get(f"{run(thought)}/events", Last_Event_ID="2")
    first.send(thread, "break")
    first.send(thread, "break again", stream=True)
    first.post("/threads/messages", {"content": "settings", "thread_id": thread, **SETTINGS, "stream": True})
    first.get(f"/threads/{thread}")
    _rounds(first, first.post(path)["thread_id"])
    _interrupted(first, first.post(path)["thread_id"], path)
    waiting = first.post(path)["thread_id"]
    body = {"content": "tools of this turn", "thread_id": waiting, **SETTINGS, "tools": [tool("look")]}
    return {"thought": thought, "settled_by_model": turn_of(first.post("/threads/messages", {**body, "stream": True}))}


def _rounds(first: Recorder, thread: str) -> None:
    turn = first.send(thread, "tools please")
    first.outputs(turn, OUTPUTS)
    first.outputs(turn, {"call_look": "sun", "call_listen": "silence"})
    streamed = turn_of(first.send(thread, "tools streamed", stream=True))
    first.outputs(streamed, OUTPUTS, "?stream=true")
    given = [{"tool_call_id": call, "output": "last"} for call in OUTPUTS]
    body = {"tool_outputs": given, "thinking": {"type": "disabled"}, "tools": [tool("other")]}
    first.post(f"{run(streamed)}/submit-tool-outputs?stream=true", body)
    first.get(f"/threads/{thread}")


def _interrupted(first: Recorder, thread: str, threads: str) -> None:
    messages = f"/threads/{thread}/messages"

    def cancel(beginning: str) -> None:
        turn = turn_of(beginning)
        first.send(thread, "may I?")
        first.get("/threads?include_messages=false&limit=1")
        first.outputs(turn, OUTPUTS)
        first.post(f"{run(turn)}/cancel", Idempotency_Key="cancel-at-work")
        first.post(f"{run(turn)}/cancel")

    held = {"content": "hold until cancelled", "stream": True}
    first.ask("POST", messages, held, Idempotency_Key="held-key", held_after=3, during=cancel)
    first.post(messages, held, Idempotency_Key="held-key")
    gone = first.post(threads)["thread_id"]
    first.ask(
        "POST",
        f"/threads/{gone}/messages",
        {**held, "content": "hold until deleted"},
        held_after=3,
        during=lambda _: first.ask("DELETE", f"/threads/{gone}"),
    )
