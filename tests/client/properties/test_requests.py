"""Whatever the document's request schemas allow, said through the client, goes onto the wire valid and equal."""

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.client.calls import HALVES, METHODS, STREAMED, Request, plain_request, say
from tests.support.client.http_messages import MULTIPART, ParsedRequest, is_array, parse_request
from tests.support.examples import examples
from tools.document import Node, Operation, merged, operations, resolve
from tools.schema_strategies import NASTY, values
from tools.schema_validation import faults, same

EXAMPLES = {"sync": 8, "async": 2}
# An id that no `Last-Event-ID` of the document can be.
ENDED = b'id: 999999999999999999999\ndata: {"type": "run_ended", "status": "completed"}\n\n'


def cases() -> Iterator[Any]:
    for operation in operations().values():
        for media_type in operation.bodies or [None]:
            for half in HALVES:
                for streamed in (False, True):
                    if operation.id in (STREAMED if streamed else METHODS):
                        name = f"{operation.id}-{media_type or 'nothing'}-{half}-{'streamed' if streamed else 'plain'}"
                        yield pytest.param(operation, media_type, half, streamed, id=name)


@cache
def requests(name: str, media_type: str | None) -> st.SearchStrategy[Request]:
    """Requests of one operation; `stream` is not a field but the choice of a method."""
    operation = operations()[name]

    def of(place: str) -> st.SearchStrategy[dict[str, Any]]:
        found = {
            one["name"]: values(one["schema"])
            for one in operation.parameters
            if one["in"] == place and one["name"] != "stream"
        }
        return st.fixed_dictionaries(found) if place == "path" else st.fixed_dictionaries({}, optional=found)

    body: st.SearchStrategy[tuple[dict[str, Any], dict[str, Any]]] = st.just(({}, {}))
    if media_type is not None:
        body = values(operation.bodies[media_type]["schema"]).flatmap(lambda one: split(operation, media_type, one))
    return st.builds(
        lambda path, query, headers, both: Request(operation, path, query, headers, media_type, both[0], both[1]),
        of("path"),
        of("query"),
        of("header"),
        body,
    )


# Names as browsers send them: a quotation mark is escaped, a line end has no place in a name.
FILE_NAMES = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"), exclude_characters='"%\\'), min_size=1, max_size=12
)


def split(operation: Operation, media_type: str, body: Any) -> st.SearchStrategy[Any]:
    """A drawn body as fields and files; each file gets a name. What the document does not name cannot be said."""
    known = merged(operation.bodies[media_type]["schema"]).get("properties", {})
    body = {name: value for name, value in body.items() if name in known}
    fields = {name: value for name, value in body.items() if name != "stream" and not is_file(known[name])}
    parts = {
        name: value if isinstance(value, list) else [value] for name, value in body.items() if is_file(known[name])
    }
    named = {
        name: st.tuples(*(st.tuples(FILE_NAMES, st.just(data)) for data in files)) for name, files in parts.items()
    }
    return st.tuples(st.just(fields), st.fixed_dictionaries(named))


def is_file(schema: Node) -> bool:
    schema = merged(schema)
    return schema.get("format") == "binary" or ("items" in schema and is_file(schema["items"]))


def answer(operation: Operation, *, streamed: bool) -> httpx.Response:
    """Any success: the document's own example."""
    if streamed:
        return httpx.Response(200, content=ENDED, headers={"Content-Type": "text/event-stream"})
    media = operation.responses["200"]["content"]["application/json"]
    return httpx.Response(200, json=resolve(next(iter(media["examples"].values())))["value"])


def sent_requests(request: Request, half: str, *, streamed: bool) -> list[ParsedRequest]:
    captured: list[ParsedRequest] = []

    def transport(sent: httpx.Request) -> httpx.Response:
        captured.append(parse_request(sent))
        return answer(request.operation, streamed=streamed)

    say(request, transport, half=half, streamed=streamed)
    return captured


@pytest.mark.parametrize(("operation", "media_type", "half", "streamed"), [*cases()])
def test_request_is_sent_valid_and_equal(
    operation: Operation, media_type: str | None, half: str, streamed: bool
) -> None:
    @examples(EXAMPLES[half])
    @given(requests(operation.id, media_type))
    def check(said: Request) -> None:
        (one,) = sent_requests(said, half, streamed=streamed)
        assert one.operation.id == operation.id
        assert one.path == said.path
        expected_query, expected_body = dict(said.query), dict(said.body)
        if streamed and any(one["name"] == "stream" for one in operation.parameters):
            expected_query["stream"] = True
        elif streamed and media_type is not None:
            expected_body["stream"] = True
        if one.media_type != "application/json":
            # A form has no null; the document says that it is the same as leaving the field out.
            expected_body = {name: value for name, value in expected_body.items() if value is not None}
        assert same(one.query, expected_query)
        assert same(as_sent(one.body), as_sent(expected_body))
        assert {name: [tuple(part) for part in files] for name, files in said.files.items() if files} == one.files
        own_key = {} if "Idempotency-Key" in said.headers else {"Idempotency-Key": one.headers.get("Idempotency-Key")}
        assert one.headers == said.headers | ({} if operation.method != "post" else own_key)
        if media_type is not None and (expected_body or said.files):
            assert one.media_type == media_type

    check()


# What the document's patterns leave out because no path and no header can carry it: URLs drop segments of dots, and
# beyond visible ASCII the readers of headers do not agree.
UNSAYABLE = {
    ("cancelRun", "path", "run_id"): ("", ".", ".."),
    ("getThread", "header", "If-None-Match"): ("é", "🙂", "a\nb", "a\x00b", "\x7f"),
    ("deleteThread", "header", "If-Match"): ("é", "🙂", "a\nb", "a\x00b", "\x7f"),
}


@pytest.mark.parametrize("half", HALVES)
@pytest.mark.parametrize(
    ("name", "place", "parameter", "text"), [(*where, text) for where, texts in UNSAYABLE.items() for text in texts]
)
def test_unsendable_request_is_refused(name: str, place: str, parameter: str, text: str, half: str) -> None:
    operation = operations()[name]
    (schema,) = [one["schema"] for one in operation.parameters if one["name"] == parameter]
    assert faults(schema, text)
    said = plain_request(operation)
    (said.path if place == "path" else said.headers)[parameter] = text
    sent: list[httpx.Request] = []

    def transport(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return answer(operation, streamed=False)

    with pytest.raises(ValueError, match=parameter):
        say(said, transport, half=half)
    assert sent == []


@pytest.mark.parametrize("half", HALVES)
def test_blanks_around_a_header_are_removed(half: str) -> None:
    """HTTP drops them; what the document allows has none."""
    said = plain_request(operations()["getThread"])
    said.headers["If-None-Match"] = "\t * "
    assert sent_requests(said, half, streamed=False)[0].headers == {"If-None-Match": "*"}


@pytest.mark.parametrize("half", HALVES)
@pytest.mark.parametrize("operation", operations().values(), ids=lambda one: one.id)
def test_argument_beats_a_header_of_the_client(operation: Operation, half: str) -> None:
    names = [one["name"] for one in operation.parameters if one["in"] == "header" and one["name"] != "Idempotency-Key"]
    for name in names:
        said = plain_request(operation)
        said.headers[name] = "7"
        sent: list[httpx.Request] = []

        def transport(request: httpx.Request, sent: list[httpx.Request] = sent) -> httpx.Response:
            sent.append(request)
            return answer(operation, streamed=operation.id not in METHODS)

        say(said, transport, half=half, streamed=operation.id not in METHODS, headers={name.lower(): "other"})
        assert sent[0].headers.get_list(name) == ["7"]


def as_sent(body: dict[str, Any]) -> dict[str, Any]:
    """A text `true` and the boolean are one in a form."""
    return {name: str(value).lower() if isinstance(value, bool) else value for name, value in body.items()}


@pytest.mark.parametrize("media_type", operations()["sendMessage"].bodies)
def test_text_of_any_characters_is_sent_as_it_is_in_every_media_type(media_type: str) -> None:
    said = plain_request(operations()["sendMessage"])
    said.media_type, said.body["content"] = media_type, "".join(NASTY)
    (one,) = sent_requests(said, "sync", streamed=False)
    assert (one.media_type, one.body["content"]) == (media_type, "".join(NASTY))


def test_every_operation_has_a_method() -> None:
    assert METHODS.keys() | STREAMED.keys() == operations().keys()
    streams = {one.id for one in operations().values() if "text/event-stream" in one.responses["200"]["content"]}
    assert STREAMED.keys() == streams


@pytest.mark.parametrize("operation", operations().values(), ids=lambda one: one.id)
def test_drawn_requests_fit_the_document(operation: Operation) -> None:
    """The drawing itself: a body that does not fit would prove nothing."""
    for media in operation.bodies.values():
        schema = media["schema"]
        if any("contentSchema" in merged(sub) or is_file(sub) for sub in merged(schema).get("properties", {}).values()):
            continue  # drawn as what the texts hold; `parse_request` judges the texts
        judged(schema)()


def judged(schema: Node) -> Callable[[], None]:
    @examples(5)
    @given(values(schema))
    def check(body: Any) -> None:
        assert faults(schema, body) == []

    return check


def test_arrays_of_files_differ_from_single_files() -> None:
    known = merged(operations()["sendChatMessage"].bodies[MULTIPART]["schema"])["properties"]
    assert is_array(known["files"])
    assert not is_array(known["input_image"])
