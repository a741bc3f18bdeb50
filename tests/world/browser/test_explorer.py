"""The page at `/`, in a headless browser: what it loads, shows and does, on a testing server."""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import httpx
import pytest

from tests.support.world.browser import Browser, Page
from threads_server.testing import LocalServer

PHONE, SCREEN = 390, 1280
HOSTILE = (
    "<script>document.title = 'taken'</script>",
    "<img src=x onerror=\"document.title = 'taken'\">",
    "\u202egnp.exe\u2066",
    "long " * 200_000,
)
SHOWN_CHARACTERS = 20_000


@pytest.fixture(scope="module")
def running() -> Iterator[LocalServer]:
    with LocalServer(in_process=True) as server:
        yield server


@pytest.fixture
def server(running: LocalServer) -> LocalServer:
    running.reset()
    return running


def address(server: LocalServer) -> str:
    return server.url.removesuffix("api")


def click(page: Page, selector: str, text: str = "") -> None:
    """Click the first element of a selector with such a text, once there is one."""
    found = f"[...document.querySelectorAll({selector!r})].find(one => one.textContent.includes({json.dumps(text)}))"
    page.wait_for(f"{found} !== undefined && !{found}.disabled")
    page.evaluate(f"{found}.click()")


def write(page: Page, selector: str, text: str) -> None:
    page.evaluate(f"document.querySelector({selector!r}).focus()")
    page.type(text)


def opened(browser: Browser, server: LocalServer, **options: Any) -> Page:
    page = browser.open(address(server), **options)
    write(page, "#key", server.api_key)
    click(page, "#key-dialog button")
    page.wait_for("!document.querySelector('#key-dialog').open")
    return page


def articles(page: Page) -> list[str]:
    found: list[str] = page.evaluate("[...document.querySelectorAll('article .content')].map(one => one.textContent)")
    return found


def wait_for_articles(page: Page, count: int) -> None:
    page.wait_for(
        f"document.querySelectorAll('article').length === {count} && !document.querySelector('#send').disabled"
    )


def test_page_is_a_client_with_a_key_of_its_tab(browser: Browser, server: LocalServer) -> None:
    page = browser.open(address(server))
    write(page, "#key", "wrong")
    click(page, "#key-dialog button")
    page.wait_for("document.querySelector('#key-error').textContent.includes('opens no account')")
    assert page.evaluate("document.querySelector('#notice').hidden")
    write(page, "#key", server.api_key)
    click(page, "#key-dialog button")
    click(page, "#add-assistant")
    write(page, "#name", "Guide")
    click(page, "#name-dialog button")
    click(page, "#assistants li button", "Guide")  # chosen already: chosen no more
    click(page, "#add-thread")
    page.wait_for("!document.querySelector('#composer').hidden")

    write(page, "#content", "  ")
    click(page, "#send")  # nothing to send
    page.evaluate("document.querySelector('#content').value = ''")
    server.reply(["It is ", "sunny."], reasoning="Look outside.")
    write(page, "#content", "The weather?")
    click(page, "#send")
    wait_for_articles(page, 2)
    assert articles(page) == ["The weather?", "Look outside.", "It is sunny."]

    server.reply("So far", error="The model is away")
    write(page, "#content", "And now?")
    click(page, "#send")
    page.wait_for("document.querySelector('article.failed .error')?.textContent === 'The model is away'")

    server.reply(tool_calls=[{"name": "weather", "arguments": {"city": "Oslo"}}])
    server.reply("12 degrees.")
    write(page, "#content", "In Oslo?")
    click(page, "#send")
    page.wait_for("document.querySelector('.outputs textarea') !== null")
    assert '"city": "Oslo"' in page.evaluate("document.querySelector('.call pre').textContent")
    write(page, ".outputs textarea", "12")
    click(page, ".outputs button", "Submit")
    page.wait_for("[...document.querySelectorAll('article.tool')].length === 1")
    wait_for_articles(page, 8)
    assert articles(page)[-1] == "12 degrees."

    server.reply("never", hold=True)
    write(page, "#content", "Wait")
    click(page, "#send")
    page.wait_for("!document.querySelector('#cancel').hidden && document.querySelectorAll('article').length === 10")
    click(page, "#cancel")
    page.wait_for("document.querySelectorAll('article')[9].textContent.includes('CANCELLED')")

    click(page, "#actions button", "curl")
    command = page.evaluate("document.querySelector('#text').textContent")
    assert "X-API-Key: $BACKBOARD_API_KEY" in command
    assert server.threads[0]["thread_id"] in command
    assert server.api_key not in command
    click(page, "#text-dialog .primary")
    click(page, "article button", "JSON")
    assert json.loads(page.evaluate("document.querySelector('#text').textContent"))["content"] == "The weather?"
    click(page, "#text-dialog .primary")
    for words in ("Delete", "Really delete"):
        click(page, "#actions button", words)
    page.wait_for("document.querySelector('#threads').textContent === 'None yet.'")
    assert server.threads == []
    # the 401 of the wrong key is all that the browser complains about
    assert all("401" in complaint for complaint in page.complaints)
    assert {url.rpartition(":")[0] for url in page.requests} == {"http://127.0.0.1"}


def test_assistants_beyond_the_newest_hundred(browser: Browser, server: LocalServer) -> None:
    with httpx.Client(base_url=server.url, headers={"X-API-Key": server.api_key}, timeout=600) as http:
        oldest = http.post("/assistants", json={"name": "Oldest", "system_prompt": "Be old."}).json()["assistant_id"]
        http.post(f"/assistants/{oldest}/threads", json={})
        for number in range(100):
            http.post("/assistants", json={"name": f"Assistant {number}"})
    page = opened(browser, server)
    click(page, "#threads li button", "0 messages · Oldest")
    page.wait_for("document.querySelector('#facts').textContent.startsWith('Oldest · 0 messages · ')")
    write(page, "#search", "Oldest")
    page.wait_for("document.querySelector('#assistants').textContent === 'Nothing found in what is loaded.'")
    click(page, "#more-assistants")
    click(page, "#assistants li button", "Oldest")
    page.wait_for("document.querySelector('article .content')?.textContent === 'Be old.'")
    page.wait_for("document.querySelector('#threads-of').textContent === 'Threads of Oldest'")
    click(page, "#all-threads")
    page.wait_for("document.querySelector('#threads-of').textContent === 'Threads'")


def test_curl_is_the_request_that_send_makes(browser: Browser, server: LocalServer) -> None:
    with httpx.Client(base_url=server.url, headers={"X-API-Key": server.api_key}, timeout=600) as http:
        path = f"threads/{http.post('/threads/messages', json={'content': 'Hello'}).json()['thread_id']}/messages"
    page = opened(browser, server)
    click(page, "#threads li button", "Hello")
    wait_for_articles(page, 2)
    write(page, "#content", "It's @home")
    head = f"""curl -N '{server.url}/{path}' \\\n  -H "X-API-Key: $BACKBOARD_API_KEY" \\\n"""
    click(page, "#copy-send")
    shown = "document.querySelector('#text').textContent"
    body = """-d '{"content":"It'\\''s @home","stream":true}'"""
    assert page.evaluate(shown) == f"{head}  -H 'Content-Type: application/json' \\\n  {body}"
    page.evaluate(
        "(() => { const chosen = new DataTransfer(); chosen.items.add(new File(['x'], 'a \"b\".txt'));"
        " document.querySelector('#files').files = chosen.files; })()"
    )
    click(page, "#copy-send")
    form = ["--form-string 'content=It'\\''s @home'", "--form-string 'stream=true'", """-F 'files=@"a \\"b\\".txt"'"""]
    assert page.evaluate(shown) == head + " \\\n".join(f"  {line}" for line in form)


def test_error_of_the_server_is_shown(browser: Browser, server: LocalServer) -> None:
    with httpx.Client(base_url=server.url, headers={"X-API-Key": server.api_key}, timeout=600) as http:
        http.post("/threads/messages", json={"content": "Hello"}).raise_for_status()
    page = opened(browser, server)
    click(page, "#threads li button", "Hello")
    wait_for_articles(page, 2)
    for prepare, words in (
        (lambda: server.fail("sendMessage", 503, detail="Away for lunch"), "503: Away for lunch"),
        (lambda: server.cut("sendMessage", event=3), "does not answer"),
        (lambda: server.drop("sendMessage", times=None), "does not answer"),  # a browser tries again by itself
    ):
        prepare()
        write(page, "#content", "Again")
        click(page, "#send")
        page.wait_for(f"document.querySelector('#notice').textContent.includes({words!r})")
        page.evaluate("document.querySelector('#notice').textContent = ''")
        page.evaluate("document.querySelector('#content').value = ''")
    server.reset()
    server.cut("sendMessage", event=3)
    server.fail("getThread", 503, detail="Away for lunch")  # what is stored cannot be shown either
    write(page, "#content", "Again")
    click(page, "#send")
    page.wait_for("document.querySelector('#notice').textContent.includes('503')")
    shown = page.evaluate("document.querySelector('#messages').textContent")
    assert "broken off" in shown
    assert "Whether this was stored is not known." in shown


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [PHONE, SCREEN])
def test_hostile_texts_are_shown_as_texts(browser: Browser, server: LocalServer, width: int, dark: bool) -> None:
    with httpx.Client(base_url=server.url, headers={"X-API-Key": server.api_key}, timeout=600) as http:
        assistant = http.post("/assistants", json={"name": HOSTILE[0]}).json()["assistant_id"]
        thread = http.post(f"/assistants/{assistant}/threads", json={}).json()["thread_id"]
        for text in HOSTILE:
            server.reply(text)
            name = f"{text[:40]}.txt"
            http.post(f"/threads/{thread}/messages", data={"content": text}, files={"files": (name, b"")})
    page = opened(browser, server, width=width, dark=dark)
    write(page, "#search", "script")
    click(page, "#threads li button", "<script>")
    wait_for_articles(page, 2 * len(HOSTILE))
    texts = [text.translate({0x202E: "\\u202e", 0x2066: "\\u2066"}) for text in HOSTILE]
    assert articles(page) == [text[:SHOWN_CHARACTERS] for text in texts for _ in range(2)]
    assert page.evaluate("document.title") == "Backboard Threads"
    assert page.evaluate("document.querySelectorAll('main script, main img, #side img').length") == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.complaints == []
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (ground == "rgb(255, 255, 255)") != dark
    click(page, "article .all")
    assert articles(page)[-2] == texts[-1]


class Prefixed(BaseHTTPRequestHandler):
    """A proxy that has the server under /threads/."""

    target = ""

    def do_GET(self) -> None:
        headers = {name: value for name, value in self.headers.items() if name.lower() == "x-api-key"}
        path = self.path.removeprefix("/threads/")
        try:
            with urllib.request.urlopen(urllib.request.Request(self.target + path, headers=headers)) as answer:
                body, kind = answer.read(), answer.headers["content-type"]
        except urllib.error.HTTPError as error:
            self.send_error(error.code)
            return
        self.send_response(200 if self.path.startswith("/threads/") else 404)
        self.send_header("Content-Type", kind)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: Any) -> None:
        pass


def test_page_works_under_a_prefix(browser: Browser, server: LocalServer) -> None:
    with httpx.Client(base_url=server.url, headers={"X-API-Key": server.api_key}, timeout=600) as http:
        http.post("/threads/messages", json={"content": "Behind a proxy"}).raise_for_status()
    handler = type("Handler", (Prefixed,), {"target": address(server)})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as proxy:
        thread = Thread(target=proxy.serve_forever)
        thread.start()
        try:
            page = browser.open(f"http://127.0.0.1:{proxy.server_port}/threads/")
            write(page, "#key", server.api_key)
            click(page, "#key-dialog button")
            click(page, "#threads li button", "Behind a proxy")
            wait_for_articles(page, 2)
            assert page.complaints == []
        finally:
            proxy.shutdown()
            thread.join()
