"""The documented facts, and what a server's answers say of each."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.contract.document import Node, document, operations, resolve
from tests.properties.drawing import merged

HOLDS, DOES_NOT, NOT_ASKED = "holds", "does not hold", "could not be asked"
MARKS = ("x-extension", "x-unproven")


class NotAsked(Exception):
    """A question that cannot be put to this server, with the reason."""


@dataclass(slots=True)
class Fact:
    """One documented fact: its name, what it says, whether it is marked, and how it stands."""

    name: str
    text: str
    mark: str = ""
    verdict: str = NOT_ASKED
    reason: str = "no answer showed it"


class Ledger:
    """All facts by name. One answer against a fact outweighs any number for it."""

    def __init__(self) -> None:
        self.facts: dict[str, Fact] = {}

    def add(self, name: str, text: str, mark: str = "") -> None:
        self.facts.setdefault(name, Fact(name, text, mark))

    def holds(self, name: str) -> None:
        fact = self.facts[name]
        if fact.verdict == NOT_ASKED:
            fact.verdict, fact.reason = HOLDS, ""

    def does_not(self, name: str, reason: str) -> None:
        fact = self.facts[name]
        if fact.verdict != DOES_NOT:
            fact.verdict, fact.reason = DOES_NOT, reason

    def not_asked(self, name: str, reason: str) -> None:
        fact = self.facts[name]
        if fact.verdict == NOT_ASKED:
            fact.reason = reason

    def check(self, name: str, is_so: bool, reason: str) -> None:
        if is_so:
            self.holds(name)
        else:
            self.does_not(name, reason)

    def those(self, verdict: str) -> list[Fact]:
        return [fact for fact in self.facts.values() if fact.verdict == verdict]


def mark_of(*nodes: Node) -> str:
    return next((mark for node in nodes for mark in MARKS if node.get(mark)), "")


def documented() -> Ledger:
    """Every fact of the document that an answer can show; effects and limits are added by those who ask for them."""
    ledger = Ledger()
    for operation in operations().values():
        own = mark_of(operation.node)
        ledger.add(f"{operation.id}: statuses", f"{operation.id} answers documented statuses only", own)
        for status, response in operation.responses.items():
            mark = own or mark_of(response)
            ledger.add(f"{operation.id}: {status}", f"{operation.id} answers {status}: {first(response)}", mark)
            for name, node in response.get("headers", {}).items():
                header = resolve(node)
                ledger.add(f"{operation.id}: {status} {name}", f"{name}: {first(header)}", mark_of(header) or mark)
            for media_type, media in response.get("content", {}).items():
                ledger.add(f"{operation.id}: {status} {media_type}", f"an answer {status} can be {media_type}", mark)
                if media_type == "application/json":
                    for name, text, field_mark in fields(media["schema"]):
                        ledger.add(name, text, field_mark)
    for name, text, field_mark in fields({"$ref": "#/components/schemas/StreamEvent"}):
        ledger.add(name, text, field_mark)
    return ledger


def first(node: Node) -> str:
    """The first sentence of a description."""
    return " ".join(str(node.get("description", "")).split()).partition(". ")[0].rstrip(".")


def fields(schema: Node, name: str = "", above: tuple[str, ...] = ()) -> Iterator[tuple[str, str, str]]:
    """The fields of a schema and of all below it: `Thread.created_at`, what it says, and its mark."""
    name = component(schema) or name
    if name in above:
        return
    schema = merged(schema)
    for choice in (*schema.get("oneOf", []), *schema.get("anyOf", [])):
        yield from fields(choice, name, above)
    if "items" in schema:
        yield from fields(schema["items"], name, above)
    for key, sub in schema.get("properties", {}).items():
        node = merged(sub)
        always = ", always there" if key in schema["required"] else ""
        yield f"{name}.{key}", f"{first(node)}{always}", mark_of(node)
        yield from fields(sub, f"{name}.{key}", (*above, name))


def component(schema: Node) -> str:
    """The name of the component that a schema refers to, itself or as the one that is not null."""
    if "$ref" in schema:
        found = str(schema["$ref"]).rpartition("/")[2]
        return found if merged(schema).get("properties") else ""
    return ""


def event_schema(event: Any) -> Node | None:
    """The schema of an event by its type, if the document knows it."""
    mapping = document()["components"]["schemas"]["StreamEvent"]["discriminator"]["mapping"]
    kind = event.get("type") if isinstance(event, dict) else None
    return {"$ref": mapping[kind]} if kind in mapping else None
