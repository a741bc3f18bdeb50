"""Successful answers: which statuses and media types are read, and as what."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Literal

from .bodies import JSON, family
from .document import Document, Operation, UnusableDocument

EVENTS = "text/event-stream"

Kind = Literal["json", "text", "bytes", "none"]


@dataclass(frozen=True)
class AnswerPlan:
    """A successful answer: its status as written, its kind, and of JSON the schema."""

    status: str
    kind: Kind
    media: str
    schema: Any
    text: str


@dataclass(frozen=True)
class Answers:
    """The successful answers of an operation that are no streams, and the media object of its events."""

    plain: tuple[AnswerPlan, ...]
    events: dict[str, Any] | None
    text: str


@dataclass(frozen=True)
class EventPlan:
    """The `data` of a stream's events: JSON of a schema, or text."""

    kind: Literal["json", "text"]
    schema: Any


def plan_answers(document: Document, operation: Operation) -> Answers:
    """Return what an operation answers. Raises UnusableDocument if that cannot be read."""
    described = {str(status): named for status, named in operation.raw.get("responses", {}).items()}
    successes = [status for status in described if is_success(status)] or [one for one in described if one == "default"]
    if not successes:
        raise UnusableDocument(f"{operation}: no successful answer is described")
    plain: list[AnswerPlan] = []
    events: dict[str, Any] | None = None
    texts: list[str] = []
    for status in successes:
        response = document.follow(described[status], str(operation))
        content: dict[str, Any] = response.get("content", {})
        text = str(response.get("description", ""))
        texts.append(text)
        media = events_media(content)
        if media is not None:
            events = content[media]
            content = {key: one for key, one in content.items() if key != media}
            if not content:
                continue
        plain.append(_plan(operation, status, content, text))
    return Answers(tuple(plain), events, texts[0])


def gives_bytes(document: Document, operation: Operation) -> bool:
    """Return whether all successful answers of an operation are bytes, so that they can be streamed to a file."""
    try:
        answers = plan_answers(document, operation)
    except UnusableDocument:
        return False
    return answers.events is None and {answer.kind for answer in answers.plain} == {"bytes"}


def events_media(content: Collection[str]) -> str | None:
    """Return the media type of server-sent events among those of an answer, or None."""
    return next((media for media in content if media.partition(";")[0].strip().lower() == EVENTS), None)


def plan_events(document: Document, described: dict[str, Any], where: str) -> EventPlan:
    """Return what the events of a stream hold.

    The schema is that of one event's data, or of a whole event with its property `data`, a text; so is `itemSchema`.
    Several whole events give the union of their data. Without a schema the data is text.
    """
    schema = described.get("schema", described.get("itemSchema"))
    if schema is None:
        return EventPlan("text", None)
    followed = document.follow({} if schema is True else schema, where)
    if followed.get("type") == "array" and "itemSchema" not in described:
        raise UnusableDocument(f"{where}: a schema of a list of {EVENTS} is not understood")
    events = [document.follow(one, where) for word in ("oneOf", "anyOf") for one in followed.get(word, ())]
    if any(is_event(one) for one in events):
        held = [document.follow(one.get("properties", {}).get("data", {}), where) for one in events]
        if not all("contentSchema" in one for one in held):
            raise UnusableDocument(f"{where}: only some of its events say in `contentSchema` what their `data` is")
        return EventPlan("json", {"anyOf": [one["contentSchema"] for one in held]})
    data = document.follow(followed.get("properties", {}).get("data", {}), where)
    if "contentSchema" in data:
        return EventPlan("json", data["contentSchema"])
    is_text = data.get("type") == "string" and is_event(followed)
    return EventPlan("text", None) if is_text or _is_text(followed) else EventPlan("json", schema)


OF_EVENTS = {"data", "event", "id", "retry"}
"""Fields of a server-sent event."""


def is_event(schema: dict[str, Any]) -> bool:
    """Return whether a schema is that of a whole server-sent event, not of its data."""
    properties: dict[str, Any] = schema.get("properties", {})
    return "data" in properties and set(properties) <= OF_EVENTS


def _is_text(schema: dict[str, Any]) -> bool:
    return schema.get("type") == "string" and not {"enum", "const", "contentMediaType"} & set(schema)


def is_success(status: str) -> bool:
    return re.fullmatch(r"2(\d\d|XX)", str(status)) is not None


def _plan(operation: Operation, status: str, content: dict[str, Any], text: str) -> AnswerPlan:
    if operation.method == "head" or not content or status in {"204", "205"}:
        return AnswerPlan(status, "none", JSON, None, text)
    by_family = {family(media): media for media in reversed(content)}
    for name in ("json", "text", "bytes"):
        if name not in by_family:
            continue
        media = by_family[name]
        schema = content[media].get("schema", True)
        binary = isinstance(schema, dict) and schema.get("format") == "binary"
        if name == "json" and not (media == "*/*" and binary):
            return AnswerPlan(status, "json", media, schema, text)
        return AnswerPlan(status, "text" if name == "text" else "bytes", media, None, text)
    raise UnusableDocument(f"{operation}: an answer of {', '.join(content)} cannot be read")
