"""Event streams in a document: the media types, and examples of whole streams."""

import json
from collections.abc import Iterator
from typing import Any

EVENT_STREAM = "text/event-stream"


def event_streams(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the media type object of each event stream, that of a shared response once."""
    operations = (one for item in document["paths"].values() for one in item.values() if isinstance(one, dict))
    own = [response for operation in operations for response in operation.get("responses", {}).values()]
    for response in (*own, *document["components"].get("responses", {}).values()):
        if EVENT_STREAM in response.get("content", {}):
            yield response["content"][EVENT_STREAM]


def take_events(media: dict[str, Any], document: dict[str, Any]) -> list[dict[str, Any]]:
    """Remove the examples of a media type, one event each, and return those up to the first that ends a stream."""
    shared = document["components"].get("examples", {})
    ends = [end for one in document["components"]["schemas"].values() for end in one.get("x-stream-ends", [])]
    events: list[dict[str, Any]] = []
    for example in media.pop("examples", {}).values():
        if not events or json.loads(events[-1]["data"])["type"] not in ends:
            events.append((shared[example["$ref"].rpartition("/")[2]] if "$ref" in example else example)["value"])
    return events


def as_text(events: list[dict[str, Any]]) -> str:
    """Return the bytes of a stream of events, as text."""
    lines = ("".join(f"{field}: {event[field]}\n" for field in ("id", "data") if field in event) for event in events)
    return "".join(f"{line}\n" for line in lines)


def drop_unused_examples(document: dict[str, Any]) -> None:
    """Remove the shared examples that nothing refers to any more."""
    text = str(document["paths"]) + str(document["components"].get("responses", {}))
    shared = document["components"].get("examples", {})
    for name in list(shared):
        if f"'#/components/examples/{name}'" not in text:
            del shared[name]
