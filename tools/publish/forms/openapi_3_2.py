"""The document as OpenAPI 3.2, which can say that a response is a sequence of events."""

import copy
from typing import Any

EVENT_STREAM = "text/event-stream"


def to_3_2(document: dict[str, Any]) -> dict[str, Any]:
    """Return the document with `itemSchema`, and examples of whole streams, in each event stream."""
    derived = copy.deepcopy(document)
    derived["openapi"] = "3.2.0"
    examples = derived["components"].get("examples", {})
    for response in _responses(derived):
        media = response.get("content", {}).get(EVENT_STREAM)
        if media is not None:
            media["itemSchema"] = media.pop("schema")
            frames = [_resolved(example, examples)["value"] for example in media.pop("examples", {}).values()]
            if frames:
                media["examples"] = {"events": _stream(frames)}
    _drop_unused_examples(derived)
    return derived


def _stream(frames: list[dict[str, Any]]) -> dict[str, Any]:
    """Return an example of a stream: its events, and the bytes that carry them."""
    lines = ("".join(f"{field}: {frame[field]}\n" for field in ("id", "data") if field in frame) for frame in frames)
    return {"summary": "Events", "dataValue": frames, "serializedValue": "\n".join(lines) + "\n"}


def _responses(document: dict[str, Any]) -> list[dict[str, Any]]:
    operations = (one for item in document["paths"].values() for one in item.values() if isinstance(one, dict))
    own = [response for operation in operations for response in operation.get("responses", {}).values()]
    return [*own, *document["components"].get("responses", {}).values()]


def _resolved(example: dict[str, Any], shared: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = shared[example["$ref"].rpartition("/")[2]] if "$ref" in example else example
    return found


def _drop_unused_examples(document: dict[str, Any]) -> None:
    text = str(document["paths"]) + str(document["components"].get("responses", {}))
    shared = document["components"].get("examples", {})
    for name in list(shared):
        if f"'#/components/examples/{name}'" not in text:
            del shared[name]
