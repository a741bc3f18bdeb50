"""The one module that imports httpx."""

import httpx

AsyncHTTPClient = httpx.AsyncClient
HTTPClient = httpx.Client
AsyncBaseTransport = httpx.AsyncBaseTransport
BaseTransport = httpx.BaseTransport
Timeout = httpx.Timeout
Request = httpx.Request
Response = httpx.Response
Headers = httpx.Headers
URL = httpx.URL
