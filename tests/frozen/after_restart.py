"""Requests to a server that is started on the database of an earlier one; `left` names the objects in it."""

from typing import Any

from tests.frozen.life import CALLS, OUTPUTS, SETTINGS, tool
from tests.frozen.recorder import Recorder, run

RUNS = ("slow", "failed_stream", "round", "cancelled", "settled", "thought")


def read(first: Recorder, left: dict[str, Any]) -> None:
    """Asks for everything, and changes nothing."""
    for key in ("first", "second"):
        first.ask("GET", "/assistants", key=key)
        first.ask("GET", "/threads?include_messages=false", key=key)
    for name in ("talk", "turns", "cancelled", "waiting", "settled", "thought"):
        thread_id = left[name] if isinstance(left[name], str) else left[name]["thread_id"]
        first.get(f"/threads/{thread_id}")
    first.ask("GET", f"/threads/{left['second']['thread_id']}", key="second")
    first.get(f"/assistants/{left['guide']}")
    first.get(f"/assistants/{left['guide']}/threads?include_messages=false&limit=2")
    first.get("/threads?skip=5&limit=2")
    for name in RUNS:
        first.get(f"{run(left[name])}/events")
    for name, last in (("streamed", "5"), ("slow", "4"), ("round", "8"), ("thought", "3")):
        first.get(f"{run(left[name])}/events", Last_Event_ID=last)
    first.get(f"{run(left['streamed'])}/events", Last_Event_ID="999")
    first.ask("GET", f"{run(left['second'])}/events", key="second")
    first.ask("GET", f"{run(left['waiting'])}/events", key="second")
    first.ask("GET", f"/threads/{left['talk']}", key="second")
    first.ask("HEAD", f"/threads/{left['talk']}")
    first.ask("GET", "/threads", key="own")
    first.ask("GET", "/threads", key="revoked")
    first.get(f"/threads/{left['talk']}", If_None_Match='"13"')
    first.get("/assistants?name=Idle&limit=1")


def continue_all(first: Recorder, left: dict[str, Any]) -> None:
    """Repeats requests under their keys, gives outputs to the runs that wait, and goes on with every thread."""
    # first, since PostgreSQL's server ends the run of one that was killed ten seconds after its start
    first.ask("GET", f"{run(left['crashed'])}/events", key="crashed", Last_Event_ID="2")
    first.ask("GET", f"/threads/{left['crashed']['thread_id']}", key="crashed")
    first.ask("POST", f"/threads/{left['crashed']['thread_id']}/messages", {"content": "Again"}, key="crashed")
    _repeat_keys(first, left)
    waiting = left["waiting"]
    first.send(waiting["thread_id"], "may I?")
    first.outputs(waiting, {"call_1": "only one"})
    first.outputs(waiting, OUTPUTS, Idempotency_Key="late-outputs")
    first.outputs(waiting, OUTPUTS, Idempotency_Key="late-outputs")
    first.outputs(waiting, OUTPUTS)
    first.send(waiting["thread_id"], CALLS, key="waiting-turn")
    first.get(f"{run(waiting)}/events")
    first.get(f"/threads/{waiting['thread_id']}")
    first.outputs(left["settled"], {"call_1": "sun"}, "?stream=true")
    first.post(f"{run(left['to_cancel'])}/cancel")
    first.get(f"{run(left['to_cancel'])}/events")
    first.get(f"/threads/{left['to_cancel']['thread_id']}")
    latest = {"thread_id": left["second"]["thread_id"], "tool_outputs": [{"tool_call_id": "call_1", "output": "x"}]}
    first.ask("POST", "/threads/tool-outputs", latest, key="second")
    for name in ("talk", "turns", "tools", "empty"):
        first.send(left[name], "And now?")
    first.get(f"/threads/{left['turns']}")
    first.post("/threads/messages", {"content": "/say to the default assistant"})
    first.ask("PUT", f"/assistants/{left['guide']}", {"description": "Still knows the way"})
    first.ask("DELETE", f"/threads/{left['talk']}", If_Match='"1"')
    first.ask("DELETE", f"/threads/{left['talk']}", If_Match='"15"')
    first.ask("DELETE", f"/assistants/{left['guide']}")


def _repeat_keys(first: Recorder, left: dict[str, Any]) -> None:
    messages = f"/threads/{left['turns']}/messages"
    path = f"/assistants/{left['guide']}/threads"
    first.post(path, {}, Idempotency_Key="create-thread")
    first.post(path, {"ignored": 1}, Idempotency_Key="create-thread")
    first.post("/assistants", {"name": "Other"}, Idempotency_Key="create-guide")
    first.send(left["turns"], "Hello", key="send-key")
    first.send(left["turns"], "Good bye", key="send-key")
    first.send(left["turns"], "/fail for a reason", key="fail-key")
    first.send(left["turns"], "kept once", send_to_llm="false", stream=True, key="stored-stream")
    first.send(left["turns"], '/say Word by word, "quoted" é 😀', stream=True, key="stream-key")
    file = [("files", "f.bin", "application/octet-stream", bytes(range(200, 256)))]
    first.upload(messages, {"content": "/say uploaded"}, file, boundary="later", Idempotency_Key="upload-key")
    first.outputs(left["round"], OUTPUTS, Idempotency_Key="outputs-key")
    first.outputs(left["round"], {"call_1": "x", "call_2": "y"}, Idempotency_Key="outputs-key")
    first.send(left["tools"], CALLS, key="cancelled-turn")
    first.post(f"{run(left['cancelled'])}/cancel", Idempotency_Key="cancel-key")
    first.send(left["waiting"]["thread_id"], CALLS, key="waiting-turn")
    first.post("/threads/messages", {"content": "No thread, no assistant"}, Idempotency_Key="chat-key")
    first.post("/threads/messages", {"content": "Again"}, Idempotency_Key="chat-key")
    body = {"content": '/call look {"place": "Oslo"}', "assistant_id": left["guide"], **SETTINGS}
    settled = {**body, "tools": [tool("look")], "stream": True}
    first.post("/threads/messages", settled, Idempotency_Key="settled-key")
    first.post("/threads/messages", {**settled, "json_output": False}, Idempotency_Key="settled-key")


def resume_with_model(first: Recorder, left: dict[str, Any]) -> None:
    """Gives outputs to the runs that wait with settings of their own; the server asks a model then."""
    first.outputs(left["settled"], {"call_1": "sun"})
    outputs = {"call_look": "rain", "call_listen": "silence"}
    first.outputs(left["settled_by_model"], outputs, "?stream=true")
    first.outputs(left["waiting"], OUTPUTS)


def read_imported(first: Recorder, left: dict[str, Any]) -> None:
    """Asks a database into which the archive was imported, and gives outputs to runs that wait."""
    first.get("/threads?include_messages=false")
    first.get(f"/threads/{left['talk']}")
    first.get(f"{run(left['waiting'])}/events")
    first.get(f"{run(left['streamed'])}/events")
    first.send(left["empty"], "Hello", key="send-key")
    for name in ("waiting", "to_cancel"):
        first.outputs(left[name], OUTPUTS)
        first.get(f"{run(left[name])}/events")
        first.get(f"/threads/{left[name]['thread_id']}")
