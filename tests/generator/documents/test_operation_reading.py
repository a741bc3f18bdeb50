"""Operations as the generator reads them: parameters, servers, bodies, answers, events and paging, in combination."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable
from typing import Any

from generator.document.bodies import additional, json_fields, plan_body
from generator.document.document import Document, Operation, UnusableDocument
from generator.document.pagination import find_paging
from generator.document.responses import plan_answers, plan_events
from generator.document.security import find_server, find_servers
from tests.support.generator.random_documents import FORM, JSON, MULTIPART
from tests.support.generator.random_schemas import Schema, reference

STREAM = "Text/Event-Stream; charset=utf-8"
TEXT: Schema = {"type": "string"}
THING = reference("Thing")
MAYBE: Schema = {"anyOf": [{"type": "null"}, THING]}
SCHEMAS = {
    "Thing": {"type": "object", "required": ["id"], "properties": {"id": TEXT, "serial": TEXT}},
    "Loose": {"type": "object", "properties": {"id": TEXT}},
    "Named": {"allOf": [THING, {"type": "object", "properties": {"name": TEXT}}]},
    "Named2": {"allOf": [THING]},
    "Things": {"type": "array", "items": THING},
}


def operations(described: Iterable[Schema], *, method: str = "post", **top: Any) -> tuple[Document, list[Operation]]:
    """A document of 3.1 with one operation, or path item, for each description."""
    paths: Schema = {}
    for number, one in enumerate(described):
        item = one if method in one else {method: one}
        item[method] = {"operationId": f"it{number}", "responses": {"204": {"description": ""}}, **item[method]}
        paths.setdefault(one.get("x-path", f"/{number}"), item)
    raw = {"openapi": "3.1.0", "info": {"title": "", "version": "1"}, "paths": paths, **top}
    raw["components"] = {"schemas": SCHEMAS, **raw.get("components", {})}
    document = Document(json.dumps(raw).encode())
    return document, list(document.operations)


# bodies

FIELDS: dict[str, tuple[Schema, str]] = {
    "text": (TEXT, "text"),
    "texts": ({"type": "array", "items": TEXT}, "text"),
    "thing": (THING, "object"),
    "inline": ({"properties": {"n": TEXT}}, "object"),
    "maybe": (MAYBE, "object"),
    "things": ({"type": "array", "items": THING}, "object"),
    "maybes": ({"type": "array", "items": MAYBE}, "object"),
    "listed": (reference("Things"), "object"),
    "either": ({"oneOf": [THING, reference("Named")]}, "object"),
    "all": ({"allOf": [THING]}, "object"),
    "null_too": ({"type": ["object", "null"]}, "object"),
    "file": ({**TEXT, "format": "binary"}, "file"),
    "files": ({"type": "array", "items": {**TEXT, "contentMediaType": "image/png"}}, "file"),
    "maybe_file": ({"anyOf": [{**TEXT, "format": "binary"}, {"type": "null"}]}, "file"),
    "packed": ({**TEXT, "contentMediaType": JSON}, "json"),
    "maybe_packed": ({"anyOf": [{"type": "null"}, {**TEXT, "contentMediaType": JSON}]}, "json"),
}
"""Properties of forms, each with what it is to a form."""
CARRIED = {
    FORM: {"text": "", "json": "text"},
    MULTIPART: {"text": "", "json": "text", "object": "part", "file": ""},
    JSON: {"text": "", "json": "", "object": ""},
}
"""How a form carries each kind of property that it can carry: by itself, as JSON text, or as a part of JSON."""


def carried(media: str, kind: str, encoding: str) -> str | None:
    """How a form carries a property whose encoding is declared; None if it does not."""
    usual = CARRIED[media].get(kind)
    if not encoding or media == JSON or kind in {"file", "json"}:
        return usual
    return {FORM: "text", MULTIPART: "part"}[media] if encoding == JSON else None


def test_every_property_is_carried_by_the_forms_that_can_carry_it() -> None:
    medias = [JSON, FORM, MULTIPART, "application/merge-patch+json"]
    cases = [
        (name, media, encoding)
        for name in FIELDS
        for media in [*itertools.permutations(medias[:3], 1), *itertools.permutations(medias[:3], 2)]
        for encoding in ("", JSON, "text/x")
    ]
    described = []
    for name, media, encoding in cases:
        schema = {"type": "object", "properties": {name: FIELDS[name][0]}}
        declared = {"encoding": {name: {"contentType": encoding}}} if encoding else {}
        described.append({"requestBody": {"content": {one: {"schema": schema, **declared} for one in media}}})
    document, found = operations(described)
    for operation, (name, media, encoding) in zip(found, cases, strict=True):
        kind = FIELDS[name][1]
        each = {one: carried(one, kind, encoding) for one in media}
        able = {one: how for one, how in each.items() if how is not None}
        expected = None if (kind == "file" and set(media) != {MULTIPART} and set(able) != set(media)) else able or None
        assert read_forms(document, operation, name) == expected, (name, media, encoding)


def read_forms(document: Document, operation: Operation, name: str) -> dict[str, str] | None:
    """How each form that is sent carries a property; None if the body is refused."""
    try:
        plan = plan_body(document, operation)
        assert plan is not None
        assert not plan.whole
        assert not plan.required
        found = {}
        for form in plan.forms:
            texts, parts = (set(), set()) if form.family == "json" else json_fields(document, form, "")
            assert texts | parts <= {name}
            found[form.media] = "text" if texts else "part" if parts else ""
    except UnusableDocument:
        return None
    return found


SENT = {
    JSON: "json", "application/x+json; charset=utf-8": "json", "*/*": "json", FORM: "urlencoded",
    MULTIPART: "multipart", "text/plain; charset=utf-8": "text", "application/pdf": "bytes", "Text/CSV": "text",
    "application/xml": "unknown", "text/xml": "unknown", "application/x-ndjson": "unknown",
    "multipart/mixed": "unknown", STREAM: "unknown", "application/jsonl": "unknown",
    "application/json-seq": "unknown",
}  # fmt: skip
"""Media types of bodies, with what they are to the client."""


def test_any_two_media_types_of_a_body_give_its_fields_or_one_value() -> None:
    pairs = list(itertools.permutations(SENT, 2))
    named = {"schema": {"allOf": [THING, {"required": ["serial"]}]}}
    whole = {JSON: {"schema": {"type": "array", "items": THING}}}
    described = [{"requestBody": {"required": True, "content": dict.fromkeys(pair, named)}} for pair in pairs]
    described += [{"requestBody": reference("x")} for _ in pairs]
    bodies = {}
    for number, pair in enumerate(pairs):
        content = {media: whole[JSON] if SENT[media] == "json" else {} for media in pair}
        bodies[f"B{number}"] = {"required": True, "content": content}
        described[len(pairs) + number] = {"requestBody": {"$ref": f"#/components/requestBodies/B{number}"}}
    document, found = operations(described, components={"requestBodies": bodies})
    for number, pair in enumerate([*pairs, *pairs]):
        known = [media for media in pair if SENT[media] != "unknown"]
        first = next((media for media in known if SENT[media] == "json"), None)
        is_named = number < len(pairs)
        forms = [one for one in known if SENT[one] in {"urlencoded", "multipart"} or (is_named and one == first)]
        try:
            plan = plan_body(document, found[number])
        except UnusableDocument:
            assert not known, pair
            continue
        assert plan is not None
        assert plan.required
        assert plan.whole == (not forms), pair
        assert [one.media for one in plan.forms] == (forms or [first or known[0]]), pair


def test_additional_properties_of_a_body_are_those_that_it_declares() -> None:
    document, _ = operations([])
    declared: list[tuple[Schema, Any]] = [
        ({}, None), ({"additionalProperties": False}, None), ({"additionalProperties": True}, True),
        ({"additionalProperties": {}}, {}), ({"additionalProperties": TEXT}, TEXT),
    ]  # fmt: skip
    for more, expected in declared:
        schema = {"type": "object", "properties": {"a": TEXT}, **more}
        for spelled in (schema, {"allOf": [schema, THING]}, {"allOf": [THING, {"allOf": [schema]}]}):
            assert additional(document, spelled, "") == expected


# answers

ANSWERED = {**SENT, FORM: "unknown", MULTIPART: "unknown", STREAM: "events"}
STATUSES = ("200", "201", "204", "205", "2XX", "302", "404", "default")


def planned(content: tuple[str, ...], method: str, status: str) -> tuple[str, str] | None:
    """Kind and media type of an answer that is no stream; None if it cannot be read."""
    if method == "head" or not content or status in {"204", "205"}:
        return "none", JSON
    kinds = {ANSWERED[media]: media for media in reversed(content)}
    return next(((kind, kinds[kind]) for kind in ("json", "text", "bytes") if kind in kinds), None)


def test_any_media_types_and_statuses_give_the_successful_answers() -> None:
    contents = [*itertools.permutations(ANSWERED, 2), *((media,) for media in ANSWERED), ()]
    cases: list[tuple[tuple[str, ...], tuple[str, ...]]]
    cases = [((status,), content) for status in ("200", "default") for content in contents]
    cases += [(statuses, (JSON,)) for statuses in itertools.permutations(STATUSES, 2)]
    for method in ("post", "head"):
        described = []
        for statuses, content in cases:
            answer = {"description": "", "content": {media: {"schema": THING} for media in content}}
            described.append({"responses": dict.fromkeys(statuses, answer)})
        document, found = operations([{method: one} for one in described], method=method)
        for operation, (statuses, content) in zip(found, cases, strict=True):
            check_answers(document, operation, statuses, content)


def check_answers(document: Document, operation: Operation, statuses: Iterable[str], content: tuple[str, ...]) -> None:
    events = [media for media in content if ANSWERED[media] == "events"]
    rest = tuple(media for media in content if media not in events)
    successes = [one for one in statuses if one.startswith("2")] or [one for one in statuses if one == "default"]
    expected = [] if events and not rest else [(one, planned(rest, operation.method, one)) for one in successes]
    try:
        answers = plan_answers(document, operation)
    except UnusableDocument:
        assert not successes or any(plan is None for _, plan in expected), (statuses, content)
        return
    assert [(one.status, (one.kind, one.media)) for one in answers.plain] == expected, (statuses, content)
    assert (answers.events is not None) == bool(events)
    assert all(one.schema == THING for one in answers.plain if one.kind == "json")


# events

DATA: Schema = {**TEXT, "contentMediaType": JSON, "contentSchema": THING}


def whole(data: Schema, **more: Schema) -> Schema:
    return {"type": "object", "properties": {"event": TEXT, "data": data, **more}}


EVENTS: list[tuple[Schema, tuple[str, Any] | None]] = [
    ({}, ("text", None)),
    ({"schema": TEXT}, ("text", None)),
    ({"schema": True}, ("json", True)),
    ({"schema": {**TEXT, "enum": ["a"]}}, ("json", {**TEXT, "enum": ["a"]})),
    ({"schema": THING}, ("json", THING)),
    ({"itemSchema": THING}, ("json", THING)),
    ({"schema": whole(TEXT)}, ("text", None)),
    ({"schema": whole(DATA)}, ("json", THING)),
    ({"itemSchema": whole(DATA)}, ("json", THING)),
    ({"schema": whole(TEXT, name=TEXT)}, ("json", whole(TEXT, name=TEXT))),
    ({"schema": whole({"type": "integer"})}, ("json", whole({"type": "integer"}))),
    ({"schema": {"oneOf": [whole(DATA), whole({**DATA, "contentSchema": TEXT})]}}, ("json", {"anyOf": [THING, TEXT]})),
    ({"schema": {"anyOf": [whole(DATA), whole(TEXT)]}}, None),
    ({"schema": {"oneOf": [whole(DATA), THING]}}, None),
    ({"schema": {"oneOf": [THING, reference("Named")]}}, ("json", {"oneOf": [THING, reference("Named")]})),
    ({"schema": reference("Things")}, None),
    ({"itemSchema": reference("Things")}, ("json", reference("Things"))),
]
"""Media objects of event streams, with what the data of their events is; None if it cannot be told."""


def test_data_of_events_is_what_the_stream_declares() -> None:
    document, _ = operations([])
    for described, expected in EVENTS:
        try:
            plan = plan_events(document, described, "")
        except UnusableDocument:
            assert expected is None, described
        else:
            assert (plan.kind, plan.schema) == expected, described


# paging

ITEMS: list[tuple[Schema, str | None]] = [
    (THING, "id"),
    (reference("Named"), "id"),
    (reference("Loose"), None),
    (reference("Named2"), None),
    (TEXT, ""),
]
"""Schemas of a listing's items, each with its key; an empty one if there is nothing to iterate over."""
ROWS: Schema = {"type": "array", "items": TEXT}
STYLES: list[Schema | None] = [
    None, {}, {"style": "page"}, {"style": "cursor", "next": "more"}, {"style": "cursor"},
    {"style": "skip", "next": "x"}, {"position": "at", "limit": "size"}, {"style": "page", "position": "at"},
    {"style": "turns"}, {"key": "serial"}, {"items": "rows"}, {"items": "others"},
]  # fmt: skip

LIMITS = ((7, 2, 3), (None, 2, 3), (7, None, 3), (7, 2, None), (None, None, None))
"""The greatest position, the usual page size and the greatest one, as far as a document says them."""


def test_any_declaration_of_paging_is_read_with_its_parameters() -> None:
    cases = list(itertools.product(ITEMS, ("array", "rows", "both"), STYLES, LIMITS))
    described = []
    for (item, _), place, declared, limits in cases:
        rows = {"type": "array", "items": item}
        properties = {"texts": ROWS, "rows": rows, "more": TEXT, **({"others": rows} if place == "both" else {})}
        schema = rows if place == "array" else {"type": "object", "properties": properties}
        most, usual, greatest = limits
        position = {} if most is None else {"maximum": most}
        size = ({} if usual is None else {"default": usual}) | ({} if greatest is None else {"maximum": greatest})
        parameters = [
            {
                "name": name,
                "in": "query",
                "schema": {"type": "integer", **(size if name in {"limit", "size"} else position)},
            }
            for name in ("skip", "page", "cursor", "at", "limit", "size")
        ]
        answer = {"200": {"description": "", "content": {JSON: {"schema": schema}}}}
        paging = {} if declared is None else {"x-paging": declared}
        described.append({"parameters": parameters, "responses": answer, **paging})
    one = {"content": {JSON: {"schema": THING}}, "description": ""}
    parameter = {"name": "id", "in": "path", "required": True, "schema": TEXT}
    below = ITEMS[1:3]  # of the others an operation elsewhere gives one
    items = [
        {
            "get": {"parameters": [parameter], "responses": {"200": one}},
            "x-path": f"/{n}/{{id}}" if item in below else f"/other/{n}/{{id}}",
        }
        for n, (item, *_) in enumerate(cases)
    ]
    document, found = operations([*({"get": one} for one in described), *items], method="get")
    for operation, case in zip(found, cases, strict=False):
        check_paging(document, operation, *case)


def check_paging(
    document: Document,
    operation: Operation,
    item: tuple[Schema, str | None],
    place: str,
    written: Schema | None,
    limits: tuple[int | None, ...],
) -> None:
    declared = written or {}
    style = declared.get("style", "skip")
    try:
        paging = find_paging(document, operation)
    except UnusableDocument:
        assert style == "turns" or (style == "cursor") != ("next" in declared)
        return
    is_found = {"array": True, "rows": declared.get("items", "rows") == "rows", "both": "items" in declared}[place]
    if (written is None and None in limits) or item[1] == "" or not is_found:
        assert paging is None
        return
    assert paging is not None
    position = declared.get("position", style)
    assert (paging.style, paging.position, paging.limit) == (style, position, declared.get("limit", "limit"))
    most, *sizes = limits
    assert [paging.max_position, paging.default, paging.max_limit] == [None if style == "cursor" else most, *sizes]
    assert paging.items == ("" if place == "array" else declared.get("items", "rows"))
    assert (paging.next, paging.key) == (declared.get("next", ""), declared.get("key", item[1]))


# parameters and servers


def test_parameters_of_a_path_are_those_that_the_operation_does_not_replace() -> None:
    known = [{"name": name, "in": place, "schema": TEXT} for name in ("a", "b") for place in ("query", "header")]
    subsets = [part for size in range(4) for part in itertools.combinations(known, size)]
    cases = list(itertools.product(subsets, subsets))
    described = [
        {"parameters": shared, "post": {"parameters": [{**one, "x-own": True} for one in own]}} for shared, own in cases
    ]
    for operation, (shared, own) in zip(operations(described)[1], cases, strict=True):
        kept = [one for one in shared if one not in own]
        assert list(operation.parameters) == [*kept, *({**one, "x-own": True} for one in own)]


VARIABLES = {"region": {"default": "eu", "enum": ["us", "eu"]}, "tail": {"default": "v2"}}
SERVERS: dict[str, str] = {
    "https://a.example/x/": "https://a.example/x", "https://b.example": "https://b.example", "/": "/", "/v2/": "/v2",
    "https://{region}.example/{tail}": "https://eu.example/v2", "v3": "v3",
}  # fmt: skip
"""Addresses as written, and as they are requested."""


def test_operation_has_the_nearest_server_unless_it_is_the_first_of_the_document() -> None:
    servers = [[{"url": url, "variables": VARIABLES} for url in urls] for urls in itertools.permutations(SERVERS, 2)]
    own: list[Any] = [None, [], *servers[::5]]
    cases = list(itertools.product(own, own))
    for written in servers[::4]:
        described = [
            {**({} if path is None else {"servers": path}), "post": {} if mine is None else {"servers": mine}}
            for path, mine in cases
        ]
        document, found = operations(described, servers=written)
        absolute = [SERVERS[url] for url in (str(one["url"]) for one in written) if url.startswith("https")]
        assert find_servers(document) == [(url, False) for url in absolute]
        for operation, (path, mine) in zip(found, cases, strict=True):
            nearest = SERVERS[(mine or path)[0]["url"]] if mine or path else ""
            assert find_server(document, operation) == ("" if nearest in absolute[:1] else nearest)
