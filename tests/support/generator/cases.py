"""Realistic additions to a document, `tests/generator/cases.json`, each made a document of its own or part of one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.support.generator.documents import JSON, Document, small_document

CASES: dict[str, Document] = json.loads((Path(__file__).parents[2] / "generator" / "cases.json").read_text("utf-8"))
REFUSED = {name: case for name, case in CASES.items() if "refused" in case}
ALONE = {name for name, case in CASES.items() if {"top", "components"} & set(case)} | {
    name for name, case in CASES.items() if "StreamEvent" in json.dumps(case)
}
"""Cases that say something of the document as a whole."""
TOGETHER = [name for name in CASES if name not in REFUSED and name not in ALONE]


def groups() -> list[list[str]]:
    """The cases that are not refused and say something of the whole, with others that say nothing of the same."""
    found: list[list[str]] = []
    for name in sorted(ALONE - REFUSED.keys()):
        whole = {*CASES[name].get("top", {}), *CASES[name].get("schemas", {})}
        for group in found:
            taken = {key for one in group for part in ("top", "schemas") for key in CASES[one].get(part, {})}
            if not {*whole, *taken} & {"openapi", "StreamEvent"} and not whole & taken:
                group.append(name)
                break
        else:
            found.append([name])
    return found


THING = {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}, "name": {"type": "string"}}}
ANSWER = {"200": {"description": "", "content": {JSON: {"schema": {"$ref": "#/components/schemas/Thing"}}}}}


def case_document(name: str) -> tuple[Document, Document]:
    """Return the document of one case, and its names."""
    case = CASES[name]
    document = small_document({"Thing": THING, **case.get("schemas", {})}, _filled(case["paths"]))
    for part, entries in case.get("components", {}).items():
        document["components"].setdefault(part, {}).update(entries)
    return {**document, **case.get("top", {})}, case.get("names", {})


def common_document(names: list[str]) -> Document:
    """Return one document with many cases: each with a path, a prefix of its schemas and an operationId of its own."""
    schemas: dict[str, Any] = {"Thing": THING}
    paths: dict[str, Any] = {}
    for number, name in enumerate(names):
        case = CASES[name]
        text = json.dumps({"paths": _filled(case["paths"]), "schemas": case.get("schemas", {})})
        for schema in case.get("schemas", {}):
            text = text.replace(f'"#/components/schemas/{schema}', f'"#/components/schemas/C{number}{schema}')
            text = text.replace(f'": "{schema}"', f'": "C{number}{schema}"')
        renamed = json.loads(text)
        schemas |= {f"C{number}{schema}": value for schema, value in renamed["schemas"].items()}
        for path, item in renamed["paths"].items():
            for described in (one for one in item.values() if isinstance(one, dict)):
                described["operationId"] = f"{name}_{described.get('operationId', '')}"
                described["tags"] = ["extras"]
            paths[f"/{name}{path}"] = item
    document = small_document(schemas, paths)
    for name in names:
        document |= CASES[name].get("top", {})
        for part, entries in CASES[name].get("components", {}).items():
            document["components"].setdefault(part, {}).update(entries)
    return document


def _filled(paths: Document) -> Document:
    """Return the paths of a case with what most operations have."""
    filled: Document = {}
    for path, item in paths.items():
        filled[path] = {
            method: {"tags": ["extras"], "responses": ANSWER, **described} if isinstance(described, dict) else described
            for method, described in item.items()
        }
    return filled
