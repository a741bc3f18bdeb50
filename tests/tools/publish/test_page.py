"""The reference page, in a browser."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from generator.document import Document
from generator.names import read_names
from tests.support.browser import Browser, Page
from tests.tools.publish.conftest import ROOT
from tests.tools.publish.test_published import DOCUMENT
from tools.publish.samples import samples

OPERATIONS = [
    (path, method, operation)
    for path, item in DOCUMENT["paths"].items()
    for method, operation in item.items()
    if "operationId" in operation
]
PHONE = 390
LANGUAGE_MENU = """[...document.querySelectorAll('button[aria-haspopup=menu]')].find(
    one => /^(curl|Python|TypeScript)( \\(events\\))?$/.test(one.innerText) && {after})"""
LANGUAGES = """[...document.querySelectorAll('[role=menuitem]')].filter(
    one => /^(curl|Python|TypeScript|Payload)/.test(one.innerText))"""
SOURCE = Document.at(ROOT / "openapi.yaml")
SAMPLES = samples(SOURCE, read_names(SOURCE))


@pytest.fixture(scope="module", params=["light", "dark"])
def shade(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def at(browser: Browser, published: Path, place: str = "", *, width: int = 1400, shade: str = "light") -> Page:
    page = browser.open(f"file://{published}/index.html{place}", width=width, height=844, dark=shade == "dark")
    page.wait_for("document.querySelector('h1, h2') !== null && document.documentElement.className !== ''")
    return page


@pytest.mark.parametrize("width", [1400, PHONE])
def test_nothing_is_loaded_from_outside_and_nothing_complains(
    browser: Browser, published: Path, width: int, shade: str
) -> None:
    page = at(browser, published, "#/messages/sendmessage", width=width, shade=shade)
    page.wait_for("document.body.innerText.includes('Send message')")
    assert [url for url in page.requests if not url.startswith(("file://", "data:"))] == []
    assert page.complaints == []


def test_it_is_readable_in_both_shades(browser: Browser, published: Path, shade: str) -> None:
    page = at(browser, published, "#/threads/getthread", shade=shade)
    page.wait_for("document.body.innerText.includes('Returns the thread with its whole history')")
    text = colours(page, "color", "[...document.querySelectorAll('p')].find(p => p.innerText.startsWith('Returns'))")
    ground = colours(page, "backgroundColor", "document.querySelector('#redoc > *') ?? document.body")
    lighter, darker = sorted((brightness(text), brightness(ground)), reverse=True)
    assert (lighter + 0.05) / (darker + 0.05) >= 4.5, "WCAG's contrast for text"
    assert (brightness(ground) < brightness(text)) == (shade == "dark")


def test_it_fits_a_phone(browser: Browser, published: Path, shade: str) -> None:
    for place in ("", "#/threads/getthread", "#/messages/sendmessage"):
        page = at(browser, published, place, width=PHONE, shade=shade)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE


def test_search_finds_threads(browser: Browser, published: Path) -> None:
    page = at(browser, published)
    # a click before the page listens does nothing: it is repeated until the field is there
    icon = "document.querySelector('[data-component-name*=SearchIcon]')"
    page.wait_for(f"document.querySelector('input') !== null || ({icon}?.closest('button, div').click(), false)")
    page.wait_for("(document.querySelector('input').focus(), document.activeElement.matches('input'))")
    page.type("thread")
    page.wait_for("document.querySelectorAll('[data-component-name=\"Search/SearchItem\"]').length > 5")
    found = page.evaluate(
        "[...document.querySelectorAll('[data-component-name=\"Search/SearchItem\"]')].map(item => item.innerText)"
    )
    assert any("/threads/{thread_id}\nGet thread" in text for text in found)


@pytest.mark.parametrize(
    ("path", "method", "operation"), OPERATIONS, ids=[one["operationId"] for _, _, one in OPERATIONS]
)
def test_address_opens_its_operation_with_samples_and_server_note(
    browser: Browser, published: Path, path: str, method: str, operation: dict[str, Any]
) -> None:
    page = at(browser, published, address(operation))
    heading = f"[...document.querySelectorAll('h1, h2')].find(h => h.innerText === '{operation['summary']}')"
    page.wait_for(f"{heading} !== undefined")
    following = f"({heading}.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_FOLLOWING)"
    menu = LANGUAGE_MENU.format(after=following)  # the page keeps other operations around this one
    shown = squeezed(page.evaluate("document.body.innerText"))
    assert f"{method.upper()}{path}" in shown
    assert squeezed(operation["description"])[:60] in shown
    assert squeezed(operation.get("x-server-note", ""))[:60] in shown
    for number, sample in enumerate(SAMPLES[operation["operationId"]]):
        page.wait_for(f"({menu}) !== undefined")
        page.evaluate(f"({menu}).click()")
        page.wait_for(f"({LANGUAGES}).length > 0")
        labels = page.evaluate(f"({LANGUAGES}).map(one => one.innerText)")
        assert labels == [one.label for one in SAMPLES[operation["operationId"]]]
        page.evaluate(f"({LANGUAGES})[{number}].click()")
        line = json.dumps(squeezed(sample.source.splitlines()[-2 if sample.lang == "Python" else 0].rstrip("\\")))
        page.wait_for(f"document.body.innerText.replace(/\\s|`/g, '').includes({line})")


def squeezed(text: str) -> str:
    """Return a text without spaces and marks of code, as a page may wrap it anywhere."""
    return re.sub(r"\s|`", "", text)


def address(operation: dict[str, Any]) -> str:
    """Where the page has an operation."""
    return f"#/{operation['tags'][0]}/{operation['operationId'].lower()}"


def colours(page: Page, property: str, element: str) -> str:
    """The colour of an element, or of the nearest one around it that has one."""
    return str(
        page.evaluate(
            f"""(() => {{
                for (let node = {element}; node; node = node.parentElement) {{
                    const colour = getComputedStyle(node).{property};
                    if (colour !== 'rgba(0, 0, 0, 0)') return colour;
                }}
                return 'rgb(255, 255, 255)';
            }})()"""
        )
    )


def brightness(colour: str) -> float:
    """The relative luminance of `rgb(...)`, as WCAG defines it."""
    parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
