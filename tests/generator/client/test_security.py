"""The key and the address of each operation: schemes and servers of the document, of a path and of an operation."""

from __future__ import annotations

import itertools
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from generator.document.document import Document as Written
from generator.document.security import Security
from tests.support.generator.documents import Document, client_of, operation, small_document

KEY = "user:secret-key"
BASIC = "Basic dXNlcjpzZWNyZXQta2V5"
SCHEMES: Document = {
    "Key": {"type": "apiKey", "in": "header", "name": "X-Key"},
    "Basic": {"type": "http", "scheme": "Basic"},
    "Bearer": {"type": "http", "scheme": "bearer"},
    "Query": {"type": "apiKey", "in": "query", "name": "token"},
    "Login": {"type": "oauth2", "flows": {}},
}
SECURITY: dict[str, tuple[list[Document], dict[str, str | None]]] = {
    "none": ([], {}),
    "basic": ([{"Basic": []}], {"authorization": BASIC}),
    "bearer": ([{"Login": []}, {"Basic": [], "Key": []}, {"Bearer": []}], {"authorization": f"Bearer {KEY}"}),
    "default": ([{"Bearer": []}, {"Key": []}], {"x-key": KEY}),
    "query": ([{"Query": []}], {"token": KEY}),
    "optional": ([{}, {"Bearer": []}], {"authorization": f"Bearer {KEY}"}),
}
VARIABLES = {"region": {"default": "eu"}, "tail": {"default": "v2"}}
SERVERS = {
    "own": ("https://uploads.example/base/", "https://uploads.example/base/own"),
    "relative": ("/v2", "https://things.example/v2/relative"),
    "root": ("/", "https://things.example/root"),
    "variables": ("https://{region}.example/{tail}", "https://eu.example/v2/variables"),
    "usual": ("https://things.example/api", "https://things.example/api/usual"),
}


def document() -> Document:
    paths = {f"/{name}": {"get": operation(name, security=security)} for name, (security, _) in SECURITY.items()}
    for name, (url, _) in SERVERS.items():
        server = {"url": url, "variables": VARIABLES}
        paths[f"/{name}"] = {"servers": [server], "get": operation(name)}
    paths["/own"]["get"]["servers"] = [{"url": SERVERS["own"][0]}]
    made = small_document(paths=paths)
    made["components"]["securitySchemes"] = SCHEMES
    return made


@pytest.fixture(scope="module")
def module(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return client_of(tmp_path_factory.mktemp("security"), document())


@pytest.fixture
def requests() -> list[httpx.Request]:
    return []


@pytest.fixture
def shop(module: Any, requests: list[httpx.Request]) -> Iterator[Any]:
    def answer(request: httpx.Request) -> httpx.Response:
        requests.append(httpx.Request(request.method, request.url, headers=request.headers))
        return httpx.Response(200, json={"name": "a"})

    with module.Shop(api_key=KEY, http_client=httpx.MockTransport(answer)) as shop:
        yield shop


def sent_keys(request: httpx.Request) -> dict[str, str | None]:
    headers = {name: request.headers.get(name) for name in ("authorization", "x-key")}
    return {name: value for name, value in (headers | dict(request.url.params)).items() if value}


@pytest.mark.parametrize("name", SECURITY)
def test_api_key_is_sent_where_the_operation_documents_it(shop: Any, requests: list[httpx.Request], name: str) -> None:
    getattr(shop.things, f"do_{name}")()
    assert sent_keys(requests[0]) == SECURITY[name][1]


def test_api_key_function_is_sent_where_the_operation_documents_it(module: Any) -> None:
    sent: list[dict[str, str | None]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(sent_keys(request))
        return httpx.Response(200, json={})

    with module.Shop(api_key=lambda: KEY, http_client=httpx.MockTransport(answer)) as shop:
        for name in SECURITY:
            getattr(shop.things, f"do_{name}")()
    assert sent == [keys for _, keys in SECURITY.values()]


@pytest.mark.parametrize("name", SERVERS)
def test_operation_is_sent_to_its_own_server(shop: Any, requests: list[httpx.Request], name: str) -> None:
    getattr(shop.things, f"do_{name}")()
    assert str(requests[0].url) == SERVERS[name][1]
    assert requests[0].headers["host"] == httpx.URL(SERVERS[name][1]).host


def test_api_key_in_the_query_is_redacted(module: Any, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    echo = httpx.MockTransport(lambda request: httpx.Response(404, json={"detail": f"nothing at {request.url}"}))
    with module.Shop(api_key="secret-key", http_client=echo) as shop, pytest.raises(module.NotFoundError) as raised:
        shop.things.do_query()
    shown = f"{raised.value} {raised.value.request.url} {caplog.text}"
    assert "token=" in shown
    assert "secret-key" not in shown


OPTIONAL = [{}, {"Key": []}]


@pytest.mark.parametrize("security", [OPTIONAL, []], ids=["optional", "none"])
def test_api_key_is_optional_where_the_document_requires_none(tmp_path: Path, security: list[Document]) -> None:
    paths = {
        "/free": {"get": operation("free")},
        "/closed": {"get": operation("closed", security=[{"Key": []}])},
    }
    module: Any = client_of(tmp_path, small_document(paths=paths, security=security))
    transport = httpx.MockTransport(lambda request: httpx.Response(200, json={"name": sent_keys(request).get("x-key")}))
    with module.Shop(http_client=transport) as shop:
        assert shop.things.do_free().name is None
        with pytest.raises(ValueError, match=r"^no API key: pass api_key=… or set THINGS_KEY$"):
            shop.things.do_closed()
    with module.Shop(api_key="k", http_client=transport) as shop:
        assert shop.things.do_free().name == ("k" if security else None)
        assert shop.things.do_closed().name == "k"


ALTERNATIVES: list[list[Document] | None] = [
    *(None, [], [{}], [{"Key": []}], [{}, {"Key": []}], [{"Bearer": []}, {"Key": []}], [{"Key": []}, {"Bearer": []}]),
    *([{}, {"Bearer": []}, {"Key": []}], [{"Bearer": []}, {}]),
]
"""What a document or an operation may say of keys; None is nothing."""
HEADERS = {"Key": "X-Key", "Bearer": "Authorization"}


def chosen(alternatives: list[Document], preferred: str | None) -> tuple[str, bool] | None:
    """The header that carries the key, and whether none may be sent: the preferred one, else the first."""
    named = [HEADERS[name] for one in alternatives for name in one]
    return (preferred if preferred in named else named[0], {} in alternatives) if named else None


def test_any_alternatives_of_an_operation_give_the_documents_key_or_else_the_first() -> None:
    for whole, own in itertools.product(ALTERNATIVES, ALTERNATIVES):
        inheriting = {"responses": {"204": {"description": ""}}}
        get = inheriting | ({} if own is None else {"security": own})
        raw = {
            "openapi": "3.1.0", "info": {"title": "", "version": "1"},
            "paths": {"/x": {"get": get}, "/y": {"get": inheriting}},
            "components": {"securitySchemes": SCHEMES}, **({} if whole is None else {"security": whole}),
        }  # fmt: skip
        document = Written(json.dumps(raw).encode())
        default = chosen(whole or [], None)
        scheme = Security(document).of(document.operations[0])
        found = None if scheme is None else (scheme.name, scheme.optional)
        assert found == (default if own is None else chosen(own, default and default[0])), (whole, own)
