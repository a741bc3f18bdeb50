"""The service routes: beside the contract, without a key."""

import json
import re
from typing import Any
from urllib.parse import urljoin

import httpx
import pytest
import yaml

from tests.support.server.small_document import DOCUMENT, SmallServices, client_of, small_app
from threads_server.http.service_routes.routes import service_routes
from threads_server.openapi import Contract, Document


async def get(url: str, method: str = "GET", **settings: Any) -> Any:
    async with client_of(small_app(**settings), key=None) as client:
        return await client.request(method, f"http://small{url}")


async def test_health() -> None:
    answer = await get("/api/health")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok", "version": "1.2.3"})


async def test_health_of_a_store_that_cannot_be_reached() -> None:
    services = SmallServices()
    services.store.available = False
    answer = await get("/api/health", services=services)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")


@pytest.mark.parametrize("prefix", ["", "/api"])
async def test_document_is_served_as_yaml_and_json(prefix: str) -> None:
    as_yaml = await get(f"{prefix}/openapi.yaml")
    as_json = await get(f"{prefix}/openapi.json")
    assert (as_yaml.status_code, as_yaml.content) == (200, DOCUMENT)
    assert as_json.headers["content-type"] == "application/json"
    assert as_json.json() == yaml.safe_load(DOCUMENT)


def test_installed_document_has_a_json_form() -> None:
    document = Contract.read().document
    assert json.loads(document.json) == document.root


@pytest.mark.parametrize("prefix", ["", "/api"])
async def test_docs_page_loads_everything_from_this_server(prefix: str) -> None:
    page = await get(f"{prefix}/docs")
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    assert not re.search(r"https?://", page.text)
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "http" not in page.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    assert page.headers["x-content-type-options"] == "nosniff"
    wanted = re.findall(r'(?:src|href)="([^"]+)"|fetch\("([^"]+)"\)', page.text)
    names = [first or second for first, second in wanted if not first.startswith("data:")]
    assert len(names) == 3
    for name in names:
        file = await get(f"{prefix}/{name}")
        assert file.status_code == 200, name
        if name != "openapi.json":
            assert file.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("base", ["", "/api", "/a/b"])
async def test_docs_page_sends_what_is_tried_to_the_base_path(base: str) -> None:
    """Under the base path and at the root, whatever a proxy puts in front."""
    contract = Contract(Document(DOCUMENT.replace(b"/api", base.encode())))
    routes = service_routes(contract, lambda: SmallServices().store, None)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(routes), base_url="http://small") as client:
        for prefix in {base, ""}:
            page = await client.get(f"{prefix}/docs")
            (api,) = re.findall(r"new URL\((\".*?\"), location.href\)", page.text)
            for proxy in ("", "/proxy"):
                sent = urljoin(f"http://small{proxy}{prefix}/docs", json.loads(api))
                assert sent.rstrip("/") == f"http://small{proxy}{base}"


async def test_docs_page_serves_no_other_files() -> None:
    for name in ("index.html", "../swagger-ui.css", "%2e%2e%2fLICENSE", "swagger-ui.js.map"):
        assert (await get(f"/docs/{name}")).status_code == 404


async def test_metrics_are_off_by_default() -> None:
    assert (await get("/metrics")).status_code == 404


@pytest.mark.parametrize("url", ["/api/health", "/openapi.json", "/docs"])
async def test_other_methods_are_405_as_json(url: str) -> None:
    answer = await get(url, "POST")
    assert (answer.status_code, answer.json()) == (405, {"detail": "Method Not Allowed"})
    assert "GET" in answer.headers["allow"]
    assert (await get(url, "HEAD")).status_code == 200
    assert (await get(url + "/")).status_code == 404
