"""The reference page and the server's own `/docs`, in one browser that opens each page once."""

import json
import re
from pathlib import Path

import pytest

from tests.support.generator import source
from tests.support.world.browser import Browser, Page
from tests.support.world.swagger_page import authorize, try_out
from threads_server.testing import LocalServer
from tools.document import Operation, operations, resolve
from tools.publish.page import write_page
from tools.publish.samples import samples

OPERATIONS = operations()
PHONE = 390
DESKTOP = 1400
SHADES = ("light", "dark")
LANGUAGE_MENU = """[...document.querySelectorAll('button[aria-haspopup=menu]')].find(
    one => /^(curl|Python|TypeScript)( \\(events\\))?$/.test(one.innerText) && {after})"""
LANGUAGES = """[...document.querySelectorAll('[role=menuitem]')].filter(
    one => /^(curl|Python|TypeScript|Payload)/.test(one.innerText))"""
SAMPLES = samples(source.DOCUMENT, source.NAMES)


def test_docs_page_tries_every_operation_that_needs_no_id_at_the_first_click(browser: Browser, tmp_path: Path) -> None:
    """In the dark, since the page follows the system's choice; what is tried reaches the server that it came from."""
    with LocalServer(tmp_path / "threads.db") as server:
        own = server.url.removesuffix("/api")
        page = browser.open(f"{own}/docs", dark=True)
        page.wait_for(f"document.querySelectorAll('.opblock').length === {len(OPERATIONS)}")
        below = "Node.DOCUMENT_POSITION_FOLLOWING"
        first = (
            f"document.querySelector('.opblock').compareDocumentPosition(document.querySelector('.models')) & {below}"
        )
        assert page.evaluate(first), "operations come before schemas"
        assert page.evaluate("document.querySelectorAll('.model-container').length") == 0, "schemas are folded"
        text = colours(page, "color", "document.querySelector('.opblock-summary-path')")
        assert contrast(text, colours(page, "backgroundColor", "document.querySelector('.opblock')")) >= 4.5
        assert brightness(colours(page, "backgroundColor", "document.documentElement")) < 0.1

        authorize(page, server.api_key)
        tried = {one.id: try_out(page, one.node["tags"][0], one.id) for one in OPERATIONS.values() if needs_no_id(one)}
        assert len(tried) >= 4
        assert {name: shown for name, shown in tried.items() if not shown.startswith("200")} == {}
        assert '"assistant_id"' in tried["createAssistant"]
        assert [url for url in page.requests if not url.startswith((own, "data:"))] == []
        assert page.complaints == []
        page.close()  # Chromium slows down what is behind another page


@pytest.fixture(scope="module")
def pages(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Page]:
    """The reference page, opened at one of its addresses, by shade."""
    file = tmp_path_factory.mktemp("reference") / "index.html"
    write_page(source.DOCUMENT, file)
    address = f"file://{file}#/messages/sendmessage"
    pages = {shade: browser.open(address, width=DESKTOP, dark=shade == "dark") for shade in SHADES}
    for page in pages.values():
        page.wait_for("document.documentElement.className !== ''")
        page.wait_for("[...document.querySelectorAll('h1, h2')].some(h => h.innerText === 'Send message')")
    return pages


@pytest.fixture
def page(pages: dict[str, Page]) -> Page:
    return pages["light"]


@pytest.mark.parametrize("shade", SHADES)
def test_text_is_readable_in_both_shades(pages: dict[str, Page], shade: str) -> None:
    page = pages[shade]
    go_to(page, "getThread")
    text = colours(page, "color", "[...document.querySelectorAll('p')].find(p => p.innerText.startsWith('Returns'))")
    ground = colours(page, "backgroundColor", "document.querySelector('#redoc > *') ?? document.body")
    assert contrast(text, ground) >= 4.5, "WCAG's contrast for text"
    assert (brightness(ground) < brightness(text)) == (shade == "dark")


@pytest.mark.parametrize("shade", SHADES)
def test_page_fits_its_window_loads_nothing_from_outside_and_does_not_complain(
    pages: dict[str, Page], shade: str
) -> None:
    page = pages[shade]
    for width in (PHONE, DESKTOP):
        page.resize(width, 844)
        for operation in ("getThread", "sendMessage"):
            go_to(page, operation)
            page.wait_for(f"document.documentElement.scrollWidth <= {width}")
    assert [url for url in page.requests if not url.startswith(("file://", "data:"))] == []
    assert page.complaints == []


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
    page.press("Escape")
    page.wait_for("document.querySelector('[data-component-name=\"Search/SearchItem\"]') === null")


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=list(OPERATIONS))
def test_address_opens_its_operation_with_samples_and_server_note(page: Page, operation: Operation) -> None:
    heading = go_to(page, operation.id)
    following = f"({heading}.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_FOLLOWING)"
    menu = LANGUAGE_MENU.format(after=following)  # the page keeps other operations around this one
    shown = squeezed(page.evaluate("document.body.innerText"))
    assert f"{operation.method.upper()}{operation.path}" in shown
    assert squeezed(operation.node["description"])[:60] in shown
    assert squeezed(operation.node.get("x-server-note", ""))[:60] in shown
    page.wait_for(f"({menu}) !== undefined")
    page.evaluate(f"({menu}).click()")
    page.wait_for(f"({LANGUAGES}).length > 0")
    assert page.evaluate(f"({LANGUAGES}).map(one => one.innerText)") == [one.label for one in SAMPLES[operation.id]]
    page.evaluate(f"({LANGUAGES}).at(-1).click()")  # one choice shows that each works: they are of one list
    call = next(line for line in SAMPLES[operation.id][-1].source.splitlines() if "await backboard." in line)
    page.wait_for(f"document.body.innerText.replace(/\\s|`/g, '').includes({json.dumps(squeezed(call))})")
    page.wait_for(f"({LANGUAGES}).length === 0")
    assert page.complaints == []


def go_to(page: Page, operation: str) -> str:
    """Follow the address of an operation, and return the expression of its heading once it is in view."""
    page.evaluate(f"location.hash = '{address(OPERATIONS[operation])}'")
    summary = json.dumps(OPERATIONS[operation].node["summary"])
    heading = f"[...document.querySelectorAll('h1, h2')].find(h => h.innerText === {summary})"
    page.wait_for(f"(({heading})?.getBoundingClientRect().top ?? -1) >= 0")
    page.wait_for(f"({heading}).getBoundingClientRect().top < innerHeight")
    return heading


def needs_no_id(operation: Operation) -> bool:
    """Return whether neither the path nor what stands in the body names something that has to be there."""
    shown = [next(iter(body["examples"].values())) for body in list(operation.bodies.values())[:1]]
    body = resolve(shown[0])["value"] if shown else {}
    return "{" not in operation.path and not any(name.endswith("_id") for name in body)


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, as WCAG defines it."""
    lighter, darker = sorted((brightness(one), brightness(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def squeezed(text: str) -> str:
    """Return a text without spaces and marks of code, as a page may wrap it anywhere."""
    return re.sub(r"\s|`", "", text)


def address(operation: Operation) -> str:
    """Return where the reference page has an operation."""
    return f"#/{operation.node['tags'][0]}/{operation.id.lower()}"


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
