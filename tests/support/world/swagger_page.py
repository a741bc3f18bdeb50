"""The server's `/docs` page in a browser: giving the key, trying operations."""

from tests.support.world.browser import Page


def authorize(page: Page, api_key: str) -> None:
    """Give the page a key, in its dialog."""
    page.wait_for("document.querySelector('button.authorize') !== null")
    page.evaluate("document.querySelector('button.authorize').click()")
    page.wait_for("document.querySelector('.auth-container input') !== null")
    page.evaluate("document.querySelector('.auth-container input').focus()")
    page.type(api_key)
    page.evaluate("document.querySelector('.auth-btn-wrapper .authorize').click()")
    page.evaluate("document.querySelector('.btn-done').click()")


def try_out(page: Page, tag: str, operation: str) -> str:
    """Open an operation, click "Execute" with what stands there, and return the response as shown, status first."""
    block = f"document.querySelector('#operations-{tag}-{operation}')"
    page.wait_for(f"{block} !== null")
    page.evaluate(f"{block}.querySelector('.opblock-summary-control').click()")
    # a click before the operation's references are resolved fails in Swagger UI, and it stays so
    place = f"[{block}.querySelector('[data-path]').dataset.path, {block}.querySelector('.opblock-summary-method')]"
    resolved = "ui.specSelectors.specResolvedSubtree(['paths', place[0], place[1].innerText.toLowerCase()])"
    page.wait_for(f"(place => {resolved} !== undefined)({place})")
    # a click before the page listens does nothing: it is repeated until the call has begun
    begun = f"{block}.querySelector('.btn-clear, .live-responses-table') !== null"
    page.wait_for(f"{begun} || ({block}.querySelector('button.execute')?.click(), false)")
    table = f"{block}.querySelector('.live-responses-table')"
    page.wait_for(f"{table}?.querySelector('.response-col_status') != null")
    shown: str = page.evaluate(f"{table}.innerText")
    page.evaluate(f"{block}.querySelector('.opblock-summary-control').click()")
    return shown.partition("\n")[2]
