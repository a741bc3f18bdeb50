"""Mutations of the store's SQL and of the JSON made from rows."""

import ast
import re
from collections.abc import Iterator

from tools.mutation.source import Change, Found, Mutator, Source, wire_names


def order_reversed(source: Source) -> Found:
    for node, text, start in _sql(source):
        for match in re.finditer(r" DESC\b", text):
            yield node, Change(start + match.start(), start + match.end(), " ASC"), "DESC is ASC"
        for match in re.finditer(r"ORDER BY [\w.]+(?! DESC)\b(?=[\"')])", text):
            yield node, Change(start + match.end(), start + match.end(), " DESC"), "the order is turned"


def account_forgotten(source: Source) -> Found:
    for node, text, start in _sql(source):
        for match in re.finditer(r"\baccount_id = \?", text):
            yield node, Change(start + match.start(), start + match.end(), "(account_id = ? OR 1 = 1)"), "any account"


def rows_forgotten(source: Source) -> Found:
    for node, text, start in _sql(source):
        for match in re.finditer(r"\b(DELETE FROM|UPDATE) \w+", text):
            where = text.find("WHERE", match.end())
            if where > 0:
                yield node, Change(start + where + 5, start + where + 5, " 1 = 0 AND"), f"{match[0]} does nothing"


def _sql(source: Source) -> Iterator[tuple[ast.expr, str, int]]:
    """Literals that contain SQL, with their source text and start."""
    for node in source.walk:
        if isinstance(node, ast.Constant | ast.JoinedStr) and re.search(
            r"\b(SELECT|UPDATE|DELETE|INSERT)\b", source.of(node)
        ):
            if isinstance(node, ast.Constant) and not isinstance(node.value, str):
                continue
            if isinstance(node, ast.Constant) and not source.of(node).startswith(('"', "'", "(")):
                continue  # a piece of an f-string, which has no place of its own
            yield node, source.of(node), source.span(node)[0]


# Columns that hold more than one field of the wire.
WHOLE = {"body", "metadata", "lines"}


def stored_but_not_returned(source: Source) -> Found:
    """Leave out a column when rows are read or turned into JSON."""
    names = wire_names() | WHOLE
    for node, text, start in _sql(source):
        for columns in re.finditer(r"\bSELECT ([^()]*?)\s?FROM\b", text):
            for match in re.finditer(r"(?:\b\w+\.)?\b(\w+)\b", columns[1]):
                if match[1] in names:
                    at = start + columns.start(1)
                    yield node, Change(at + match.start(), at + match.end(), "NULL"), f"{match[0]} is not read"
    for written in source.walk:
        if isinstance(written, ast.JoinedStr):
            at, _ = source.span(written)
            for match in re.finditer(r'"(\w+)":("?\[?\{[^{}]+\}\]?"?)', source.of(written)):
                if match[1] in names:
                    yield written, Change(at + match.start(2), at + match.end(2), "null"), f"{match[1]} is not written"


MUTATORS: tuple[Mutator, ...] = (order_reversed, account_forgotten, rows_forgotten, stored_but_not_returned)
