"""Names of resources and methods: by convention, with exceptions, and what is refused."""

from __future__ import annotations

import json
from itertools import permutations
from pathlib import Path

import pytest

from generator.client.names import conventional_names, read_names
from generator.document.document import Document, UnusableDocument
from tests.support.generator.documents import Document as Described
from tests.support.generator.documents import operation, small_document, small_names, write_client

EVENTS = {"200": {"description": "", "content": {"text/event-stream": {"schema": {"type": "string"}}}}}


@pytest.mark.parametrize(
    ("identifier", "tag", "path", "name"),
    [
        ("createThread", "threads", "/threads", "threads.create"),
        ("listAssistantThreads", "threads", "/assistants/{assistant_id}/threads", "threads.list_for_assistant"),
        ("listActiveThreads", "threads", "/threads/active", "threads.list_active"),
        ("submitToolOutputs", "runs", "/runs", "runs.submit_tool_outputs"),
        ("get_message_count", "threads", "/threads/{id}", "threads.get_message_count"),
        ("threads/list", "threads", "/threads", "threads.list"),
        ("Threads.get", "Threads", "/threads", "threads.get"),
        ("getThreadsPolicy", "threads", "/threads", "threads.get_policy"),
        ("list_memories_memories_get", "memories", "/memories", "memories.list"),
        ("import", "files", "/files", "files.import_"),
        ("listEntities", "user entities", "/e", "user_entities.list_entities"),
        ("get", "request", "/request", "request_.get"),
        ("withResponse", "things", "/things", "things.with_response_"),
        ("2fa", "2fa", "/2fa", "n2fa.n2fa"),
    ],
)
def test_convention_names_a_method(identifier: str, tag: str, path: str, name: str) -> None:
    described = operation(identifier, tags=[tag])
    document = Document(json.dumps(small_document(paths={path: {"get": described}})).encode())
    names = conventional_names(document, document.operations[0])
    assert f"{names.resource}.{names.method}" == name
    assert (names.iterate, names.stream) == (None, None)


@pytest.mark.parametrize(
    ("identifier", "method", "stream"),
    [
        ("sendMessage", "send", "stream"),
        ("submitToolOutputs", "submit_tool_outputs", "stream_tool_outputs"),
        ("streamEvents", None, "events"),
        ("watch", None, "watch"),
    ],
)
def test_convention_names_a_stream(identifier: str, method: str | None, stream: str) -> None:
    described = operation(identifier, tags=["messages"])
    content = EVENTS["200"]["content"]
    described["responses"]["200"]["content"].update(content)
    if method is None:
        described["responses"] = EVENTS
    document = Document(json.dumps(small_document(paths={"/a": {"post": described}})).encode())
    names = conventional_names(document, document.operations[0])
    assert (names.method, names.stream) == (method, stream)


def test_name_of_the_file_comes_before_those_of_convention(tmp_path: Path) -> None:
    named = {"listThings": "list", "getThing": "get", "createThing": "create", "deleteThing": "delete"}
    for identifiers in (list(named), list(reversed(named))):
        paths = {f"/{one}": {"get": operation(one)} for one in identifiers}
        document = Document(json.dumps(small_document(paths=paths)).encode())
        for exception, taken in permutations(named, 2):
            file = tmp_path / "names.yaml"
            file.write_text(json.dumps({"operations": {exception: {"method": named[taken]}}}), "utf-8")
            names = read_names(document, file).operations
            assert names[exception].method == named[taken]
            others = {one: names[one].method for one in named if one not in (exception, taken)}
            assert others == {one: named[one] for one in others}


def test_convention_keeps_the_first_of_two_equal_names(tmp_path: Path) -> None:
    paths = {
        "/things/{thing_id}": {"get": operation("getThing", path=["thing_id"])},
        "/thing": {"get": operation("thing_get")},
    }
    document = small_document(paths=paths)
    names = small_names(document)
    package = write_client(tmp_path, document, {"client": names["client"]}, trial=False)
    source = (package / "_async" / "resources" / "things.py").read_text("utf-8")
    assert "def get(" in source
    assert "def thing_get(" in source


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"operations": {"x": {"method": "x"}}}, "x: named in names.yaml, but the document has no such operation"),
        ({"operations": {"getThing": {"method": None}}}, "getThing (GET /things/{thing_id}): names.yaml gives it no"),
        ({"operations": {"getThing": {"method": "a b"}}}, "things.a b cannot be written in Python"),
        ({"operations": {"getThing": {"method": "class"}}}, "things.class cannot be written in Python"),
        ({"operations": {"getThing": {"nope": "b"}}}, "getThing: names.yaml: "),
        ({"operations": {"getThing": {"method": "a", "stream": "b"}}}, "never answers with text/event-stream"),
        (
            {"operations": {"getThing": {"method": "a", "iterate": "b"}}},
            "getThing (GET /things/{thing_id}): cannot be iterated",
        ),
        ({"operations": {"getThing": {"method": "a", "iterate": "a"}}}, "things.a is named twice"),
        ({"operations": {"getThing": {"resource": "request"}}}, "request.get is a name of the client's own"),
        ({"operations": {"getThing": 5}}, "names.yaml: not a table of names"),
    ],
)
def test_unfit_exception_is_refused(tmp_path: Path, change: Described, reason: str) -> None:
    document = small_document()
    with pytest.raises(UnusableDocument) as refused:
        write_client(tmp_path, document, {**small_names(document), **change})
    assert reason in str(refused.value)


def test_client_named_like_a_resource_is_refused(tmp_path: Path) -> None:
    names = small_names(small_document())
    names["client"]["name"] = "Things"
    with pytest.raises(UnusableDocument, match="the client and a resource would both be Things"):
        write_client(tmp_path, small_document(), names)
