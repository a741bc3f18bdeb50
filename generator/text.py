"""Texts of the document as Python source: sentences for docstrings, wrapped lines, literals."""

from __future__ import annotations

import re
import textwrap
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

WIDTH = 120
LONG_TEXT = 1000
"""Characters: a greater limit of a text is not worth a sentence."""
EXTENSION = "An extension to the hosted API."
VALUES = r"One of `[^`]*`(?:, `[^`]*`)*\.|`[^`]*` unless given\."
"""Pattern of the sentences that list values of a schema."""


def describe(schema: Mapping[str, Any], description: object = None) -> str:
    """Return a schema's description, limits, default and marks as sentences.

    `description` replaces the schema's own: that of a parameter, for example.
    """
    text = description if isinstance(description, str) else schema.get("description", "")
    parts = [_sentence(str(text)), *limits(schema)]
    if schema.get("deprecated") is True:
        parts.append("Deprecated.")
    if schema.get("x-extension") is True:
        parts.append(EXTENSION)
    return " ".join(part for part in parts if part)


def first_sentences(text: str, count: int = 1) -> str:
    """Return the first sentences of a text, on one line."""
    plain = " ".join(text.split())
    return " ".join(re.split(r"(?<=[^.]{2}[.!?]) (?=[A-Z`])", plain)[:count])


def limits(schema: Mapping[str, Any]) -> list[str]:
    """Return one sentence for each limit that a schema sets, and one for its default."""
    said = [
        _range(schema, "minLength", "maxLength", " characters") if schema.get("maxLength", 0) < LONG_TEXT else "",
        _range(schema, "minItems", "maxItems", " items"),
        _range(schema, "minimum", "maximum", ""),
    ]
    if schema.get("format") == "uuid":
        said.append("A UUID.")
    if "enum" in schema:
        said.append(f"One of {_listed(schema['enum'])}.")
    if "default" in schema:
        said.append(f"{_listed([schema['default']])} unless given.")
    return [sentence for sentence in said if sentence]


def docstring(text: str, indent: int = 0) -> str:
    """Return a text as a docstring literal for code that is `indent` spaces deep; an empty text gives no literal."""
    lines = [_escaped(line) for line in text.strip("\n").splitlines()]
    if not any(line.strip() for line in lines):
        return ""
    pad = " " * indent
    body = "\n".join(f"{pad}{line}".rstrip() if number else line for number, line in enumerate(lines))
    if len(lines) == 1 and len(body) + indent + 6 <= WIDTH and not body.endswith('"'):
        return f'"""{body}"""'
    return f'"""{body}\n{pad}"""'


def literal(text: str) -> str:
    """Return a text as a Python string literal, in double quotes, with everything escaped that cannot be seen."""
    escaped = (character if character.isprintable() else _code_point(character) for character in text)
    return '"' + "".join("\\" + one if one in {'"', "\\"} else one for one in escaped) + '"'


def _code_point(character: str) -> str:
    return f"\\U{ord(character):08x}" if ord(character) > 0xFFFF else f"\\u{ord(character):04x}"


def wrapped(text: str, indent: int = 0, hanging: int = 0) -> str:
    """Return a text in lines that fit into code `indent` spaces deep; paragraphs and list items keep their breaks."""
    width = WIDTH - indent - len('"""')
    done: list[str] = []
    for paragraph in _paragraphs(text):
        first = "" if not done else " " * hanging
        done += textwrap.wrap(
            paragraph,
            width,
            initial_indent=first,
            subsequent_indent=" " * hanging,
            break_long_words=False,
            break_on_hyphens=False,
        ) or [""]
    if len(done) == 1 and len(done[0]) > width - len('"""'):
        done = textwrap.wrap(done[0], width - len('"""'), subsequent_indent=" " * hanging, break_long_words=False)
    return "\n".join(done)


def _paragraphs(text: str) -> Iterable[str]:
    blocks = re.split(r"\n\s*\n", text.strip())
    for number, block in enumerate(blocks):
        if number:
            yield ""
        items = re.split(r"\n(?=\s*[-*] )", block)
        yield from (" ".join(item.split()) for item in items)


def _escaped(line: str) -> str:
    kept = "".join(character for character in line.expandtabs() if unicodedata.category(character) not in {"Cc", "Cs"})
    return kept.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')


def _sentence(text: str) -> str:
    text = text.strip()
    return text if not text or text[-1] in ".!?:" else f"{text}."


def _range(schema: Mapping[str, Any], least: str, most: str, unit: str) -> str:
    low, high = schema.get(least), schema.get(most)
    if low is not None and high is not None:
        return f"{low} to {high}{unit}."
    if high is not None:
        return f"At most {high}{unit}."
    if low is not None and low != 0:
        return f"At least {low}{unit}."
    return ""


def _listed(values: Iterable[object]) -> str:
    return ", ".join(f"`{_shown(value)}`" for value in values)


def _shown(value: object) -> str:
    """Return a value as texts show it: a text without quotes, unless it is empty."""
    if value is None:
        return "null"
    return str(value) or '""'
