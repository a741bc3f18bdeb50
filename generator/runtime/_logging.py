"""Logging under the name of the package. No header's secret and no body is ever in it.

DEBUG tells each request and response, INFO each retry and each resumption. `BACKBOARD_LOG=debug` (or `info`) in the
environment prints them to standard error, for a program that has not set up logging itself.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable
from typing import Any, TextIO

from ._network.transport import REDACTED, SECRET, SECRET_PARAMETERS, URL, redacted_url
from ._request.api_info import SecurityScheme

logger = logging.getLogger(__package__.partition(".")[0] if __package__ else __name__)


class _FallbackHandler(logging.StreamHandler[TextIO]):
    """Prints only where logging is not set up, so that no line comes twice."""

    def emit(self, record: logging.LogRecord) -> None:
        """Print `record`, unless it goes to handlers of the program's own."""
        others = [handler for handler in logger.handlers if handler is not self]
        if not others and not (logger.propagate and logging.getLogger().handlers):
            super().emit(record)


def print_if_asked(variable: str) -> None:
    """Print the client's log lines if the environment's `variable` says `debug` or `info`."""
    level = os.environ.get(variable, "").upper()
    if level not in ("DEBUG", "INFO") or logger.handlers:
        return
    handler = _FallbackHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(name)s %(levelname)s %(message)s"))
    logger.addHandler(handler)
    logger.setLevel(level)


class _WithoutSecrets(logging.Filter):
    """Takes the values of secret headers out of the lines that hpack writes about each header of HTTP/2."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Redact `record`; none is dropped."""
        if isinstance(record.args, tuple) and any(_names_secret(value) for value in record.args):
            record.args = tuple(REDACTED if isinstance(value, (bytes, str, tuple)) else value for value in record.args)
        return True


def _names_secret(value: object) -> bool:
    name: Any = value
    if isinstance(value, tuple) and value:
        name = name[0]
    if isinstance(name, bytes):
        name = name.decode("ascii", "replace")
    return isinstance(name, str) and name.lower() in SECRET


_without_secrets = _WithoutSecrets()


class _WithoutKeys(logging.Filter):
    """Takes API keys out of the addresses that httpx logs."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Redact `record`; none is dropped."""
        if isinstance(record.args, tuple):
            record.args = tuple(redacted_url(value) if isinstance(value, URL) else value for value in record.args)
        return True


_without_keys = _WithoutKeys()


def hide_keys(schemes: Iterable[SecurityScheme]) -> None:
    """Show no header and no query parameter that carries an API key."""
    for scheme in schemes:
        if scheme.place == "header":
            SECRET.add(scheme.name.lower())
        else:
            SECRET_PARAMETERS.add(scheme.name)
            logging.getLogger("httpx").addFilter(_without_keys)


def hide_secrets_of_http2() -> None:
    """Keep the key out of hpack's log: httpx with `http2=True` hands it there, among the other headers."""
    for name in ("hpack.hpack", "hpack.table"):
        logging.getLogger(name).addFilter(_without_secrets)
