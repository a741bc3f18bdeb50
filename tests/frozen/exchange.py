"""Requests and their answers: sent over HTTP, kept as lines of JSON, and compared but for ids and times.

Nothing here knows the server from the inside: what is kept was asked and answered over a socket.
"""

import calendar
import contextlib
import json
import re
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx

HANG_SECONDS = 90.0
ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
_LONG = re.compile(r"(.)\1{999,}", re.DOTALL)
_COMMENT = re.compile(r"^:[^\n]*\n\n", re.MULTILINE)
_STYLES = {"compact": (",", ":"), "spaced": (", ", ": ")}

COMPARED_HEADERS = {
    *("allow", "content-type", "etag", "idempotency-replayed", "location", "retry-after", "www-authenticate"),
    *("x-request-id", "deprecation", "access-control-allow-origin"),
}
CHANGED_TEXTS = {
    # 0.2.0: users read a general sentence, and the operator's log has the words of the endpoint
    "The model endpoint answered 500: the model is out of order": "The model endpoint failed",
}
"""Texts of released versions that were changed on purpose, and what stands in their place."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request and its answer.

    `key` names the API key, None sends none. `sent` is the client's clock at the request, in milliseconds. `held` were
    asked and answered after `held_after` events of this answer had come, and before its next one.
    """

    method: str
    path: str
    key: str | None
    headers: Mapping[str, str]
    body: bytes
    held_after: int = 0
    sent: int = 0
    status: int = 0
    answer_headers: Mapping[str, str] = field(default_factory=dict)
    answer: bytes = b""
    held: tuple["Exchange", ...] = ()

    def line(self) -> dict[str, Any]:
        """The exchange as an object of JSON."""
        request: dict[str, Any] = {"method": self.method, "path": _packed(self.path), "key": self.key}
        if self.headers:
            request["headers"] = {name: _packed(value) for name, value in self.headers.items()}
        if self.body:
            request["body"] = _packed_bytes(self.body)
        headers = {name: value for name, value in self.answer_headers.items() if name != "date"}
        answer = {"status": self.status, "headers": headers, "body": _packed_bytes(self.answer)}
        line: dict[str, Any] = {"sent": self.sent, "request": request, "answer": answer}
        if self.held_after:
            line["held_after"] = self.held_after
            line["held"] = [exchange.line() for exchange in self.held]
        return line

    @classmethod
    def of_line(cls, line: Mapping[str, Any]) -> "Exchange":
        """The exchange that `line` gave."""
        request, answer = line["request"], line["answer"]
        return cls(
            method=request["method"],
            path=_unpacked(request["path"]),
            key=request["key"],
            headers={name: _unpacked(value) for name, value in request.get("headers", {}).items()},
            body=_unpacked_bytes(request.get("body", "")),
            held_after=line.get("held_after", 0),
            sent=line["sent"],
            status=answer["status"],
            answer_headers=answer["headers"],
            answer=_unpacked_bytes(answer["body"]),
            held=tuple(cls.of_line(held) for held in line.get("held", ())),
        )

    def comparable(self, plain: Callable[[str], str]) -> dict[str, Any]:
        """The parts that are the same in every answer. `plain` takes the ids and times out of a text."""
        headers = {name: value for name, value in self.answer_headers.items() if name in COMPARED_HEADERS}
        given = next((value for name, value in self.headers.items() if name.lower() == "x-request-id"), None)
        if headers.get("x-request-id"):
            headers["x-request-id"] = "the caller's" if headers["x-request-id"] == given else "the server's"
        if self.status == 429 and headers["retry-after"].isdigit():
            headers["retry-after"] = "seconds"  # it counts from the request before
        body = _COMMENT.sub("", self.answer.decode())  # keep-alive comments depend on the speed of the machine
        for released, now in CHANGED_TEXTS.items():
            body = body.replace(released, now)
        return {"status": self.status, "headers": headers, "body": plain(body)}


def _packed(text: str) -> Any:
    """A text, with a very long row of one character as that character and a count."""
    found = _LONG.search(text)
    return [text[: found.start()], [found[1], len(found[0])], text[found.end() :]] if found else text


def _unpacked(packed: Any) -> str:
    if isinstance(packed, str):
        return packed
    before, (character, count), after = packed
    return str(before + character * count + after)


def _packed_bytes(body: bytes) -> Any:
    """A body as JSON if it is written in one of the two styles, else as text; one that is no UTF-8 as an object with a
    character for each byte."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return {"latin-1": body.decode("latin-1")}
    if _LONG.search(text):
        return _packed(text)
    for name, style in _STYLES.items():
        with contextlib.suppress(ValueError):
            value = json.loads(text)
            if text == json.dumps(value, ensure_ascii=False, separators=style):
                return {name: value}
    return text


def _unpacked_bytes(packed: Any) -> bytes:
    if not isinstance(packed, dict):
        return _unpacked(packed).encode()
    ((name, value),) = packed.items()
    if name == "latin-1":
        return str(value).encode("latin-1")
    return json.dumps(value, ensure_ascii=False, separators=_STYLES[name]).encode()


def read(path: Path) -> list[Exchange]:
    """The exchanges of a file."""
    return [Exchange.of_line(json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]


def write(path: Path, exchanges: Iterable[Exchange]) -> None:
    """Writes exchanges into a file, one a line."""
    lines = [json.dumps(exchange.line(), separators=(",", ":")) + "\n" for exchange in exchanges]
    path.write_text("".join(lines), encoding="utf-8")


class Wire:
    """Sends requests to a server under named keys, one after another.

    No two requests are sent in the same millisecond, so that the order of what they make is known, and from a time
    which request it belongs to.
    """

    def __init__(self, http: httpx.Client, keys: Mapping[str, str]) -> None:
        self._http = http
        self._keys = keys
        self._last = 0

    def send(self, asked: Exchange, during: Callable[[bytes, int], Iterable[Exchange]] | None = None) -> Exchange:
        """Sends a request; gives it with its answer. `during` is called with the beginning of an answer that is held,
        and with the time of the request."""
        sent = self._next_millisecond()
        headers = dict(asked.headers)
        if asked.key is not None:
            headers["X-API-Key"] = self._keys[asked.key]
        held: tuple[Exchange, ...] = ()
        content = asked.body or None
        with self._http.stream(asked.method, asked.path, headers=headers, content=content) as response:
            pieces = response.iter_raw()
            body = b""
            if asked.held_after and during is not None:
                while body.count(b"\n\n") < asked.held_after:
                    body += next(pieces)
                held = tuple(during(body, sent))
            body += b"".join(pieces)
        self._last = max(self._last, _now())
        return replace(
            asked,
            sent=sent,
            status=response.status_code,
            answer_headers=dict(response.headers),
            answer=body,
            held=held,
        )

    def _next_millisecond(self) -> int:
        while (moment := _now()) <= self._last:
            time.sleep(0.0005)
        self._last = moment
        return moment


def _now() -> int:
    return time.time_ns() // 1_000_000


class Names:
    """Takes the ids and times out of texts: an id becomes its place in the order of appearance, a time the number of
    the request that it is of. Those that are `known` stay."""

    def __init__(self, known: frozenset[str] = frozenset()) -> None:
        self._known = known
        self._numbers: dict[str, int] = {}
        self._sent: list[int] = []
        self.ids: list[str] = []

    def asked(self, sent: int) -> None:
        """Notes the time of the next request."""
        self._sent.append(sent)

    def number(self, found: str) -> int | None:
        """The place of an id, None for one that has not appeared or is known."""
        return self._numbers.get(found)

    def plain(self, text: str) -> str:
        """A text without ids and times."""
        return TIME.sub(self._time, ID.sub(self._id, text))

    def _id(self, match: re.Match[str]) -> str:
        found = match[0]
        if found in self._known:
            return found
        if found not in self._numbers:
            self._numbers[found] = len(self.ids)
            self.ids.append(found)
        return f"<id {self._numbers[found]}>"

    def _time(self, match: re.Match[str]) -> str:
        if match[0] in self._known:
            return match[0]
        seconds = calendar.timegm(time.strptime(match[0][:19], "%Y-%m-%dT%H:%M:%S"))
        moment = seconds * 1000 + int(match[0][20:23])
        return f"<time of request {sum(sent <= moment for sent in self._sent)}>"


class Replay:
    """Asks again what was asked, and finds the first answer that differs.

    `known` are ids and times that both sides share.
    """

    def __init__(self, wire: Wire, known: frozenset[str] = frozenset()) -> None:
        self._wire = wire
        self._then = Names(known)
        self._now = Names(known)

    def play(self, exchanges: Iterable[Exchange]) -> None:
        """Asks, in order. Raises AssertionError for an answer that is not as it was."""
        for exchange in exchanges:
            self._play(exchange)

    def _play(self, recorded: Exchange) -> Exchange:
        began = False

        def begin(sent: int) -> None:
            nonlocal began
            if not began:
                began = True
                self._then.asked(recorded.sent)
                self._now.asked(sent)

        def during(beginning: bytes, sent: int) -> list[Exchange]:
            begin(sent)
            self._then.plain(_first_events(recorded.answer, recorded.held_after))
            self._now.plain(_first_events(beginning, recorded.held_after))
            return [self._play(held) for held in recorded.held]

        played = self._wire.send(
            replace(
                recorded,
                path=self._translated(recorded.path),
                headers={name: self._translated(value) for name, value in recorded.headers.items()},
                body=self._translated(recorded.body.decode("latin-1")).encode("latin-1"),
            ),
            during,
        )
        begin(played.sent)
        then, now = recorded.comparable(self._then.plain), played.comparable(self._now.plain)
        assert now == then, f"{recorded.method} {recorded.path[:200]} was answered\n{then}\nand is now\n{now}"
        return played

    def _translated(self, text: str) -> str:
        """A text of a request, with the ids that stand for those of the record."""

        def translate(match: re.Match[str]) -> str:
            asked = match[0]
            number = self._then.number(asked.lower())
            if number is None:
                return asked
            return self._now.ids[number].upper() if asked.isupper() else self._now.ids[number]

        return ID.sub(translate, text) if "-" in text else text  # to search four megabytes for ids takes half a second


def _first_events(stream: bytes, count: int) -> str:
    return "\n\n".join(stream.decode().split("\n\n")[:count])
