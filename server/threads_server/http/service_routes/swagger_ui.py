"""The document as a page to read and try: Swagger UI, served from an installed package."""

import importlib
import json
from pathlib import Path

from starlette.responses import FileResponse, Response

ASSETS = {"swagger-ui-bundle.js": "text/javascript", "swagger-ui.css": "text/css"}

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; connect-src 'self'; font-src 'self' data:; img-src 'self' data:; "
    "script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)

HEADERS = {"Content-Security-Policy": CONTENT_SECURITY_POLICY, "X-Content-Type-Options": "nosniff"}

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Backboard Threads</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="docs/swagger-ui.css">
</head>
<body>
<main id="docs"></main>
<script src="docs/swagger-ui-bundle.js"></script>
<script>
const dark = matchMedia("(prefers-color-scheme: dark)");
const follow = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", follow);
follow();
fetch("openapi.json").then((response) => response.json()).then((spec) => {
  spec.servers = [{url: new URL(API_URL, location.href).href.replace(/\\/$/, ""), description: "This server."}];
  window.ui = SwaggerUIBundle({
    spec,
    dom_id: "#docs",
    deepLinking: true,
    defaultModelsExpandDepth: 0,
    persistAuthorization: false,
    validatorUrl: null,
    tryItOutEnabled: true,
  });
});
</script>
</body>
</html>
"""


def page(api: str) -> str:
    """Make the page, which works under any prefix that a proxy adds.

    Args:
        api: address of the API relative to the page, to which "try it out" sends its requests.
    """
    return _PAGE.replace("API_URL", json.dumps(api))


def asset(name: str) -> Response | None:
    """Make the response with one of ASSETS; None for any other name."""
    if name not in ASSETS:
        return None
    folder = Path(importlib.import_module("swagger_ui_bundle").swagger_ui_path)
    return FileResponse(folder / name, media_type=ASSETS[name], headers=HEADERS)
