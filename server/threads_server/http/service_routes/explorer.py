"""The page at `/`: a look at assistants and threads, as one more client of the API."""

from pathlib import Path

from starlette.responses import FileResponse, Response

FOLDER = Path(__file__).with_name("pages")

SCRIPTS = ("api.js", "explorer.js", "nodes.js")
ASSETS = {"explorer.css": "text/css", **dict.fromkeys(SCRIPTS, "text/javascript")}

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; connect-src 'self'; img-src data:; script-src 'self'; style-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
)

HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}


def page(base_path: str) -> str:
    """Make the page. Its addresses are relative, so that it works under a prefix of a proxy."""
    return (FOLDER / "index.html").read_text(encoding="utf-8").replace("API_PATH", base_path.lstrip("/"))


def asset(name: str) -> Response | None:
    """Make the response with one of ASSETS; None for any other name."""
    if name not in ASSETS:
        return None
    return FileResponse(FOLDER / name, media_type=ASSETS[name], headers=HEADERS)
