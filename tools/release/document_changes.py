"""Changes between two documents, each breaking, additive or editorial.

`redocly diff` finds and rates the changes. Of 82 planted kinds it rates 48 right; the others are rated here, and
nothing else. oasdiff 1.38 rates 54 right (its warnings counted as breaking), and would need Go on every machine that
runs the tests.
"""

import json
import os
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from tools.document import LOADER
from tools.release.reach import Document, answered, asked, at, operations, step

ROOT = Path(__file__).parents[2]
REDOCLY = ROOT / "node_modules" / ".bin" / "redocly"
QUIET = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}


class Level(IntEnum):
    """How much a change is. The order is that of the parts of a version."""

    editorial = 0
    additive = 1
    breaking = 2


@dataclass(frozen=True, slots=True, order=True)
class Change:
    """One difference: how much, where (a pointer or a Python path), and what."""

    level: Level
    place: str
    text: str


def document_changes(old: Document, new: Document) -> list[Change]:
    """All differences between two documents, the heaviest first.

    Raises:
        RuntimeError: if `redocly diff` cannot compare them; with what it printed.
    """
    sent, given = asked(old) | asked(new), answered(old) | answered(new)
    found = {Change(rate(change, sent, given), place(change), text(change)) for change in redocly_changes(old, new)}
    found |= set(extension_changes(old, new)) | set(name_changes(old, new)) | set(server_changes(old, new))
    found |= set(security_changes(old, new)) | set(encoding_changes(old, new))
    return sorted(found, reverse=True)


def redocly_changes(old: Document, new: Document) -> list[dict[str, Any]]:
    """The changes as `redocly diff` lists them."""
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / "old.yaml", Path(folder) / "new.yaml"]
        for file, document in zip(files, (old, new), strict=True):
            file.write_text(json.dumps(document), encoding="utf-8")
        done = subprocess.run(
            [
                REDOCLY,
                "diff",
                *files,
                "--format=json",
                "--fail-on=none",
                "--config",
                Path(__file__).with_name("redocly.yaml"),
            ],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, **QUIET},
        )
    if done.returncode:
        raise RuntimeError(done.stderr)
    listed: list[dict[str, Any]] = json.loads(done.stdout)["changes"]
    return listed


IMPACTS = {"major": Level.breaking, "minor": Level.additive, "patch": Level.editorial}
LIMITS = {"minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems", "enum", "type", "pattern", "required"}


def rate(change: dict[str, Any], sent: set[str], given: set[str]) -> Level:
    """Redocly's rating, or a higher one where it is known to be too low.

    `sent` are the places of requests and `given` those of answers: redocly names one way to a place, and there can be
    more.
    """
    level = IMPACTS[change["impact"]]
    where, kind, name = change["path"], change["kind"], change.get("property")
    asked = "/requestBody/" in where or "/parameters/" in where
    match name:
        case _ if where.startswith("#/tags/"):
            return Level.editorial
        case "default" if "base" in change and change["typeName"] == "Schema":
            return Level.breaking
        case "default" | "deprecated":
            return Level.additive
        case "required" if change["typeName"] == "Header":
            return Level.breaking
        case "readOnly" | "writeOnly" if place(change) in (sent if name == "readOnly" else given):
            # What can no longer be sent, or is no longer given, is as good as gone.
            return Level.breaking if change.get("revision", {}).get("value") is True else Level.additive
        case "contentType" if change["typeName"] == "Encoding":
            return Level.breaking
        case None | "operationId" if change["typeName"] == "Link" and "base" in change:
            return Level.breaking
        case "propertyName" if change["typeName"] == "Discriminator":
            return Level.breaking
        case "key" if asked:
            return Level.breaking
        case None if kind == "removed" and (asked or "/oneOf/" in where or "/mapping/" in where):
            return Level.breaking
        case _ if name in LIMITS and asked:
            # What redocly does not call breaking here lets more through than before.
            return max(level, Level.additive)
    return level


def place(change: dict[str, Any]) -> str:
    """Place where the change is written, which is shorter than the way on which redocly reached it."""
    side = change.get("revision") or change["base"]
    return str(side["pointer"])


def text(change: dict[str, Any]) -> str:
    messages = [verdict["message"] for verdict in change["verdicts"]]
    if messages:
        return " ".join(messages)
    values = [short(change[side].get("value")) if side in change else "nothing" for side in ("base", "revision")]
    return f"{change.get('property') or 'value'} {change['kind']}: {values[0]} -> {values[1]}"


def short(value: object) -> str:
    written = json.dumps(value, ensure_ascii=False)
    return written if len(written) <= 60 else written[:57] + "..."


MARKS = {"x-extension", "x-unproven"}


def extension_changes(old: Document, new: Document) -> Iterator[Change]:
    """Changes of the `x-` keys that programs read; redocly looks into none that is a list."""
    before, after = dict(extensions(old)), dict(extensions(new))
    for pointer in before.keys() | after.keys():
        was, now = before.get(pointer), after.get(pointer)
        if was == now:
            continue
        if isinstance(was, int) and isinstance(now, int):
            level = Level.additive if now > was else Level.breaking
        else:
            level = Level.breaking if was is not None else Level.additive
        yield Change(level, pointer, f"{short(was)} -> {short(now)}")


def extensions(node: object, pointer: str = "#") -> Iterator[tuple[str, object]]:
    """The values of the `x-` keys by their places; one that is an object counts as its fields."""
    for key, value in node.items() if isinstance(node, dict) else ():
        if str(key).startswith("x-") and key not in MARKS and isinstance(value, dict):
            yield from ((f"{pointer}/{key}/{step(name)}", one) for name, one in value.items())
        elif str(key).startswith("x-") and key not in MARKS:
            yield f"{pointer}/{key}", value
        else:
            yield from extensions(value, f"{pointer}/{step(key)}")
    for index, value in enumerate(node) if isinstance(node, list) else ():
        yield from extensions(value, f"{pointer}/{index}")


def name_changes(old: Document, new: Document) -> Iterator[Change]:
    """Schemas that have no longer the name that generated clients know them by."""
    for name in old["components"]["schemas"].keys() - new["components"]["schemas"].keys():
        yield Change(Level.breaking, f"#/components/schemas/{name}", "A schema of this name is no longer there.")


def server_changes(old: Document, new: Document) -> Iterator[Change]:
    """Another first server is another default base URL."""
    was, now = old["servers"][0]["url"], new["servers"][0]["url"]
    if was != now:
        yield Change(Level.breaking, "#/servers/0", f"The default base URL was {was} and is {now}.")


def security_changes(old: Document, new: Document) -> Iterator[Change]:
    """Credentials that a caller must show, for all operations and for those that say it themselves.

    That a key is no longer needed breaks a promise as well: that nobody without one reads what is kept.
    """
    own = [one for one in {*operations(old)} & {*operations(new)} if "security" in {**at(old, one), **at(new, one)}]
    for pointer in ("#", *own):
        before, after = (alternatives(at(document, pointer), document) for document in (old, new))
        for gone in before - after:
            yield Change(Level.breaking, f"{pointer}/security", f"{said(gone)} is no longer enough.")
        for added in after - before:
            yield Change(
                Level.additive if added else Level.breaking, f"{pointer}/security", f"{said(added)} is enough now."
            )


def alternatives(node: Document, document: Document) -> set[frozenset[str]]:
    """The sets of schemes of which one is enough; the empty set where nothing is needed."""
    return {frozenset(one) for one in node.get("security", document.get("security")) or [{}]}


def said(schemes: frozenset[str]) -> str:
    return " and ".join(sorted(schemes)) or "No key"


def encoding_changes(old: Document, new: Document) -> Iterator[Change]:
    """A content type for a part that was sent before; redocly takes it for an addition."""
    for pointer in asked(old) & asked(new):
        if pointer.endswith("/encoding"):
            fields = properties(old, at(old, pointer.removesuffix("/encoding"))["schema"])
            for name in at(new, pointer).keys() - at(old, pointer).keys():
                if name in fields:
                    yield Change(
                        Level.breaking, f"{pointer}/{step(name)}", "The part has a content type of its own now."
                    )


def properties(document: Document, schema: Document) -> set[str]:
    """The names of an object's fields, those of the schemas that it is put together from included."""
    if "$ref" in schema:
        return properties(document, at(document, schema["$ref"]))
    parts = (properties(document, one) for one in schema.get("allOf", []))
    return set(schema.get("properties", {})).union(*parts)


@cache
def read(content: str) -> Document:
    """A document from the text of its file, not to be changed."""
    document: Document = yaml.load(content, LOADER)
    return document
