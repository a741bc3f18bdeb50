"""Facts of the API as a whole: version, servers, key header, environment variables."""

from typing import Final

from ._request.api_info import ApiInfo, SecurityScheme

VERSION: Final = "0.1.0"
"""The version of the document that this client was made from."""

DIGEST: Final = "a26cd18ccb458b461cb1dadfbfd0ace684015111097a45f57fc77731875b557e"
"""The SHA-256 digest of that document."""

API_INFO: Final = ApiInfo(
    package="backboard-threads",
    version=VERSION,
    servers={
        "https://app.backboard.io/api": False,
        "http://127.0.0.1:8000/api": True,
    },
    security=SecurityScheme("header", "X-API-Key"),
    key_variable="BACKBOARD_API_KEY",
    url_variable="BACKBOARD_BASE_URL",
    log_variable="BACKBOARD_LOG",
)
