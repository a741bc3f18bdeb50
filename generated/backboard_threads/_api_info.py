"""Facts of the API as a whole: version, servers, key header, environment variables."""

from typing import Final

from ._request.api_info import ApiInfo, SecurityScheme

VERSION: Final = "0.1.0"
"""The version of the document that this client was made from."""

DIGEST: Final = "f077d2b20cebfd08bc57e9051e048daa75117a98e4672ab9587013ec9f8b514e"
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
