"""The documented facts, and what a server's answers say of each."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tools.conformance.secret import Secret
from tools.document import Node, Operation, document, merged, operations, resolve

HOLDS, DOES_NOT, NOT_ASKED = "holds", "does not hold", "could not be asked"
MARKS = ("x-extension", "x-unproven")
SENTENCES = "sentences"
UNSEEN = "no answer showed it"
OWN_SERVER_ONLY = {429: "only a caller who is a nuisance sees it", 503: "it cannot be brought about from outside"}
"""Statuses that nobody brings about on a stranger's server, and why."""
LONGEST_REASON = 200
# What is longer is cut before the key is looked for, so that an endless answer takes no endless time.
LONGEST_READ = 4000


class NotAsked(Exception):
    """A question that cannot be put to this server, with the reason."""


@dataclass(slots=True)
class Fact:
    """One documented fact: what it is of, its name, what it says, whether it is marked, and how it stands."""

    subject: str
    name: str
    text: str
    mark: str = ""
    verdict: str = NOT_ASKED
    reason: str = UNSEEN


class Results:
    """All facts by name. One answer against a fact outweighs any number for it.

    Whatever a server said passes through `told` before it is noted here, so that no report has the key to show.

    Attributes:
        left: what was made and could not be deleted, with the reasons.
        is_interrupted: whether somebody stopped the questions.
    """

    def __init__(self, secret: Secret) -> None:
        self.facts: dict[str, Fact] = {}
        self.left: list[str] = []
        self.is_interrupted = False
        self._secret = secret

    def add(self, name: str, text: str, mark: str = "", *, subject: str) -> None:
        self.facts.setdefault(name, Fact(subject, name, text, mark))

    def holds(self, name: str) -> None:
        fact = self.facts[name]
        if fact.verdict == NOT_ASKED:
            fact.verdict, fact.reason = HOLDS, ""

    def does_not(self, name: str, reason: str) -> None:
        fact = self.facts[name]
        if fact.verdict != DOES_NOT:
            fact.verdict, fact.reason = DOES_NOT, self.redacted(reason)

    def not_asked(self, name: str, reason: str) -> None:
        fact = self.facts[name]
        if fact.verdict == NOT_ASKED:
            fact.reason = self.redacted(reason)

    def check(self, name: str, is_so: bool, reason: str) -> None:
        if is_so:
            self.holds(name)
        else:
            self.does_not(name, reason)

    def interrupt(self, reason: str) -> None:
        """Record that no further question is asked."""
        self.is_interrupted = True
        for name in [fact.name for fact in self.those(NOT_ASKED) if fact.reason == UNSEEN]:
            self.not_asked(name, reason)

    def leave(self, text: str) -> None:
        """Record a resource that is left behind."""
        if (line := self.redacted(text)) not in self.left:
            self.left.append(line)

    def those(self, verdict: str) -> list[Fact]:
        return [fact for fact in self.facts.values() if fact.verdict == verdict]

    def redacted(self, text: str) -> str:
        """Text from outside made printable: one short line without the key."""
        line = " ".join(text[:LONGEST_READ].split())
        printable = "".join(one if one.isprintable() else "?" for one in line)
        return self._secret.hide(printable)[:LONGEST_REASON]


def mark_of(*nodes: Node) -> str:
    return next((mark for node in nodes for mark in MARKS if node.get(mark)), "")


def documented(secret: Secret) -> Results:
    """Every fact of the document that an answer can show; limits and sentences come with their questions."""
    results = Results(secret)
    for operation in operations().values():
        own = mark_of(operation.node)
        results.add(
            f"{operation.id}: statuses",
            f"{operation.id} answers documented statuses only",
            own,
            subject=operation.id,
        )
        results.add(
            f"{operation.id}: headers",
            f"{operation.id} sends documented headers only, of those that this API has",
            own or "x-extension",
            subject=operation.id,
        )
        for status in operation.responses:
            for name, text, mark in answer_facts(operation, status):
                results.add(name, text, mark, subject=operation.id)
    for schema in field_schemas():
        for name, text, mark in fields(schema):
            results.add(name, text, mark, subject=name.partition(".")[0])
    return results


def answer_facts(operation: Operation, status: str) -> Iterator[tuple[str, str, str]]:
    """Facts of a whole response: name, text and mark of each."""
    response = operation.responses[status]
    mark = mark_of(operation.node, response)
    name = f"{operation.id}: {status}"
    yield name, f"{operation.id} answers {status}: {first(response)}", mark
    for header, node in response.get("headers", {}).items():
        declared = resolve(node)
        yield f"{name} {header}", f"{header}: {first(declared)}", mark_of(declared) or mark
    for media_type in response.get("content", {}):
        yield f"{name} {media_type}", f"an answer {status} can be {media_type}", mark


def field_schemas() -> Iterator[Node]:
    """The schemas whose fields an answer can show."""
    for operation in operations().values():
        for response in operation.responses.values():
            if "application/json" in response.get("content", {}):
                yield response["content"]["application/json"]["schema"]
    yield {"$ref": "#/components/schemas/StreamEvent"}


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
    return {"$ref": mapping[kind]} if isinstance(kind, str) and kind in mapping else None
