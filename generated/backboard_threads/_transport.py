"""The one module that imports httpx: its names, and what depends on its ways."""

from __future__ import annotations

import ssl
import time
from urllib.request import getproxies

import httpx

URL = httpx.URL
Headers = httpx.Headers
Timeout = httpx.Timeout
Request = httpx.Request
Response = httpx.Response

HTTPClient = httpx.Client
AsyncHTTPClient = httpx.AsyncClient
BaseTransport = httpx.BaseTransport
AsyncBaseTransport = httpx.AsyncBaseTransport
HTTPTransport = httpx.HTTPTransport
AsyncHTTPTransport = httpx.AsyncHTTPTransport
ByteStream = httpx.SyncByteStream
AsyncByteStream = httpx.AsyncByteStream

TransportError = httpx.RequestError
"""Whatever goes wrong without an answer."""
TimeoutException = httpx.TimeoutException
ReadError = httpx.ReadError
ReadTimeout = httpx.ReadTimeout
DecodingError = httpx.DecodingError
NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
"""Errors after which it is certain that no request was sent."""

LIMITS = httpx.Limits(max_connections=1, max_keepalive_connections=1, keepalive_expiry=4.5)
"""For one lane (`_async/channel.py`). uvicorn closes an idle connection after 5 s: ours is given up before."""

SECRET = {"authorization", "proxy-authorization", "cookie", "set-cookie"}
"""Headers whose values nobody is shown, in lower case. Each client class adds the document's key header."""
REDACTED = "[redacted]"


class PrivateHeaders(httpx.Headers):
    """Headers that show no secret when they are printed, logged, or part of a traceback with its variables."""

    def __repr__(self) -> str:
        shown = {name: REDACTED if name.lower() in SECRET else value for name, value in self.multi_items()}
        return f"{type(self).__name__}({shown!r})"


class PhaseTimeouts(dict[str, float | None]):
    """The time-outs of one attempt, none longer than what is left until the deadline when its phase begins."""

    def __init__(self, timeout: httpx.Timeout, deadline: float) -> None:
        super().__init__(timeout.as_dict())
        self._deadline = deadline

    def get(self, phase: str, default: float | None = None) -> float | None:  # type: ignore[override] # narrower on purpose: httpcore asks so
        seconds = super().get(phase, default)
        left = max(self._deadline - time.monotonic(), 0.001)
        return left if seconds is None or left < seconds else seconds


def new_request(
    method: str, url: str, headers: httpx.Headers, content: bytes, timeout: httpx.Timeout, deadline: float | None
) -> httpx.Request:
    """A request of exactly these headers and bytes. `Host` and `Content-Length` are the caller's to have put in."""
    limits = timeout.as_dict() if deadline is None else PhaseTimeouts(timeout, deadline)
    request = httpx.Request(method, url, stream=httpx.ByteStream(content), extensions={"timeout": limits})
    request.headers = PrivateHeaders(headers)
    return request


def redact(request: httpx.Request) -> httpx.Request:
    """`request` without its secrets, for keeping: no attempt will use it again."""
    request.read()
    request.extensions = {}
    for name in list(request.headers):
        if name in SECRET:
            request.headers[name] = REDACTED
    return request


def tls_context(secure: bool) -> ssl.SSLContext:
    """The TLS context of a client whose base URL is https (`secure`), or of one that will never need it."""
    return httpx.create_ssl_context(verify=secure)


def proxies_are_set() -> bool:
    """Whether the environment names a proxy, which only an httpx client takes into account."""
    return any(getproxies().get(scheme) for scheme in ("http", "https", "all"))


def own_headers(client: httpx.Client | httpx.AsyncClient) -> httpx.Headers:
    """The headers that `client` was made with, without the ones that httpx puts there by itself."""
    headers = httpx.Headers(client.headers)
    for name in ("accept", "accept-encoding", "connection", "user-agent"):
        del headers[name]
    return headers


def own_timeout(client: httpx.Client | httpx.AsyncClient) -> httpx.Timeout | None:
    """The time-outs that `client` was made with, if it was made with any: httpx's own are 5 s each."""
    return None if client.timeout == httpx.Timeout(5.0) else client.timeout


def httpx_version() -> str:
    """httpx's version."""
    return httpx.__version__
