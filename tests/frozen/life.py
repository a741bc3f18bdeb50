"""The life that is played to a server of the release: everything that it does, once.

What must be there when the server is started again is left over at the end, and named in what `play` gives.
"""

from typing import Any

from tests.frozen.recorder import Recorder, run, turn_of

NOBODY = "00000000-0000-4000-8000-000000000000"
PICTURE = bytes(range(120, 256))


def tool(name: str) -> dict[str, Any]:
    place = {"type": "string", "description": "A town", "enum": ["Oslo", "Rome"]}
    parameters = {"type": "object", "properties": {"place": place}, "required": ["place"]}
    return {"type": "function", "function": {"name": name, "description": f"Do {name}", "parameters": parameters}}


CALLS = '/call look {"place": "Oslo"} /call listen {"place": "Rome"}'
OUTPUTS = {"call_1": "rain", "call_2": "birds é"}
SETTINGS = {
    "system_prompt": "Answer as JSON.",
    "model_name": "model-of-turn",
    "json_output": True,
    "thinking": {"type": "enabled", "budget_tokens": 100},
}


def play(first: Recorder) -> dict[str, Any]:
    """Plays the life under the account of the recorder and a second one; gives what is left over by name."""
    guide = assistants(first)
    left = threads(first, guide)
    left |= turns(first, guide)
    left |= tools(first, guide)
    left |= one_call(first, guide)
    left |= accounts(first, left)
    return {"guide": guide, **left}


def assistants(first: Recorder) -> str:
    whole = {
        "name": "Guide é",
        "description": "Knows the way",
        "system_prompt": "Be short.",
        "tools": [tool("look"), {**tool("listen"), "more": {"kept": [1, 2.5, None]}}],
        "tok_k": 5,
        "custom_fact_extraction_prompt": "facts",
        "custom_update_memory_prompt": "memory",
        "embedding_provider": "openai",
        "embedding_model_name": "text-embedding-3-small",
        "embedding_dims": 1536,
        "unknown_field": "ignored",
    }
    guide = first.post("/assistants", whole, Idempotency_Key="create-guide", X_Request_ID="a-request-of-mine")
    first.post("/assistants", whole, Idempotency_Key="create-guide")
    first.post("/assistants", {**whole, "name": "Other"}, Idempotency_Key="create-guide")
    path = f"/assistants/{guide['assistant_id']}"
    first.post("/assistants", {"name": "Idle"}, X_Request_ID="x" * 129)
    first.post("/assistants", {"name": "Idle"})
    first.get(path)
    first.ask("PUT", path, {"system_prompt": "Be brief.", "name": None, "embedding_dims": 1})
    first.ask("PUT", path, {})
    first.ask("PUT", path, {"tok_k": 0, "name": "", "tools": [{"type": "function"}]})
    first.ask("PUT", f"/assistants/{NOBODY}", {})
    first.post(f"{path}/clone")
    copy = first.post(f"{path}/clone", {"name": "Copy", "system_prompt": "Copied."}, Idempotency_Key="clone-guide")
    first.post(f"{path}/clone", {"name": "Copy", "system_prompt": "Copied."}, Idempotency_Key="clone-guide")
    first.post(f"{path}/clone", {"name": "Another"}, Idempotency_Key="clone-guide")
    first.post(f"{path}/clone", {"copy_documents": "perhaps"})
    first.post(f"/assistants/{NOBODY}/clone")
    first.get("/assistants")
    first.get("/assistants?name=Idle&limit=1&skip=1&unknown=1")
    first.get("/assistants?name=idle")
    gone = f"/assistants/{copy['assistant']['assistant_id']}"
    first.post(f"{gone}/threads")
    first.ask("DELETE", gone)
    first.ask("DELETE", gone)
    first.get(gone)
    first.post(f"{path}/clone", {"name": "Copy", "system_prompt": "Copied."}, Idempotency_Key="clone-guide")
    return str(guide["assistant_id"])


def threads(first: Recorder, guide: str) -> dict[str, Any]:
    path = f"/assistants/{guide}/threads"
    thread = first.post(path, {}, Idempotency_Key="create-thread")["thread_id"]
    first.post(path, {}, Idempotency_Key="create-thread")
    first.post(path, {"ignored": 1}, Idempotency_Key="create-thread")
    empty = first.post(path)["thread_id"]
    first.post(f"/assistants/{NOBODY}/threads")
    first.get(f"/threads/{thread}")
    for seen in ('"0"', 'W/"0", "99"', "*", '"1"'):
        first.get(f"/threads/{thread}", If_None_Match=seen)
    for query in ("", "?include_messages=false", "?limit=1&skip=1", "?limit=0", "?include_messages=maybe"):
        first.get(f"/threads{query}")
        first.get(f"{path}{query}")
    first.send(thread, "My name is Ada\nand 😀\u2028", metadata={"a": [1, 2.5, None, {"ü": True}]})
    first.form(f"/threads/{thread}/messages", {"content": "What is my name?", "metadata": '{"form": 1}'})
    files = [
        ("files", "notes é.txt", "text/plain", "Some notes é\n".encode()),
        ("files", "picture.bin", "application/octet-stream", PICTURE),
    ]
    messages = f"/threads/{thread}/messages"
    first.upload(messages, {"content": "With files", "metadata": '{"files": 2}', "memory": "Auto"}, files)
    first.upload(messages, {}, files[:1])
    first.upload(messages, {"content": ""}, [])
    first.get(f"/threads/{thread}")
    first.post(messages, {"content": "/say stale"}, If_Match='"7"')
    first.post(messages, {"content": "/say fresh"}, If_Match='"7", "9"')
    first.post(messages, {"content": "/say any"}, If_Match="*")
    first.post(messages, {"content": "/say weak"}, If_Match='W/"13"')
    first.ask("HEAD", f"/threads/{thread}")
    gone = first.post(path)["thread_id"]
    first.send(gone, "soon gone", key="gone-key")
    first.ask("DELETE", f"/threads/{gone}", If_Match='"1"')
    first.ask("DELETE", f"/threads/{gone}", If_Match='"3"')
    first.ask("DELETE", f"/threads/{gone}")
    first.send(gone, "soon gone", key="gone-key")
    first.get(f"/threads/{gone}")
    first.get("/threads?limit=1&skip=1")
    first.get(f"{path}?include_messages=false")
    first.get(f"/assistants/{NOBODY}/threads")
    return {"talk": thread, "empty": empty}


def turns(first: Recorder, guide: str) -> dict[str, Any]:
    thread = first.post(f"/assistants/{guide}/threads")["thread_id"]
    messages = f"/threads/{thread}/messages"
    first.send(thread, "kept only", send_to_llm=False)
    first.form(messages, {"content": "kept too", "send_to_llm": "false", "stream": "true"})
    first.send(thread, "kept once", send_to_llm="false", stream=True, key="stored-stream")
    first.send(thread, "kept once", send_to_llm="false", stream=True, key="stored-stream")
    first.send(thread, "Hello", key="send-key")
    first.send(thread, "Hello", key="send-key")
    first.send(thread, "Good bye", key="send-key")
    file = [("files", "f.bin", "application/octet-stream", PICTURE[80:])]
    first.upload(messages, {"content": "/say uploaded"}, file, Idempotency_Key="upload-key")
    first.upload(messages, {"content": "/say uploaded"}, file, boundary="another", Idempotency_Key="upload-key")
    first.upload(messages, {"content": "/say uploaded"}, Idempotency_Key="upload-key")
    words = '/say Word by word, "quoted" é 😀'
    streamed = turn_of(first.send(thread, words, stream=True, key="stream-key"))
    first.send(thread, words, stream=True, key="stream-key")
    first.send(thread, words, key="stream-key")
    slow = turn_of(first.send(thread, "/slow 4 abcdefgh", stream=True))
    events(first, streamed)
    first.get(f"{run(slow)}/events", Last_Event_ID="4")
    failed = first.send(thread, "/fail for a reason", key="fail-key")
    failed_stream = turn_of(first.send(thread, "/fail streamed", stream=True))
    first.get(f"{run(failed)}/events")
    first.send(thread, "/call nothing {}", stream=False)
    first.post(f"{run(failed)}/cancel")
    first.post(f"{run(streamed)}/cancel")
    first.post(f"/threads/{thread}/runs/run_nobody/cancel")
    first.post(f"/threads/{NOBODY}/runs/run_nobody/cancel")
    first.get(f"/threads/{thread}")
    return {"turns": thread, "streamed": streamed, "slow": slow, "failed": failed, "failed_stream": failed_stream}


def events(first: Recorder, turn: dict[str, Any]) -> None:
    path = f"{run(turn)}/events"
    first.get(path)
    for last in ("3", "999999", "-1", "x", "1" * 21):
        first.get(path, Last_Event_ID=last)
    first.ask("HEAD", path)
    first.get(f"/threads/{turn['thread_id']}/runs/run_nobody/events")
    first.get(f"/threads/{NOBODY}/runs/{turn['run_id']}/events")


def tools(first: Recorder, guide: str) -> dict[str, Any]:
    path = f"/assistants/{guide}/threads"
    thread = first.post(path)["thread_id"]
    turn = first.send(thread, CALLS)
    first.send(thread, "may I?")
    first.outputs(turn, {"call_1": "rain"})
    first.outputs(turn, {**OUTPUTS, "call_9": "x"})
    doubled = [{"tool_call_id": "call_1", "output": text} for text in ("a", "b")]
    first.post(f"{run(turn)}/submit-tool-outputs", {"tool_outputs": doubled})
    first.post(f"{run(turn)}/submit-tool-outputs", {"tool_outputs": []})
    first.get(f"/threads/{thread}")
    first.get(f"{run(turn)}/events")
    first.outputs(turn, OUTPUTS, Idempotency_Key="outputs-key")
    first.outputs(turn, OUTPUTS, Idempotency_Key="outputs-key")
    first.outputs(turn, {"call_1": "x", "call_2": "y"}, Idempotency_Key="outputs-key")
    first.outputs(turn, OUTPUTS)
    first.get(f"{run(turn)}/events", Last_Event_ID="6")
    second = turn_of(first.send(thread, CALLS, stream=True))
    first.outputs(second, OUTPUTS, "?stream=true", Idempotency_Key="streamed-outputs")
    first.outputs(second, OUTPUTS, "?stream=true", Idempotency_Key="streamed-outputs")
    latest = {"thread_id": thread, "tool_outputs": [{"tool_call_id": "call_1", "output": "sun"}]}
    first.post("/threads/tool-outputs", latest)
    first.send(thread, '/call look {"place": "Rome"}')
    first.post("/threads/tool-outputs", {**latest, "stream": True}, Idempotency_Key="latest-key")
    first.post("/threads/tool-outputs", {**latest, "stream": True}, Idempotency_Key="latest-key")
    first.post("/threads/tool-outputs", {**latest, "thread_id": NOBODY})
    first.post("/threads/tool-outputs", {"thread_id": "x"})
    first.post(f"/threads/{thread}/runs/run_nobody/submit-tool-outputs", {"tool_outputs": doubled})
    cancelled = first.send(thread, CALLS, key="cancelled-turn")
    first.post(f"{run(cancelled)}/cancel", Idempotency_Key="cancel-key")
    first.post(f"{run(cancelled)}/cancel", Idempotency_Key="cancel-key")
    first.post(f"{run(turn)}/cancel", Idempotency_Key="cancel-key")
    first.post(f"{run(cancelled)}/cancel")
    first.outputs(cancelled, OUTPUTS)
    first.get(f"{run(cancelled)}/events")
    first.get(f"/threads/{thread}")
    waiting, other = (first.post(path)["thread_id"] for _ in range(2))
    return {
        "tools": thread,
        "round": turn,
        "cancelled": cancelled,
        "waiting": first.send(waiting, CALLS, key="waiting-turn"),
        "to_cancel": turn_of(first.send(other, CALLS, stream=True)),
    }


def one_call(first: Recorder, guide: str) -> dict[str, Any]:
    chat = "/threads/messages"
    made = first.post(chat, {"content": "No thread, no assistant"}, Idempotency_Key="chat-key")
    first.post(chat, {"content": "No thread, no assistant"}, Idempotency_Key="chat-key")
    first.post(chat, {"content": "Again"}, Idempotency_Key="chat-key")
    first.post(chat, {"content": "Go on", "thread_id": made["thread_id"].upper()})
    first.post(chat, {"content": "Go on", "thread_id": made["thread_id"], "assistant_id": guide})
    first.post(chat, {"content": "Go on", "thread_id": NOBODY})
    first.post(chat, {"content": "Go on", "assistant_id": NOBODY})
    first.post(chat, {"content": "/say mine", "assistant_id": guide, "stream": True})
    first.post(chat, {"content": "never"}, If_Match="*")
    outside = {"web_search": "Auto", "memory": "On", "voice": {"a": 1}, "operation": "generate_image"}
    first.post(chat, {"content": "/say all", **SETTINGS, **outside, "llm_provider": "openai"})
    first.post(chat, {"content": "/fail all", **outside, "stream": True})
    first.form(
        chat, {"content": "/call look {}", "tools": '[{"function":{"name":"look","parameters":{"properties":{}}}}]'}
    )
    first.form(chat, {"content": "x", "tools": "{}", "thinking": "[", "metadata": "1", "voice": "{"})
    first.form(chat, {"content": "x", "assistant_id": "x", "stream": "perhaps", "unknown": "1"})
    sound = ("audio_file", "voice.wav", "audio/wav", b"RIFF")
    first.upload(chat, {"thread_id": made["thread_id"]}, [sound, ("input_references", "r", "text/plain", b"")])
    first.upload(chat, {"thread_id": made["thread_id"]})
    body = {"content": '/call look {"place": "Oslo"}', "assistant_id": guide, **SETTINGS, "tools": [tool("look")]}
    settled = turn_of(first.post(chat, {**body, "stream": True}, Idempotency_Key="settled-key"))
    first.get(f"/threads/{settled['thread_id']}")
    return {"one_call": made, "settled": settled}


def accounts(first: Recorder, left: dict[str, Any]) -> dict[str, Any]:
    second = {"key": "second"}
    mine = first.ask("POST", "/assistants", {"name": "Mine", "tools": [tool("look")]}, **second)["assistant_id"]
    thread = first.ask("POST", f"/assistants/{mine}/threads", **second)["thread_id"]
    messages = f"/threads/{thread}/messages"
    waiting = first.ask("POST", messages, {"content": "/call look {}"}, Idempotency_Key="send-key", **second)
    first.ask("GET", f"/threads/{thread}", key="second")
    first.ask("GET", "/threads?include_messages=false", key="second")
    theirs = left["waiting"]
    for method, path in (
        ("GET", f"/threads/{theirs['thread_id']}"),
        ("DELETE", f"/threads/{theirs['thread_id']}"),
        ("GET", f"{run(theirs)}/events"),
        ("POST", f"{run(theirs)}/cancel"),
    ):
        first.ask(method, path, key="second")
    first.ask("POST", f"/threads/{theirs['thread_id']}/messages", {"content": "x"}, key="second")
    first.get("/threads?limit=3", key="own")
    first.get("/assistants", key="own")
    return {"second": waiting}
