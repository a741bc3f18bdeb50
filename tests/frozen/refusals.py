"""Requests that are refused, of every kind: none of them changes anything."""

from tests.frozen.life import NOBODY
from tests.frozen.recorder import FORM, JSON, Recorder

PATHS = (
    "/assistants",
    f"/assistants/{NOBODY}",
    f"/assistants/{NOBODY}/clone",
    f"/assistants/{NOBODY}/threads",
    "/threads",
    f"/threads/{NOBODY}",
    f"/threads/{NOBODY}/messages",
    "/threads/messages",
    "/threads/tool-outputs",
    f"/threads/{NOBODY}/runs/run_x/submit-tool-outputs",
    f"/threads/{NOBODY}/runs/run_x/cancel",
    f"/threads/{NOBODY}/runs/run_x/events",
)
TOO_DEEP = b'{"content":"x","metadata":{"a":' + b"[" * 101 + b"]" * 101 + b"}}"


def play(first: Recorder, thread: str) -> None:
    """Asks what is refused; `thread` is a thread of the account."""
    for key in (None, "unknown", "revoked"):
        first.get("/threads", key=key)
        first.ask("POST", "/assistants", {}, key=key)
    for path in PATHS:
        first.ask("PATCH", path)
        first.ask("OPTIONS", path)
    for method, path in (("GET", "/nothing"), ("POST", "/nothing"), ("GET", "/threads/"), ("HEAD", "/nothing")):
        first.ask(method, path)
    for path in ("/assistants/x", "/threads/x", f"/threads/{NOBODY}x", "/threads/%00"):
        first.get(path)
    for query in ("skip=-1", "skip=10001", "limit=201", "limit=x", "limit=1&limit=2", "skip=1.5&limit=", "name="):
        first.get(f"/assistants?{query}")
    _bodies(first, f"/threads/{thread}/messages")
    _fields(first, thread)
    for name, value in (
        ("Idempotency_Key", "two words"),
        ("Idempotency_Key", "k" * 256),
        ("If_Match", "x" * 1001),
        ("If_Match", ""),
    ):
        first.post(f"/threads/{thread}/messages", {"content": "x"}, **{name: value})
    first.get("/threads", X_Long="x" * 70_000)


def _bodies(first: Recorder, messages: str) -> None:
    for kind, body in (
        (JSON, b"not json"),
        (JSON, b'{"content": "cut o'),
        (JSON, '{"content": "é"}'.encode("latin-1")),
        (f"{JSON}; charset=iso-8859-1", b"{}"),
        (JSON, b'{"content": "a", "content": "b"}'),
        (JSON, b'{"content": NaN}'),
        (JSON, b'{"content": 1e400}'),
        (JSON, b'{"content": "\\ud83d"}'),
        (JSON, TOO_DEEP),
        (JSON, b'{"content": "' + b"a" * 4_200_000 + b'"}'),
        (JSON, b'{"content": "' + b"a" * 1_000_001 + b'"}'),
        (JSON, b"[1]"),
        (JSON, b"null"),
        ("text/plain", b"hello"),
        ("nonsense", b"hello"),
        (FORM, b"content=%ff"),
        (FORM, b"content=a&content=b"),
        (FORM, b"metadata=%7B"),
        ("multipart/form-data", b"--x--"),
        ("multipart/form-data; boundary=x", b"no part"),
        ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="content"\r\n\r\ncut'),
    ):
        first.ask("POST", messages, raw=body, kind=kind)
    first.ask("POST", messages, raw=b"hello", kind=None)
    first.ask("POST", messages)


def _fields(first: Recorder, thread: str) -> None:
    messages = f"/threads/{thread}/messages"
    for fields in (
        {},
        {"content": ""},
        {"content": None},
        {"content": 1, "metadata": [], "stream": "x", "memory": "maybe", "web_search": "on", "send_to_llm": "no"},
        {"content": "x", "model_name": "m" * 256},
    ):
        first.post(messages, fields)
    for fields in (
        {"content": "x", "thread_id": "x", "assistant_id": 1, "operation": "dance", "video_generation": "on"},
        {"content": "x", "tools": [{}, {"function": {"name": "", "parameters": {}}}], "thinking": 1},
        {"content": "x", "json_output": "yes", "system_prompt": "s" * 100_001, "memory_pro": "off"},
    ):
        first.post("/threads/messages", fields)
    for body in ({}, {"name": ""}, {"name": "n" * 256}, {"name": "x", "tok_k": 101, "embedding_dims": 0, "tools": 1}):
        first.post("/assistants", body)
    for outputs in (None, [], [{}], [{"tool_call_id": "", "output": 1}]):
        first.post(f"/threads/{thread}/runs/run_x/submit-tool-outputs", {"tool_outputs": outputs})
    first.post(f"/threads/{thread}/runs/run_x/submit-tool-outputs?stream=x", {"tool_outputs": [{}]})
    files = [("files", "f", "text/plain", b"")] * 21
    first.upload(messages, {"content": "x"}, files)
    first.upload(messages, {"content": "x", "files": "no file"})
