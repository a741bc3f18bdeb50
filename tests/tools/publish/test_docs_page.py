"""The server's own `/docs`, in a browser: it needs nothing from outside, and what is tried in it reaches the server."""

from pathlib import Path

from tests.support.browser import Browser
from tests.tools.publish.test_page import OPERATIONS
from threads_server.testing import LocalServer

TRY = """(() => {
    const operation = document.querySelector('#operations-assistants-createAssistant');
    const button = operation.querySelector('button.execute');
    if (button) button.click(); else operation.querySelector('.opblock-summary-control').click();
    return button !== null;
})()"""


def test_trying_it_out_works(browser: Browser, tmp_path: Path) -> None:
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
