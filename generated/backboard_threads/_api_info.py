"""What the document says of the service as a whole."""

from typing import Final

from ._operation import ApiInfo

VERSION: Final = "0.1.0"
"""The version of the document that this client was made from."""

DIGEST: Final = "ffa995d18a5c04a561077b9f21ec05dc2da9d9d6d812886a5475097bd5aa6553"
"""The SHA-256 digest of that document."""

API_INFO: Final = ApiInfo(
    package="backboard-threads",
    version=VERSION,
    servers={
        "https://app.backboard.io/api": False,
        "http://127.0.0.1:8000/api": True,
    },
    key_header="X-API-Key",
    key_variable="BACKBOARD_API_KEY",
    url_variable="BACKBOARD_BASE_URL",
    log_variable="BACKBOARD_LOG",
)
