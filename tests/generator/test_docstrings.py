"""What `help()` shows: every argument, result and error, in words that fit the method and its half."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from backboard_threads import AsyncBackboard, Backboard
from backboard_threads import _options as options
from generator.unasync import derive
from tests.support.generator_documents import client_of, small_document

RESOURCES = ["assistants", "threads", "messages", "runs"]
Method = tuple[str, Callable[..., Any]]


def methods(client: Any) -> Iterator[Method]:
    for resource in RESOURCES:
        for name, method in inspect.getmembers(getattr(client, resource), inspect.ismethod):
            if not name.startswith("_"):
                yield f"{resource}.{name}", method


HALVES = [Backboard(api_key="k"), AsyncBackboard(api_key="k")]
METHODS = [method for client in HALVES for method in methods(client)]
NAMES = [f"{type(client).__name__}.{name}" for client in HALVES for name, _ in methods(client)]


def section(documented: object, title: str) -> dict[str, str]:
    """The entries of one section of a docstring, by what stands before the colon."""
    text = inspect.getdoc(documented) or ""
    found = re.search(rf"^{title}:\n((?: .*\n?|\n)*)", text, re.MULTILINE)
    assert found, (documented, title)
    entries = re.split(r"\n(?= {4}\S)", found[1].rstrip())
    return {name.strip(): " ".join(said.split()) for name, _, said in (entry.partition(": ") for entry in entries)}


@pytest.mark.parametrize(("name", "method"), METHODS, ids=NAMES)
def test_every_argument_is_described(name: str, method: Callable[..., Any]) -> None:
    described = section(method, "Args")
    assert sorted(described) == sorted(inspect.signature(method).parameters)
    assert all(described.values())


@pytest.mark.parametrize(("name", "method"), METHODS, ids=NAMES)
def test_what_comes_back_is_named(name: str, method: Callable[..., Any]) -> None:
    ((kind, text),) = section(method, "Returns").items()
    annotation = str(inspect.signature(method).return_annotation)
    plain = annotation.replace("models.", "").replace("builtins.", "")
    assert kind == ("AsyncEventStream" if plain.startswith("AsyncEventStream") else plain.split("[StreamEvent")[0])
    assert re.match(r"[A-Z]", text)
    assert text.endswith(".")
    if "EventStream" in annotation:
        assert "yields each `models.StreamEvent` as it comes: an event of" in text
    else:
        assert not re.search(r"stream|event", text)
        assert not re.match(r"Returns|Says|(An?|The) \w+ (is|was|were) ", text), "a noun, not a sentence"


def test_some_results_as_they_read() -> None:
    client = Backboard(api_key="k")
    assert section(client.threads.create, "Returns") == {"Thread": "A persistent conversation with one assistant."}
    assert section(client.threads.list, "Returns") == {"list[Thread]": "Threads, newest first."}
    assert section(client.messages.chat, "Returns") == {
        "Turn": "The answer to a message, or the tool calls that it waits for."
    }
    assert section(client.threads.iterate, "Returns") == {
        "Paginator[Thread]": "Threads, newest first. `for` gives them one by one, `pages()` a page at a time."
    }


@pytest.mark.parametrize(("name", "method"), METHODS, ids=NAMES)
def test_words_are_those_of_python(name: str, method: Callable[..., Any]) -> None:
    text = " ".join((inspect.getdoc(method) or "").split())
    for wrong in ("extension of", "this document", "`x-", "`null`", "stream: true", "stream=true", "an `with"):
        assert wrong not in text, wrong
    takes = inspect.signature(method).parameters
    for header in ("If-Match", "If-None-Match", "Idempotency-Key", "Last-Event-ID"):
        assert (header.lower().replace("-", "_") in takes) <= (f"`{header}`" not in text), header
    assert "._async." in method.__module__ or not re.search(r"async|await|Async", text)


def test_a_stream_is_no_second_one() -> None:
    client = Backboard(api_key="k")
    assert (inspect.getdoc(client.runs.events) or "").startswith("Stream events of run.\n")
    assert (inspect.getdoc(client.messages.stream) or "").startswith("Send message, as events.\n")
    plain = " ".join((inspect.getdoc(client.messages.send) or "").split())
    assert "With `messages.stream` the answer comes as" in plain
    assert "with `send_to_llm=False` the message is only stored" in plain


def test_iterating_says_what_a_limit_is_there() -> None:
    client = Backboard(api_key="k")
    said = section(client.threads.iterate, "Args")["limit"]
    assert said == "How many items one page has at most, up to 200. `100` unless given."
    assert "one page" in section(client.threads.iterate, "Args")["deadline"]
    assert "APIError" in section(client.threads.iterate, "Raises")


def test_limits_of_what_can_be_null() -> None:
    assert section(Backboard(api_key="k").assistants.update, "Args")["name"] == "A new name. 1 to 255 characters."


@pytest.mark.parametrize("client", HALVES, ids=["sync", "async"])
def test_the_constructor_is_described_with_the_class(client: Any) -> None:
    described = section(type(client), "Args")
    assert list(described) == list(inspect.signature(type(client)).parameters)
    assert described["timeout"].endswith("120 unless given, and 10 for connecting.")
    assert options.DEFAULT_TIMEOUT.connect == 10
    assert options.DEFAULT_TIMEOUT.read == options.DEFAULT_TIMEOUT.write == 120
    assert described["deadline"].endswith("600 unless given, and no limit for a stream.")
    assert options.DEFAULT_DEADLINE == 600
    assert described["max_retries"].endswith("2 unless given.")
    assert inspect.signature(type(client)).parameters["max_retries"].default == 2
    assert "`BACKBOARD_API_KEY`" in described["api_key"]
    assert "https://app.backboard.io/api" in described["base_url"]
    half = type(client).__name__.removesuffix("Backboard")
    assert f"an `httpx.{half}Client`" in described["http_client"]
    text = inspect.getdoc(type(client)) or ""
    assert (
        "in an `async with`, or close it with `aclose`" if half else "in a `with`, or close it with `close`"
    ) in text


def test_a_field_that_is_only_narrowed_keeps_what_was_said_of_it(tmp_path: Path) -> None:
    text = {"type": "string", "description": "What kind it is."}
    thing = {"allOf": [{"properties": {"kind": text}}, {"properties": {"kind": {"const": "thing"}}}]}
    made = client_of(tmp_path, small_document({"Thing": thing}))
    assert section(made.models.Thing, "Attributes")["kind"] == "What kind it is."


def test_an_answer_without_a_description_has_that_of_its_response(tmp_path: Path) -> None:
    made = client_of(tmp_path, small_document())
    assert section(made.Shop(api_key="k").things.do_getThing, "Returns") == {"Thing": "The thing."}


@pytest.mark.parametrize(
    ("text", "derived"),
    [
        ("# used in an `async with`, an `async for`", "# used in a `with`, a `for`"),
        ("# An `AsyncBackboard`, an\n# `AsyncBackboard`", "# A `Backboard`, an\n# `Backboard`"),
        ("# an `AsyncEventStream`, an `httpx.AsyncClient`", "# an `EventStream`, an `httpx.Client`"),
        ("# an `item`, than `async with`", "# an `item`, than `with`"),
    ],
)
def test_the_sync_half_has_the_right_article(text: str, derived: str, tmp_path: Path) -> None:
    (tmp_path / "_async").mkdir()
    (tmp_path / "_async" / "module.py").write_text(f"{text}\n", "utf-8")
    derive(tmp_path / "_async", tmp_path / "_sync")
    assert (tmp_path / "_sync" / "module.py").read_text("utf-8") == f"{derived}\n"
