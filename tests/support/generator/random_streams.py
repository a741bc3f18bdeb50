"""Operations of documents drawn at random that answer with server-sent events: always, or when they are asked to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.support.generator.random_schemas import TEXT, TYPED, Schema, reference

if TYPE_CHECKING:
    from tests.support.generator.random_documents import Drawer

JSON = "application/json"
EVENTS = "text/event-stream"
SWITCH = "stream"
STREAMS = {"watchIt": "watch_it", "tellIt": "tell_it", "followIt": "follow_it", "askIt": "stream_it"}
"""The stream methods by operationId, as convention names them."""
PLAIN = {"askIt": "ask_it"}


def streams(drawer: Drawer) -> dict[str, Any]:
    """Return the paths: events of any schema, of texts, of a union with an end, and a call that can stream."""
    found: dict[str, Any] = {}
    kinds = {
        "watch": drawer.one_of(drawer.thing(), TYPED[0], drawer.map(drawer.thing())),
        "tell": drawer.one_of(None, TEXT),
        "follow": reference("Step"),
    }
    for name, schema in kinds.items():
        item: dict[str, Any] = {}
        drawer.operation(item, "get", [])
        item["get"]["responses"] = {"200": {"description": "Events.", "content": _events(drawer, schema)}}
        found[f"/{name}"] = item
    ask: dict[str, Any] = {}
    switch = drawer.one_of("body", "query", "none")
    fields: Schema = {"prompt": TEXT, "meta": drawer.value()}
    boolean = drawer.one_of({"type": "boolean"}, drawer.nullable({"type": "boolean"}))
    if switch == "body":
        fields[SWITCH] = boolean
    body = {"required": True, "content": {JSON: {"schema": {"type": "object", "properties": fields}}}}
    drawer.operation(ask, "post", [], requestBody=body)
    if switch == "query":
        ask["post"]["parameters"].append(drawer.parameter(SWITCH, "query", boolean))
    answer = {**_events(drawer, drawer.thing()), JSON: {"schema": drawer.value()}}
    ask["post"]["responses"] = {"200": {"description": "Either.", "content": answer}}
    return {**found, "/ask": ask}


def _events(drawer: Drawer, schema: Schema | None) -> dict[str, Any]:
    """The media object of events: of their data, or of whole events."""
    media = drawer.one_of(EVENTS, f"{EVENTS}; charset=utf-8")
    if schema is None:
        return {media: {}}
    if schema == TEXT or drawer.chance():
        return {media: {"schema": schema}}
    data = {"type": "string", "contentMediaType": JSON, "contentSchema": schema}
    whole = {"type": "object", "properties": {"event": TEXT, "data": data}, "required": ["data"]}
    return {media: {drawer.one_of("schema", "itemSchema"): whole}}
