"""Which operations of a document the client can have, and why not the others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from .client.names import NameTable
from .document.document import Document, Operation, UnusableDocument
from .project import parse


@dataclass(frozen=True)
class Verdict:
    """An operation with the reason for which it is refused, if it is, and the places that are read as `Any`."""

    operation: Operation
    reason: str
    notes: tuple[str, ...] = ()


def judge(document: Document, table: NameTable) -> list[Verdict]:
    """Return the verdict on each operation, as if it were the only one of its document."""
    return [_verdict(document, table, operation) for operation in document.operations]


def _verdict(document: Document, table: NameTable, operation: Operation) -> Verdict:
    names = table.operations[operation.id]
    alone = replace(table, operations={operation.id: names}, resources=(names.resource,))
    try:
        client = parse(document.only({operation.id}), alone, Path("never-written"))
    except UnusableDocument as error:
        return Verdict(operation, str(error).removeprefix(f"{operation}: "))
    except RecursionError:
        return Verdict(operation, "nested too deeply")
    return Verdict(operation, "", tuple(client.catalogue.shapes.notes))


def table_of(verdicts: list[Verdict], names: NameTable) -> Iterator[str]:
    """Yield the lines of a report: each operation with its methods, or with the reason; then a sum."""
    width = max((len(verdict.operation.id) for verdict in verdicts), default=0)
    for verdict in verdicts:
        one = names.operations[verdict.operation.id]
        methods = ", ".join(f"{one.resource}.{method}" for method in one.methods)
        place = f"{verdict.operation.method.upper()} {verdict.operation.path}"
        shown = f"refused: {verdict.reason}" if verdict.reason else f"accepted: {methods}"
        yield f"{verdict.operation.id:{width}}  {place}  {shown}"
        yield from (f"{'':{width}}  note: {note}" for note in dict.fromkeys(verdict.notes))
    accepted = sum(not verdict.reason for verdict in verdicts)
    yield f"{accepted} of {len(verdicts)} operations accepted."
