"""The key of a model endpoint stays with the operator, whatever the endpoint does with it."""

import asyncio
import base64
import json
import logging
import re
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.support.server.builders import WEATHER
from tests.support.server.command_line import run
from tests.support.server.model_endpoint import (
    API_KEY,
    DONE,
    Reply,
    answered,
    delta,
    head,
    listening,
    message,
    streamed,
)
from tests.support.server.server_thread import serving
from tests.support.server.threads_api import client
from threads_server.logs import JsonFormatter
from threads_server.responders import Conversation
from threads_server.responders.loading import open_responder
from threads_server.responders.redaction import FRAGMENT_CHARACTERS, REDACTED, DeltaBuffer, Redactor
from threads_server.settings import Settings

PASSWORD = "pass/w%20rd-0123456789"
QUERY_KEY = "query-key-0123456789"
LINES = JsonFormatter()  # with all fields of a record
BASIC = base64.b64encode(f"user:{PASSWORD}".encode()).decode()


def echoes_of(key: str) -> list[Reply]:
    """Answers that have a key in them, in every place and form."""
    tool = {"id": "c1", "function": {"name": "get_weather", "arguments": json.dumps({"city": key})}}
    escaped = "".join(f"\\u{ord(character):04x}" for character in key)
    return [
        answered({"error": {"message": f"Incorrect API key: {key}"}}, "401 Unauthorized"),
        answered({"error": f"Incorrect API key: {key.upper()}"}, "401 Unauthorized"),
        answered({"error": f"key {key[:-4]}**** is wrong"}, "401 Unauthorized"),
        answered({"error": {"key": key}}, "400 Bad"),
        answered(f"/login?key={quote(key, safe='')}", "403 Forbidden"),
        lambda _: [head("400 Bad", "text/plain"), '{"key": "' + key.replace("/", "\\/") + '"'],
        answered({"error": "x" * 290 + key}, "400 Bad"),
        lambda _: [head(f"401 {key}", "text/plain")],
        lambda _: [head("200 OK", "text/html"), f"<p>{key}</p>"],
        streamed(f"event: error\ndata: {key}\n\n"),
        streamed(delta(content="Half"), {"error": {"message": key}}, DONE),
        streamed(f"data: {key}\n\n"),
        streamed(delta(tool_calls=[{"function": {"name": "f", "arguments": key}}]), DONE),
        answered(message(content=f"The key is {key}.", reasoning=key)),
        streamed(*(delta(content=character) for character in f"The key is {key}."), DONE),
        streamed(*(delta(reasoning=character) for character in f"I see {key}"), DONE),
        streamed(delta(reasoning=key[:10]), delta(content="a"), delta(reasoning=key[10:]), DONE),
        streamed(delta(content=f"The key is {key[:-1]}"), delta("length"), DONE),
        streamed(delta(content=f"The key is {key[:-1]}")),
        streamed(delta(refusal=key), DONE),
        streamed(delta(key, content="Yes"), DONE),
        answered({**message(content="Yes"), "model": key}),
        answered(message(tool_calls=[tool])),
        answered(message(tool_calls=[{**tool, "id": key}])),
        answered(message(tool_calls=[{"function": {"name": "f", "arguments": f'{{"a": "{escaped}"}}'}}])),
    ]


def leaks(text: str) -> list[str]:
    """The parts of a secret that a text has."""
    lowered = re.sub(r"\\+u00([0-9a-f]{2})", lambda code: chr(int(code[1], 16)), text.lower())
    secrets = (API_KEY, PASSWORD, quote(PASSWORD, safe=""), BASIC, QUERY_KEY)
    parts = [
        secret.lower()[start : start + FRAGMENT_CHARACTERS]
        for secret in secrets
        for start in range(len(secret) - FRAGMENT_CHARACTERS + 1)
    ]
    return [part for part in parts if part in lowered]


def text_of_files(folder: Path) -> str:
    """Also the parts of a database that are not in its file yet."""
    return "".join(path.read_bytes().decode("latin-1") for path in folder.iterdir())


@pytest.mark.parametrize(
    ("words", "secret"), [("general", API_KEY), ("full", API_KEY), ("full", PASSWORD), ("full", QUERY_KEY)]
)
async def test_key_is_in_no_database_log_export_or_answer(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, words: str, secret: str
) -> None:
    caplog.set_level(logging.DEBUG, "threads_server")
    environment = {"THREADS_SERVER_LLM_MODEL": "m"}
    echoes = echoes_of(secret) + (echoes_of(BASIC) if secret == PASSWORD else [])
    answers: list[str] = []
    async with listening() as endpoint:
        environment["THREADS_SERVER_LLM_BASE_URL"] = endpoint.url
        if secret == API_KEY:
            environment["THREADS_SERVER_LLM_API_KEY"] = API_KEY
            sent = f"Authorization: Bearer {API_KEY}"
        elif secret == QUERY_KEY:
            environment["THREADS_SERVER_LLM_BASE_URL"] = f"{endpoint.url}?version=1&api-key={QUERY_KEY}"
            sent = f"POST /v1/chat/completions?version=1&api-key={QUERY_KEY} HTTP/1.1"
        else:
            user = f"user:{quote(PASSWORD, safe='')}"
            environment["THREADS_SERVER_LLM_BASE_URL"] = endpoint.url.replace("://", f"://{user}@")
            sent = f"Authorization: Basic {BASIC}"
        database = tmp_path / "threads.db"
        arguments = ("--database", str(database), "--responder", "openai", "--llm-errors", words)
        server = serving(*arguments, environment={**environment, "THREADS_SERVER_API_KEY": "local"})
        url = await asyncio.to_thread(server.__enter__)
        try:
            async with client(f"{url}/api", "local") as http:
                for number, reply in enumerate(echoes):
                    # each both ways for one secret, and in turn for the others: the way is the same for all
                    for stream in (False, True) if (words, secret) == ("full", API_KEY) else (number % 2 == 0,):
                        endpoint.reply = reply
                        body = {"content": "x", "tools": [WEATHER], "stream": stream}
                        turn = await http.post("/threads/messages", json=body)
                        answers.append(turn.text)
                        thread_id = turn.text.split('"thread_id":"')[1].split('"')[0]
                        run_id = turn.text.split('"run_id":"')[1].split('"')[0]
                        answers.append((await http.get(f"/threads/{thread_id}")).text)
                        answers.append((await http.get(f"/threads/{thread_id}/runs/{run_id}/events")).text)
            assert sent.encode() in endpoint.headers[0]
            files = text_of_files(tmp_path)
            exported = await asyncio.to_thread(run, "export", "--database", str(database))
        finally:
            await asyncio.to_thread(server.__exit__, None, None, None)
    log = "\n".join(map(LINES.format, caplog.records))
    assert log.count('"level": "warning", "logger": "threads_server", "message": "run run_') >= 12
    places = {"answers": "\n".join(answers), "database": files, "log": log, "export": exported.stdout}
    for name, text in places.items():
        assert REDACTED in text, name
        assert not leaks(text), name


async def test_address_in_an_http_log_has_no_password(caplog: pytest.LogCaptureFixture) -> None:
    """httpx logs each request's address."""
    caplog.set_level(logging.DEBUG)
    async with listening() as endpoint:
        endpoint.reply = answered(message(content="Yes"))
        url = endpoint.url.replace("://", f"://user:{quote(PASSWORD, safe='')}@")
        responder = open_responder(Settings(responder="openai", llm_base_url=url, llm_model="m"))
        conversation = Conversation([{"role": "user", "content": "x", "metadata_": None}])
        assert [event async for events in responder.answer(conversation) for event in events]
        await responder.close()
    assert "/v1/chat/completions" in caplog.text
    assert not leaks(caplog.text)


class TestRedactor:
    @pytest.mark.parametrize("key", ["x", "short", "ollama", API_KEY])
    def test_key_of_any_length_is_taken_from_an_error(self, key: str) -> None:
        assert Redactor([key]).redact(f"({key})") == f"({REDACTED})"

    @pytest.mark.parametrize("text", ["\u0130stanbul ", "\ud800", "\U0001f600 ", ""])
    def test_characters_around_a_key_stay(self, text: str) -> None:
        assert Redactor([API_KEY]).redact(f"{text}{API_KEY.upper()}{text}") == f"{text}{REDACTED}{text}"

    def test_short_key_is_a_word_in_an_answer(self) -> None:
        assert Redactor(["ollama"]).redact_answer("I run on ollama") == "I run on ollama"

    def test_without_keys_nothing_changes(self) -> None:
        assert Redactor([]).redact(API_KEY) == API_KEY


class TestDeltaBuffer:
    @pytest.mark.parametrize("size", [1, 2, 3, 7, 100])
    @pytest.mark.parametrize(
        "text",
        [
            "no key",
            "s sk sk- sk-test/9f8e7d6 and on",
            f"a{API_KEY}b{API_KEY}",
            f"sk-t{API_KEY}",
            "sk-sk-sk-",
            "a\ud83d",
        ],
    )
    def test_parts_make_the_text_without_the_key(self, text: str, size: int) -> None:
        buffer = DeltaBuffer(Redactor([API_KEY]))
        parts = [buffer.feed(text[at : at + size]) for at in range(0, len(text), size)]
        assert "".join([*parts, buffer.flush()]) == text.replace(API_KEY, REDACTED)

    @pytest.mark.parametrize(
        ("parts", "shown"),
        [
            ((5, 10, 40), ["sk-te", REDACTED, REDACTED]),
            ((10, 40), [REDACTED, REDACTED]),
            ((2, 4, 40), ["sk", "-t", REDACTED]),
            ((40,), [REDACTED]),
        ],
    )
    def test_key_that_a_flush_divides_is_redacted(self, parts: tuple[int, ...], shown: list[str]) -> None:
        buffer = DeltaBuffer(Redactor([API_KEY]))
        texts = [API_KEY[start:end] for start, end in zip((0, *parts), parts, strict=False)]
        assert [buffer.feed(text) + buffer.flush() for text in texts] == shown

    def test_text_after_a_flush_stays(self) -> None:
        buffer = DeltaBuffer(Redactor([API_KEY]))
        assert [buffer.feed("sk-"), buffer.flush(), buffer.feed("in and s"), buffer.flush()] == [
            "",
            "sk-",
            "in and ",
            "s",
        ]

    def test_text_without_a_beginning_of_the_key_is_not_held(self) -> None:
        parts: list[Any] = ["Hello", " there", " s", "o"]
        buffer = DeltaBuffer(Redactor([API_KEY]))
        assert [buffer.feed(part) for part in parts] == ["Hello", " there", " ", "so"]
