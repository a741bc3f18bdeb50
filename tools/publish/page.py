"""The reference page: one HTML file by Redoc that loads nothing from outside."""

import html
import json
import tempfile
from pathlib import Path

from generator.document import Document
from generator.names import read_names

from .redocly import redocly
from .samples import with_samples

POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; font-src data:"
"""What the browser may load for the page: what stands in it, and nothing else."""

MARK = "API docs by"
"""What stands in Redoc's footer, before its logo."""
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
        source.write_text(json.dumps(with_samples(document, read_names(document))))
        built = Path(folder) / "page.html"
        title = f"{document.title} {document.version}"
        redocly("build-docs", source, "--inlineBundle", "--title", title, "--output", built)
        target.write_text(_self_contained(built.read_text(), str(document.raw["info"]["summary"])))


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
