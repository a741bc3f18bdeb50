"""Work of every reader of client input grows with its length, whatever characters it is made of."""

import json
import re
import sys
from collections.abc import Callable
from contextlib import nullcontext, suppress
from types import FrameType
from typing import Any

import pytest

from tests.support.server.threads_api import contract
from threads_server.archive import records
from threads_server.archive.errors import BadArchive
from threads_server.archive.records import RecordReader
from threads_server.errors import HTTPError
from threads_server.http.app import host_name
from threads_server.http.etags import matches, matches_weakly
from threads_server.http.http11.body_framing import ChunkedFraming
from threads_server.http.http11.request_head import BadRequest, HeadParser
from threads_server.openapi import strict_json
from threads_server.openapi.forms import BrokenForm, decode_multipart, decode_urlencoded, parse_header
from threads_server.openapi.strict_json import NotJson, decode_json
from threads_server.responders import Conversation, ResponderFailed
from threads_server.responders.offline import OfflineResponder
from threads_server.responders.sse_decoder import SSEDecoder
from threads_server.runs.message_json import message_text
from threads_server.runs.states import RunState

KIB = 1024
CLASSES = {
    "letters": "a",
    "digits": "1",
    "spaces": " ",
    "newlines": "\r\n",
    "quotes": '"',
    "escaped quotes": '\\"',
    "backslashes": "\\",
    "opening brackets": "[",
    "closing brackets": "]",
    "pairs of brackets": "[],",
    "objects": '{"a":',
    "strings": '"a",',
    "percent signs": "%",
    "encoded bytes": "%41",
    "ampersands": "&",
    "equal signs": "=",
    "plus signs": "+",
    "semicolons": ";",
    "options": ';a="b\\"',
    "open options": ';a="',
    "hyphens": "--b",
    "colons": "a:",
    "entity tags": 'W/"',
    "surrogates": "\\ud800",
    "other scripts": "é",
    "tool calls": "/call a ",
}
ENDPOINTS = contract().endpoints
RECORDS = RecordReader()
TOOL = {"type": "function", "function": {"name": "a"}}


def answered(text: str) -> None:
    """The offline responder's answer to a message."""
    answer = OfflineResponder().answer(Conversation([{"role": "user", "content": text}], tools=[TOOL]))
    with suppress(StopAsyncIteration, StopIteration, ResponderFailed):
        while True:
            try:
                answer.__anext__().__await__().send(None)
            except StopIteration as events:
                if events.value is None:
                    raise


def read_header(operation_id: str, name: str, text: str) -> None:
    """Read one header of a request."""
    ENDPOINTS[operation_id].parameters.read_headers({name.encode(): text.encode()}, [])


def thread_record(text: str) -> bytes:
    """A line of an archive that has a text in many places, right but for its file."""
    identifier, moment = "3c59dc04-8e88-4024-9bd8-079a5d2a6f2e", "2026-11-30T00:00:00Z"
    message = json.loads(message_text(identifier, "user", text, RunState.COMPLETED, 0, None))
    thread = {
        "kind": "thread",
        **dict.fromkeys(("thread_id", "assistant_id"), identifier),
        **dict.fromkeys(("created_at", "updated_at"), moment),
        "version": 1,
        "title": text,
        "metadata_": {text: text},
        "messages": [{"version": 1, "message": message}],
        "files": [{**dict.fromkeys(("document_id", "filename", "content_type", "content"), text), "version": 1}],
        "run": None,
    }
    return json.dumps(thread).encode()


READERS: dict[str, Callable[[str], object]] = {
    "JSON body": lambda text: decode_json(text, 100),
    "JSON string": lambda text: decode_json('{"name":"' + text + "[" * 101, 100),
    "urlencoded form": lambda text: decode_urlencoded(text.encode(), 1000),
    "multipart form": lambda text: decode_multipart([b"--b\r\n" + text.encode()], b"b", 1000),
    "multipart file": lambda text: decode_multipart(
        [b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n' + text.encode() + b"\r\n--b--"], b"b", 1000
    ),
    "header options": lambda text: parse_header(b"multipart/form-data" + text.encode()),
    "request head": lambda text: HeadParser().parse(b"GET / HTTP/1.1\r\nHost: a\r\n" + text.encode() + b"\r\n"),
    "chunked body": lambda text: ChunkedFraming().read(bytearray(b"1;" + text.encode())),
    "trailers": lambda text: ChunkedFraming().read(bytearray(b"0\r\n" + text.encode())),
    "entity tag": lambda text: matches(text, 1),
    "entity tags of a cache": lambda text: matches_weakly(text, 1),
    "query": lambda text: ENDPOINTS["listThreads"].parameters.read_query(text, []),
    "path": lambda text: ENDPOINTS["getThread"].parameters.read_path({"thread_id": text}, []),
    "resumption": lambda text: read_header("streamRunEvents", "last-event-id", text),
    "idempotency key": lambda text: read_header("sendMessage", "idempotency-key", text),
    "precondition": lambda text: read_header("deleteThread", "if-match", text),
    "host": lambda text: host_name(text.encode()),
    "archive": lambda text: RECORDS.read(text.encode()),
    "string of an archive": lambda text: RECORDS.read(b'{"kind":"' + text.encode()),
    "texts of an archive": lambda text: RECORDS.read(thread_record(text)),
    "events of an endpoint": lambda text: list(SSEDecoder().feed(b"data: " + text.encode())),
    "said text": lambda text: answered("/say " + text),
    "tool calls": lambda text: answered("/call a " + text),
    "pauses": lambda text: answered("/slow " + text),
}


def work(read: Callable[[str], object], text: str) -> int:
    """How many calls, of Python and of C, reading the text takes."""
    count = 0

    def note(frame: FrameType, event: str, argument: Any) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(note)
    try:
        with suppress(NotJson, BrokenForm, BadRequest, BadArchive, HTTPError, RecursionError):
            read(text)
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("reader", READERS)
def test_work_is_linear_in_the_length(reader: str) -> None:
    read = READERS[reader]
    for characters, unit in CLASSES.items():
        small, large = (unit * (size * KIB // len(unit)) for size in (8, 32))
        assert work(read, large) <= 4.1 * work(read, small) + 100, characters


class Counted(int):
    """A number that counts how often one is compared."""

    compared = 0

    def __eq__(self, other: object) -> bool:
        Counted.compared += 1
        return int(self) == other

    def __lt__(self, other: int) -> bool:
        Counted.compared += 1
        return int(self) < other

    __hash__ = int.__hash__


def test_files_and_messages_of_an_archive_are_compared_a_linear_number_of_times(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each file was looked up in the list of all messages."""

    def read(count: int) -> int:
        record = json.loads(thread_record("x"))
        numbers = [Counted(number) for number in range(1, count + 1)]
        [message], [file] = record["messages"], record["files"]
        record["messages"] = [message | {"version": number} for number in numbers]
        record["files"] = [file | {"version": Counted(number)} for number in numbers]
        record["version"] = Counted(count)
        monkeypatch.setattr(records, "decode_json", lambda line, levels: record)
        Counted.compared = 0
        RECORDS.read(b"")
        return Counted.compared

    monkeypatch.setattr(records, "find_errors", lambda *arguments, **options: [])
    assert read(1600) <= 4.5 * read(400)


@pytest.mark.parametrize(
    "text",
    [
        '{"a":[' + "[]," * 999 + "[]]}",
        '{"a":[' + '{"b":"c","d":1},' * 500 + "1]}",
        '{"a":[' + "1," * 2000 + "1]}",
        '{"a":[' + '"b",' * 2000 + "1]}",
        '{"a":"\\",","b":[' + "[]," * 999 + "[]]}",
    ],
)
def test_body_of_too_many_values_is_refused_before_it_is_decoded(text: str) -> None:
    """4 MB of empty arrays held up everything for 0.8 s, in one step of the decoder."""
    assert decode_json(text, 100, 3000)
    with pytest.raises(NotJson, match="more than 1000 values"):
        decode_json(text + "no JSON", 100, 1000)


def test_body_of_too_many_strings_is_refused_before_they_are_looked_for() -> None:
    """Without its strings, which have all the commas, it is one value."""
    with pytest.raises(NotJson, match="more than 100 values"):
        decode_json('["' + "," * 200 + '"' + '""' * 300 + "]", 100, 100)


def test_thousands_of_mistakes_are_not_all_described() -> None:
    """10 KB of them took 80 ms of the event loop."""
    body = '{"tools":[' + "1," * 4_900 + "1]}"
    decoder, _ = ENDPOINTS["updateAssistant"].bodies.decoders["application/json"]
    assert work(lambda text: decoder.decode(text.encode(), {}, []), body) < 15_000


def test_commas_and_brackets_in_strings_are_no_values() -> None:
    text = '[{,\\"' * 1000
    assert len(decode_json(f'{{"a":"{text}"}}', 100, 10)["a"]) == 4000


def test_depth_guard_makes_a_fixed_number_of_passes() -> None:
    """20,000 escaped quotes took 2.2 s, 80,000 took 37 s."""
    with pytest.raises(NotJson, match="nested deeper"):
        decode_json("[" * 2_000_000, 100)
    text = '{"name":"' + '\\"' * 2_000_000 + "[" * 101
    with pytest.raises(NotJson, match="Unterminated string"):
        decode_json(text, 100)


def test_patterns_of_the_depth_guard_do_not_backtrack() -> None:
    """An atomic repetition gives nothing back, so that a quote without an end is read once."""
    patterns = [value for value in vars(strict_json).values() if isinstance(value, re.Pattern)]
    repeating = [value.pattern for value in patterns if re.search(r"[*+]", str(value.pattern))]
    assert repeating
    for pattern in repeating:
        assert re.fullmatch(r".*[^*+](\*\+|\+\+)[^*+]*", str(pattern, "ascii"))


@pytest.mark.parametrize(
    ("text", "deep"),
    [
        ("[" * 100 + "]" * 100, False),
        ("[" * 101 + "]" * 101, True),
        ("[" * 99 + '"[[[\\"[[["' + "]" * 99, False),
        ("[" * 99 + '"\\\\",[[0]]' + "]" * 99, True),
        ('["\\\\\\"' + "[" * 200 + '"]', False),
        ('{"a":' * 101 + "0" + "}" * 101, True),
        ("[" + "[]," * 100_000 + "[]]", False),
        ('"' + "[" * 200 + '"', False),
    ],
)
def test_depth_counts_brackets_outside_strings(text: str, deep: bool) -> None:
    with pytest.raises(NotJson, match="nested deeper than 100 levels") if deep else nullcontext():
        decode_json(text, 100)
