"""Documents, memories and models of the hosted API: a client of them is typed, and right on the wire."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest

from tests.support.generator.documents import imported

ID = "3c59dc04-8e88-4024-9bd8-079a5d2a6f2e"
ANSWERED = {"document_id": ID, "filename": "a.txt", "status": "pending"}
MEMORY = {"id": "m", "content": "Ada likes tea."}


@pytest.fixture(scope="module")
def module(hosted_client: Path) -> ModuleType:
    return imported(hosted_client)


class Server:
    """Answers with what is given, one after the other, and keeps the requests."""

    def __init__(self) -> None:
        self.answers: list[httpx.Response] = []
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return self.answers.pop(0)

    def answer(self, *values: Any, status: int = 200) -> None:
        self.answers += [httpx.Response(status, json=value) for value in values]


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def shop(module: ModuleType, server: Server) -> Iterator[Any]:
    http_client = httpx.Client(transport=httpx.MockTransport(server))
    with http_client, module.Shop(api_key="key", base_url="http://hosted/api", http_client=http_client) as shop:
        yield shop


def test_upload_sends_the_file_and_default_encodings(shop: Any, server: Server) -> None:
    server.answer(ANSWERED, status=201)
    document = shop.documents.upload_for_assistant(
        ID, file=("a.txt", b"text"), tags=["a", "b"], metadata={"pages": [1]}
    )
    assert document.status == "pending"
    (request,) = server.requests
    content = request.read()
    assert content.count(b'Content-Disposition: form-data; name="tags"') == 2
    assert b'name="file"; filename="a.txt"' in content
    assert b'name="metadata"\r\nContent-Type: application/json\r\n\r\n{"pages":[1]}' in content
    assert "Idempotency-Key" not in request.headers


def test_post_without_documented_idempotency_key_is_not_retried(shop: Any, server: Server, module: ModuleType) -> None:
    server.answer({"detail": "later"}, status=503)
    with pytest.raises(module.ServerError):
        shop.memories.create(ID, content="Ada likes tea.")
    assert len(server.requests) == 1


def test_delete_answered_404_after_a_retry_raises_if_it_returns_a_value(
    shop: Any, server: Server, module: ModuleType
) -> None:
    server.answer({"detail": "later"}, status=503)
    server.answer({"detail": "gone"}, status=404)
    with pytest.raises(module.NotFoundError):
        shop.with_options(max_retries=1).documents.delete(ID)
    server.answer({"detail": "later"}, status=503)
    server.answer({"detail": "gone"}, status=404)
    assert shop.with_options(max_retries=1).memories.delete(ID, "m") is None


def test_body_leaves_out_read_only_fields(shop: Any, server: Server) -> None:
    server.answer(MEMORY)
    assert shop.memories.update(ID, "m/1", content="Ada likes tea.", metadata={"source": "chat"}).id == "m"
    (request,) = server.requests
    assert request.url.raw_path == f"/api/assistants/{ID}/memories/m%2F1".encode()
    assert json.loads(request.read()) == {"content": "Ada likes tea.", "metadata": {"source": "chat"}}


def test_pagination_of_a_listing_in_an_envelope(shop: Any, server: Server) -> None:
    models = [{"name": name, "provider": "p"} for name in "abc"]
    server.answer({"models": models[:2], "total": 3}, {"models": models[2:], "total": 3})
    found = list(shop.models.iterate(provider=["x,y", "z"], supports_tools=True))
    assert [model.name for model in found] == ["a", "b", "c"]
    assert [request.url.query for request in server.requests] == [
        b"provider=x%2Cy,z&supports_tools=true",
        b"provider=x%2Cy,z&supports_tools=true&skip=2",
    ]
    server.answer(["openai"])
    assert shop.models.list_providers() == ["openai"]
