"""The document as OpenAPI 3.2, which can say that a response is a sequence of events."""

import copy
from typing import Any

from .event_streams import as_text, drop_unused_examples, event_streams, take_events


def to_3_2(document: dict[str, Any]) -> dict[str, Any]:
    """Return the document with `itemSchema`, and an example of a whole stream, in each event stream."""
    derived = copy.deepcopy(document)
    derived["openapi"] = "3.2.0"
    for media in event_streams(derived):
        media["itemSchema"] = media.pop("schema")
        if events := take_events(media, derived):
            example = {"summary": "Events", "dataValue": events, "serializedValue": as_text(events)}
            media["examples"] = {"events": example}
    drop_unused_examples(derived)
    return derived
