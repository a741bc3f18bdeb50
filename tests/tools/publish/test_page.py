"""The reference page and the server's own `/docs`, in a browser."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.support import source
from tests.support.browser import Browser, Page
from tests.tools.publish.test_published import DOCUMENT
from threads_server.testing import LocalServer
from tools.publish.samples import samples

OPERATIONS = {
    operation["operationId"]: (path, method, operation)
    for path, item in DOCUMENT["paths"].items()
    for method, operation in item.items()
    if "operationId" in operation
}
# One of each tag, and of each form of samples: with a query, two bodies, events always or on demand.
OPENED = ["createAssistant", "listThreads", "sendMessage", "submitToolOutputs", "streamRunEvents"]
PHONE = 390
LANGUAGE_MENU = """[...document.querySelectorAll('button[aria-haspopup=menu]')].find(
    one => /^(curl|Python|TypeScript)( \\(events\\))?$/.test(one.innerText) && {after})"""
LANGUAGES = """[...document.querySelectorAll('[role=menuitem]')].filter(
    one => /^(curl|Python|TypeScript|Payload)/.test(one.innerText))"""
TRY = """(() => {
    const operation = document.querySelector('#operations-assistants-createAssistant');
    const button = operation.querySelector('button.execute');
    if (button) button.click(); else operation.querySelector('.opblock-summary-control').click();
    return button !== null;
})()"""


@pytest.fixture(scope="module", params=["light", "dark"])
def shade(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def page(browser: Browser, published: Path, shade: str) -> Page:
    """The page, loaded once in each shade: the dark one as a phone loads it."""
    width = 1400 if shade == "light" else PHONE
    page = browser.open(f"file://{published}/index.html", width=width, height=844, dark=shade == "dark")
    page.wait_for("document.querySelector('h1, h2') !== null && document.documentElement.className !== ''")
    return page


@pytest.mark.parametrize("width", [1400, PHONE])
def test_page_fits_its_window_loads_nothing_from_outside_and_does_not_complain(page: Page, width: int) -> None:
    page.resize(width, 844)
    for place, shown in (
        ("/", "Persistent conversations"),
        ("/threads/getthread", "Returns the thread with its whole history"),
        ("/messages/sendmessage", "Send message"),
    ):
        page.go(f"#{place}")
        page.wait_for(f"document.body.innerText.includes('{shown}')")
        page.wait_for(f"document.documentElement.scrollWidth <= {width}")
    assert [url for url in page.requests if not url.startswith(("file://", "data:"))] == []
    assert page.complaints == []


def test_text_is_readable_in_both_shades(page: Page, shade: str) -> None:
    page.go("#/threads/getthread")
    page.wait_for("document.body.innerText.includes('Returns the thread with its whole history')")
    text = colours(page, "color", "[...document.querySelectorAll('p')].find(p => p.innerText.startsWith('Returns'))")
    ground = colours(page, "backgroundColor", "document.querySelector('#redoc > *') ?? document.body")
    lighter, darker = sorted((brightness(text), brightness(ground)), reverse=True)
    assert (lighter + 0.05) / (darker + 0.05) >= 4.5, "WCAG's contrast for text"
    assert (brightness(ground) < brightness(text)) == (shade == "dark")


@pytest.mark.parametrize("shade", ["light"], indirect=True)
@pytest.mark.parametrize("name", OPENED)
def test_address_opens_its_operation_with_samples_and_server_note(page: Page, name: str) -> None:
    path, method, operation = OPERATIONS[name]
    page.resize(1400, 844)
    page.go(address(operation))
    heading = f"[...document.querySelectorAll('h1, h2')].find(h => h.innerText === '{operation['summary']}')"
    page.wait_for(f"{heading} !== undefined")
    following = f"({heading}.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_FOLLOWING)"
    menu = LANGUAGE_MENU.format(after=following)  # the page keeps other operations around this one
    shown = squeezed(page.evaluate("document.body.innerText"))
    assert f"{method.upper()}{path}" in shown
    assert squeezed(operation["description"])[:60] in shown
    assert squeezed(operation.get("x-server-note", ""))[:60] in shown
    found = samples(source.DOCUMENT, source.NAMES)[name]
    for number, sample in enumerate(found):
        page.wait_for(f"({menu}) !== undefined")
        page.evaluate(f"({menu}).click()")
        page.wait_for(f"({LANGUAGES}).length > 0")
        labels = page.evaluate(f"({LANGUAGES}).map(one => one.innerText)")
        assert labels == [one.label for one in found]
        page.evaluate(f"({LANGUAGES})[{number}].click()")
        line = json.dumps(squeezed(sample.source.splitlines()[-2 if sample.lang == "Python" else 0].rstrip("\\")))
        page.wait_for(f"document.body.innerText.replace(/\\s|`/g, '').includes({line})")


@pytest.mark.parametrize("shade", ["light"], indirect=True)
def test_search_finds_threads(page: Page) -> None:
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


def test_docs_of_the_server_try_an_operation_out(browser: Browser, tmp_path: Path) -> None:
    """The server's own page, Swagger UI: it needs nothing from outside, and what is tried in it reaches the server."""
    with LocalServer(tmp_path / "threads.db") as server:
        own = server.url.removesuffix("/api")
        page = browser.open(f"{own}/docs")
        page.wait_for(f"document.querySelectorAll('.opblock').length === {len(OPERATIONS)}")

        page.evaluate("document.querySelector('button.authorize').click()")
        page.wait_for("document.querySelector('.auth-container input') !== null")
        page.evaluate("document.querySelector('.auth-container input').focus()")
        page.type(server.api_key)
        page.evaluate("document.querySelector('.auth-btn-wrapper .authorize').click()")
        page.evaluate("document.querySelector('.btn-done').click()")

        page.wait_for(TRY)
        page.wait_for("document.querySelector('.live-responses-table .response-col_status') !== null")
        answer = page.evaluate("document.querySelector('.live-responses-table').innerText")
        assert answer.split("\n")[1].startswith("200"), answer
        assert '"assistant_id"' in answer
        assert [url for url in page.requests if not url.startswith((own, "data:"))] == []
        assert page.complaints == []


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
