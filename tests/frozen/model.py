"""A model endpoint on a socket of this machine: it answers by the last message, and records its requests.

The word that a message begins with says how: `think` with reasoning and a count of tokens, `tools` with two tool calls,
`break` with an error, `hold` with one piece and then nothing until the server hangs up.
"""

import contextlib
import json
import threading
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.frozen.exchange import HANG_SECONDS

USAGE = {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18, "prompt_tokens_details": {"cached_tokens": 3}}


class Model(ThreadingHTTPServer):
    """The endpoint. `asked` are the bodies of its requests."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[dict[str, Any]] = []

    def environment(self) -> dict[str, str]:
        """Environment that names the endpoint to the server."""
        return {
            "THREADS_SERVER_LLM_BASE_URL": f"http://127.0.0.1:{self.server_address[1]}/v1",
            "THREADS_SERVER_LLM_API_KEY": "model-key",
            "THREADS_SERVER_LLM_MODEL": "model-of-server",
        }


class _Handler(BaseHTTPRequestHandler):
    server: Model

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        body: dict[str, Any] = json.loads(self.rfile.read(length))
        self.server.asked.append(body)
        # since 0.2.0 the messages of a user that follow each other without an answer are merged
        content = (body["messages"][-1]["content"] or "").rpartition("\n\n")[2]
        word = content.split(maxsplit=1)[0] if content else ""
        if word == "break":
            # since 0.2.0 a 500 is retried for as long as a run may take, unless it asks for a longer wait
            self._json(500, {"error": {"message": "the model is out of order"}}, {"Retry-After": "86400"})
        elif body["stream"]:
            self._streamed(content, word)
        else:
            calls = {"tool_calls": _calls()} if word == "tools" else {}
            thoughts = {"reasoning_content": "Let me think. Done."} if word == "think" else {}
            message = {"role": "assistant", "content": f"You said: {content}", **thoughts, **calls}
            self._json(200, {"model": "model-that-answered", "choices": [{"message": message}], "usage": USAGE})

    def _streamed(self, content: str, word: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        if word == "think":
            self._delta(reasoning_content="Let me think. ")
            self._delta(reasoning_content="Done.")
        if word == "tools":
            for index, call in enumerate(_calls()):
                self._delta(tool_calls=[{"index": index, **call}])
        else:
            self._delta(content="You said: ")
            if word == "hold":
                self.connection.settimeout(HANG_SECONDS)
                with contextlib.suppress(OSError):
                    self.connection.recv(1)  # nothing comes before the server hangs up
                return
            self._delta(content=content)
        self._event({"model": "model-that-answered", "choices": [], "usage": USAGE})
        self.wfile.write(b"data: [DONE]\n\n")

    def _delta(self, **fields: Any) -> None:
        self._event({"model": "model-that-answered", "choices": [{"index": 0, "delta": fields}]})

    def _event(self, chunk: dict[str, Any]) -> None:
        self.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())
        self.wfile.flush()

    def _json(self, status: int, value: object, headers: Mapping[str, str] | None = None) -> None:
        body = json.dumps(value).encode()
        self.send_response(status)
        for name, text in (headers or {}).items():
            self.send_header(name, text)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Prints nothing."""


def _calls() -> list[dict[str, Any]]:
    return [
        {"id": f"call_{name}", "type": "function", "function": {"name": name, "arguments": '{"place": "Oslo"}'}}
        for name in ("look", "listen")
    ]


def as_sent_today(recorded: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return recorded requests as the server sends them since 0.2.0, which merges messages of one role in a row."""
    return [{**request, "messages": _merged(request["messages"])} for request in recorded]


def _merged(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    merged: list[dict[str, Any]] = []
    for message in messages:
        if merged and message["role"] == "user" == merged[-1]["role"]:
            merged[-1] = {**message, "content": f"{merged[-1]['content']}\n\n{message['content']}"}
        else:
            merged.append(message)
    return merged


@contextlib.contextmanager
def answering() -> Iterator[Model]:
    """Runs the endpoint until it is left."""
    with Model() as model:
        thread = threading.Thread(target=model.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield model
        finally:
            model.shutdown()
            thread.join()
