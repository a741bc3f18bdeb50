"""Successful answers: which statuses and media types are read, and as what."""

from __future__ import annotations

import re
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
        if EVENTS in content:
            events = content[EVENTS]
            content = {media: one for media, one in content.items() if media != EVENTS}
            if not content:
                continue
        plain.append(_plan(operation, status, content, text))
    return Answers(tuple(plain), events, texts[0])


def event_schema(document: Document, described: dict[str, Any], where: str) -> dict[str, Any]:
    """Return the schema of the JSON in the `data` of one framed event, as written; an empty one if there is none."""
    frame = document.follow(described.get("schema", {}), where)
    data = frame.get("properties", {}).get("data", {})
    schema: dict[str, Any] = data.get("contentSchema", {}) if isinstance(data, dict) else {}
    return schema


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
