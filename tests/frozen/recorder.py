"""Recorder of requests to a server and of its responses."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from tests.frozen.exchange import Exchange, Wire

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
BOUNDARY = "frozen-boundary"
File = tuple[str, str, str, bytes]  # the part's name, the file's name, its type, its content


class Recorder:
    """Asks in the name of an account, by the key `key` where none is named."""

    def __init__(self, wire: Wire, key: str = "first") -> None:
        self._wire = wire
        self._key: str | None = key
        self._list: list[Exchange] = []
        self.exchanges: list[Exchange] = self._list

    def ask(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        raw: bytes = b"",
        kind: str | None = JSON,
        key: str | None = "",
        held_after: int = 0,
        during: Callable[[str], None] | None = None,
        **headers: str,
    ) -> Any:
        """Asks; gives the answer's JSON, its text if it is none, or None. `body` is sent as JSON, `raw` as it is.

        `during` gets the first `held_after` events of the answer, and may ask in turn.
        """
        content = raw if body is None else json.dumps(body, ensure_ascii=False).encode()
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if content and kind is not None:
            sent["Content-Type"] = kind
        named = self._key if key == "" else key

        def hold(beginning: bytes, _: int) -> list[Exchange]:
            assert during is not None
            outer, self._list = self._list, []
            try:
                during(beginning.decode())
                return self._list
            finally:
                self._list = outer

        asked = Exchange(method, f"/api{path}", named, sent, content, held_after)
        answered = self._wire.send(asked, hold)
        self._list.append(answered)
        text = answered.answer.decode()
        if answered.answer_headers.get("content-type") == JSON and text:
            return json.loads(text)
        return text or None

    def get(self, path: str, **headers: str) -> Any:
        return self.ask("GET", path, **headers)

    def post(self, path: str, body: object = None, **headers: str) -> Any:
        return self.ask("POST", path, body, **headers)

    def form(self, path: str, fields: Mapping[str, str], **headers: str) -> Any:
        return self.ask("POST", path, raw=urlencode(fields).encode(), kind=FORM, **headers)

    def upload(
        self,
        path: str,
        fields: Mapping[str, str],
        files: Sequence[File] = (),
        *,
        boundary: str = BOUNDARY,
        **headers: str,
    ) -> Any:
        """Asks with a multipart form."""
        parts = [
            f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
            for name, value in fields.items()
        ]
        for name, filename, kind, content in files:
            disposition = f'Content-Disposition: form-data; name="{name}"; filename="{filename}"'
            parts.append(f"--{boundary}\r\n{disposition}\r\nContent-Type: {kind}\r\n\r\n".encode() + content + b"\r\n")
        body = b"".join([*parts, f"--{boundary}--\r\n".encode()])
        return self.ask("POST", path, raw=body, kind=f"multipart/form-data; boundary={boundary}", **headers)

    def send(self, thread_id: str, content: str, *, key: str = "", **fields: Any) -> Any:
        """Sends a message as JSON; `key` is its Idempotency-Key."""
        headers = {"Idempotency_Key": key} if key else {}
        return self.post(f"/threads/{thread_id}/messages", {"content": content, **fields}, **headers)

    def outputs(self, turn: Mapping[str, Any], outputs: Mapping[str, str], query: str = "", **headers: str) -> Any:
        """Submits tool outputs to the run of a turn."""
        given = [{"tool_call_id": call, "output": output} for call, output in outputs.items()]
        return self.post(f"{run(turn)}/submit-tool-outputs{query}", {"tool_outputs": given}, **headers)


def run(turn: Mapping[str, Any]) -> str:
    """The path of the run of a turn."""
    return f"/threads/{turn['thread_id']}/runs/{turn['run_id']}"


def turn_of(stream: str) -> dict[str, Any]:
    """The thread and the run of a stream of events."""
    return dict(json.loads(stream.split("data: ", 1)[1].split("\n", 1)[0]))
