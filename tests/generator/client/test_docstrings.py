"""Docstrings of the client: arguments, results and errors, in Python's names, for async and sync."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from types import MethodType
from typing import Any

import pytest

from backboard_threads import AsyncBackboard, Backboard
from backboard_threads._request import options
from generator.unasync import derive
from tests.support.generator import source
from tests.support.generator.documents import client_of, operation, small_document
from tests.support.one_pass import for_each

Method = tuple[str, MethodType]
OPTIONS = {"timeout", "deadline", "max_retries", "headers", "raise_on_failed_run"}
MAX_MEAN_LINES = 15
"""Lines of a method's docstring, on average."""


def methods(client: Any) -> Iterator[Method]:
    for resource in source.NAMES.resources:
        for name, method in inspect.getmembers(getattr(client, resource), inspect.ismethod):
            if not name.startswith("_"):
                yield f"{resource}.{name}", method


HALVES = [Backboard(api_key="k"), AsyncBackboard(api_key="k")]
METHODS = [method for client in HALVES for method in methods(client)]


def section(documented: object, title: str) -> dict[str, str]:
    """The entries of one section of a docstring, by what stands before the colon."""
    text = inspect.getdoc(documented) or ""
    found = re.search(rf"^{title}:\n((?: .*\n?|\n)*)", text, re.MULTILINE)
    assert found, (documented, title)
    entries = re.split(r"\n(?= {4}\S)", found[1].rstrip())
    return {name.strip(): " ".join(said.split()) for name, _, said in (entry.partition(": ") for entry in entries)}


@for_each(METHODS)
def test_docstring_describes_own_arguments(name: str, method: MethodType) -> None:
    text = inspect.getdoc(method) or ""
    own = set(inspect.signature(method).parameters) - OPTIONS
    if twin := re.search(r"Arguments and errors are those of `(\w+)`", text):
        assert "Args:" not in text
        assert twin[1] in dir(method.__self__)
    elif own:
        described = section(method, "Args")
        assert set(described) == own
        assert all(described.values())


def test_docstrings_are_short() -> None:
    lengths = [len((inspect.getdoc(method) or "").splitlines()) for _, method in methods(HALVES[0])]
    assert sum(lengths) / len(lengths) <= MAX_MEAN_LINES


@for_each(METHODS)
def test_docstring_names_the_result(name: str, method: Callable[..., Any]) -> None:
    ((kind, text),) = section(method, "Returns").items()
    annotation = str(inspect.signature(method).return_annotation)
    plain = annotation.replace("models.", "").replace("builtins.", "")
    assert kind == re.sub(r"^(\w*Stream|ToolRun)\[.*", r"\1", plain)
    assert re.match(r"[A-Z]", text)
    assert text.endswith(".")


def test_docstring_of_each_kind_of_result() -> None:
    client = Backboard(api_key="k")
    assert section(client.threads.create, "Returns") == {"Thread": "A persistent conversation with one assistant."}
    assert section(client.threads.list, "Returns") == {"list[Thread]": "Threads, newest first."}
    assert section(client.threads.iterate, "Returns") == {"Paginator[Thread]": "Threads, newest first."}


@for_each(METHODS)
def test_docstring_uses_python_names(name: str, method: Callable[..., Any]) -> None:
    text = " ".join((inspect.getdoc(method) or "").split())
    for wrong in ("`x-", "`null`", "stream: true", "stream=true", "an `with"):
        assert wrong not in text, wrong
    takes = inspect.signature(method).parameters
    for header in ("If-Match", "If-None-Match", "Idempotency-Key", "Last-Event-ID"):
        assert (header.lower().replace("-", "_") in takes) <= (f"`{header}`" not in text), header
    assert "._async." in method.__module__ or not re.search(r"async|await|Async", text)


def test_docstring_keeps_words_of_the_document(tmp_path: Path) -> None:
    described = operation("deleteThing", path=["thing_id"], description="Deletes this document.")
    made = client_of(tmp_path, small_document(paths={"/things/{thing_id}": {"delete": described}}))
    assert "Deletes this document." in (inspect.getdoc(made.Shop(api_key="k").things.do_deleteThing) or "")


def test_docstring_of_a_stream_refers_to_its_plain_method() -> None:
    client = Backboard(api_key="k")
    assert (inspect.getdoc(client.runs.events) or "").startswith("Stream events of run.\n")
    assert (inspect.getdoc(client.messages.stream) or "").startswith("Send message, as events.\n")
    assert "those of `send`" in (inspect.getdoc(client.messages.stream) or "")


def test_docstring_has_limits_of_nullable_arguments() -> None:
    assert section(Backboard(api_key="k").assistants.update, "Args")["name"] == "A new name. 1 to 255 characters."


@pytest.mark.parametrize("client", HALVES, ids=["sync", "async"])
def test_docstring_of_the_class_describes_its_constructor(client: Any) -> None:
    described = section(type(client), "Args")
    assert list(described) == list(inspect.signature(type(client)).parameters)
    assert described.keys() >= OPTIONS
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
    assert f"An `httpx.{half}Client`" in described["http_client"]
    text = inspect.getdoc(type(client)) or ""
    assert (
        "in an `async with`, or close it with `aclose`" if half else "in a `with`, or close it with `close`"
    ) in text


def test_docstring_of_a_narrowed_field_is_kept(tmp_path: Path) -> None:
    text = {"type": "string", "description": "What kind it is."}
    thing = {"allOf": [{"properties": {"kind": text}}, {"properties": {"kind": {"const": "thing"}}}]}
    made = client_of(tmp_path, small_document({"Thing": thing}))
    assert section(made.models.Thing, "Attributes")["kind"] == "What kind it is."


def test_docstring_of_a_result_falls_back_to_its_response(tmp_path: Path) -> None:
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
def test_docstring_of_the_sync_client_has_the_right_article(text: str, derived: str, tmp_path: Path) -> None:
    (tmp_path / "_async").mkdir()
    (tmp_path / "_async" / "module.py").write_text(f"{text}\n", "utf-8")
    derive(tmp_path / "_async", tmp_path / "_sync")
    assert (tmp_path / "_sync" / "module.py").read_text("utf-8") == f"{derived}\n"
