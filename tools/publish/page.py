"""The reference page: one HTML file by Redoc that loads nothing from outside."""

import html
import json
import tempfile
from pathlib import Path
from typing import Any

from generator.client.names import read_names
from generator.document.document import Document

from .redocly import redocly
from .samples import with_samples

POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; font-src data:"
"""Content security policy of the page: nothing outside it is loaded."""

NOTE = "x-server-note"
"""Note about the reference server, beside a description."""

MARK = "API docs by"
"""Text of Redoc's footer, before its logo."""
LOGOS = ("https://cdn.redoc.ly/redoc/logo-mini-full.svg", "https://cdn.redoc.ly/redoc/logo-mini.svg")
"""The two pictures that Redoc's footer would fetch; its name stands there instead, and the link stays."""
NO_PICTURE = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' width='1' height='1'/%3E"


class UnexpectedPage(Exception):
    """Redoc's page is not the one that this module knows how to make self-contained; another version perhaps."""


def write_page(document: Document, target: Path) -> None:
    """Write the reference page of a document, with code samples.

    Raises:
        RedoclyFailed: if Redoc does not build it.
        UnexpectedPage: if Redoc's page has changed.
    """
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "openapi.json"
        shown = with_samples(document, read_names(document))
        source.write_text(json.dumps(with_notes(shown)))
        config = Path(folder) / "redocly.yaml"
        config.write_text(json.dumps({"openapi": {"codeSamples": {"languages": _languages(shown)}}}))
        built = Path(folder) / "page.html"
        title = f"{document.title} {document.version}"
        redocly("build-docs", source, "--config", config, "--inlineBundle", "--title", title, "--output", built)
        target.write_text(_self_contained(built.read_text(), str(document.raw["info"]["summary"])))


def _languages(document: dict[str, Any]) -> list[dict[str, str]]:
    """Return the languages of all samples: Redoc shows only those that it is told of."""
    operations = [one for item in document["paths"].values() for one in item.values() if isinstance(one, dict)]
    samples = [sample for one in operations for sample in one.get("x-codeSamples", [])]
    return [{"lang": lang, "label": label} for lang, label in dict.fromkeys((s["lang"], s["label"]) for s in samples)]


def with_notes(node: Any) -> Any:
    """Return a document whose descriptions end with what `x-server-note` says of the reference server."""
    if isinstance(node, list):
        return [with_notes(one) for one in node]
    if not isinstance(node, dict):
        return node
    shown = {name: with_notes(value) for name, value in node.items() if name != NOTE}
    if isinstance(node.get(NOTE), str):
        parts = (str(node.get("description", "")).strip(), f"_Reference server_: {node[NOTE].strip()}")
        shown["description"] = "\n\n".join(part for part in parts if part)
    return shown


def _self_contained(page: str, summary: str) -> str:
    for logo in LOGOS:
        if page.count(logo) != 1:
            raise UnexpectedPage(f"{logo} stands {page.count(logo)} times in the page, not once")
        page = page.replace(logo, NO_PICTURE)
    page = page.replace(MARK, "Docs by Redocly")
    head = f'<head>\n  <meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
    head += f'  <meta name="description" content="{html.escape(summary)}">'
    if not page.startswith('<!DOCTYPE html>\n<html lang="en">\n\n<head>'):
        raise UnexpectedPage("the page does not begin with its head")
    return page.replace("<head>", head, 1)
