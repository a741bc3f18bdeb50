"""The application: what it answers around the operations."""

import asyncio
import importlib
import json
import logging
import types
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.server.small_document import KEY, UUID, SmallServices, client_of, refused, served, small_app
from tests.support.server.threads_api import serving
from threads_server.errors import HTTPError
from threads_server.http.app import create_app
from threads_server.http.rate_limit import RateLimit, RateTooLow
from threads_server.http.responses import EventStream, Response
from threads_server.openapi import Contract, Document, ValidatedRequest
from threads_server.operations.binding import OperationMismatch, bind
from threads_server.settings import Settings
from threads_server.store import StoreUnavailable
from tools.document import document


class TestRouting:
    @pytest.mark.parametrize("path", ["/nothing", "/things/", f"/things/{UUID}/", "/things//parts/1", "/Things", ""])
    async def test_unknown_paths_are_404_and_never_a_redirect(self, path: str) -> None:
        async with client_of(small_app()) as client:
            answer = await client.get(f"http://small/api{path}")
        assert (answer.status_code, answer.json()) == (404, {"detail": "Not Found"})
        assert answer.headers["content-type"] == "application/json"

    @pytest.mark.parametrize("path", ["/things", "/api2/things", "/apithings"])
    async def test_paths_outside_the_base_path_are_404(self, path: str) -> None:
        async with client_of(small_app()) as client:
            answer = await client.get(f"http://small{path}")
        detail = "Not Found: the API is under /api, its documentation at /docs"
        assert (answer.status_code, answer.json()) == (404, {"detail": detail})

    @pytest.mark.parametrize(
        ("path", "method", "allow"),
        [
            ("/things", "PUT", "GET, POST"),
            ("/things", "TRACE", "GET, POST"),
            ("/things", "QUERY", "GET, POST"),
            (f"/things/{UUID}", "POST", "DELETE, GET"),
            ("/things/search", "GET", "POST"),  # the path without parameters wins
            ("/things/search", "HEAD", "POST"),
        ],
    )
    async def test_other_methods_are_405_with_allow(self, path: str, method: str, allow: str) -> None:
        async with client_of(small_app(), key=None) as client:
            answer = await client.request(method, path)
        assert (answer.status_code, answer.headers["allow"]) == (405, allow)
        if method != "HEAD":
            assert answer.json() == {"detail": "Method Not Allowed"}

    async def test_options_names_the_declared_methods_without_a_key(self) -> None:
        async with client_of(small_app(), key=None) as client:
            answer = await client.options("/things")
        assert (answer.status_code, answer.headers["allow"], answer.content) == (204, "GET, POST", b"")
        assert "content-length" not in answer.headers
        assert answer.headers["x-request-id"]

    async def test_head_is_get_without_a_body(self) -> None:
        async with client_of(small_app()) as client:
            get = await client.get("/things?limit=3")
            head = await client.head("/things?limit=3")
            fault = await client.head("/things?limit=0")
        assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", '"1"')
        assert head.headers["content-length"] == get.headers["content-length"]
        assert (fault.status_code, fault.content) == (422, b"")

    async def test_head_sends_no_body_in_any_server(self) -> None:
        sent: list[Any] = []

        async def receive() -> Any:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Any) -> None:
            sent.append(message)

        app = small_app()
        async with app.opened():
            scope = {"type": "http", "method": "HEAD", "path": "/api/nothing", "query_string": b"", "headers": []}
            for path in ("/api/things", f"/api/things/{UUID}/events", "/api/nothing", "/api/health"):
                await app({**scope, "path": path, "headers": [(b"x-api-key", KEY.encode())]}, receive, send)
        heads, bodies = sent[::2], sent[1::2]
        assert [head["status"] for head in heads] == [200, 200, 404, 200]
        assert [body.get("body") for body in bodies] == [b""] * 4

    async def test_head_of_a_stream_is_its_head(self) -> None:
        closed = asyncio.Event()

        async def stream(request: ValidatedRequest, services: Any) -> EventStream:
            async def events() -> Any:
                try:
                    yield [(None, b"{}")]
                finally:
                    closed.set()

            started = events()
            await anext(started)
            return EventStream(started)

        async with client_of(small_app({"watchThing": stream})) as client:
            answer = await client.head(f"/things/{UUID}/events")
        assert (answer.status_code, answer.content) == (200, b"")
        assert answer.headers["content-type"] == "text/event-stream"
        assert closed.is_set()


class TestKeys:
    @pytest.mark.parametrize("key", [None, "", "wrong", "é"])
    async def test_no_key_or_a_wrong_one_is_401(self, key: str | None) -> None:
        async with client_of(small_app(), key=None) as client:
            answer = await client.get("/things", headers={} if key is None else {"X-API-Key": key.encode()})
        assert (answer.status_code, answer.json()) == (401, {"detail": "Invalid or missing API key"})

    async def test_wrong_key_is_401_before_the_body_is_read(self) -> None:
        async with client_of(small_app(), key=None) as client:
            assert (await client.post("/things", content=b"\xff" * 5000)).status_code == 401

    async def test_unknown_path_is_404_without_a_key(self) -> None:
        async with client_of(small_app(), key=None) as client:
            assert (await client.get("/nothing")).status_code == 404

    async def test_revoked_key_is_refused_at_once(self) -> None:
        services = SmallServices()
        async with client_of(small_app(services=services)) as client:
            assert (await client.get("/things")).status_code == 200
            services.store.keys.clear()
            assert (await client.get("/things")).status_code == 401

    async def test_the_environments_key_opens_the_default_account(self) -> None:
        async with client_of(small_app(api_key="from-outside"), key="from-outside") as client:
            assert (await client.get("/things")).json()["account"] == "default"


class TestRequestId:
    @pytest.mark.parametrize(
        "path", ["/things", "/nothing", "/things?limit=0", "/openapi.json", f"/things/{UUID}/events"]
    )
    async def test_request_id_is_in_every_response(self, path: str) -> None:
        async with client_of(small_app()) as client:
            mine = await client.get(path, headers={"X-Request-ID": "mine-1"})
            made = await client.get(path)
            other = await client.get(path)
        assert mine.headers["x-request-id"] == "mine-1"
        assert len(made.headers["x-request-id"]) == 32
        assert made.headers["x-request-id"] != other.headers["x-request-id"]

    @pytest.mark.parametrize("given", [b"a b", b"", b"a" * 41, "é".encode(), b"a\tb"])
    async def test_unusable_request_id_is_replaced(self, given: bytes) -> None:
        """40 is the document's maxLength."""
        async with client_of(small_app()) as client:
            kept = await client.get("/things", headers={"X-Request-ID": "a" * 40})
            answer = await client.get("/things", headers={b"X-Request-ID": given})
        assert kept.headers["x-request-id"] == "a" * 40
        assert answer.headers["x-request-id"] != given.decode("latin-1")

    async def test_request_id_of_a_length_that_the_document_allows_is_kept(self, tmp_path: Path) -> None:
        schema = document()["components"]["headers"]["RequestId"]["schema"]
        shortest, longest = schema["minLength"], schema["maxLength"]
        async with serving(tmp_path / "threads.db") as api:
            for length in (shortest - 1, shortest, longest, longest + 1):
                answer = await api.http.get("/threads", headers={"X-Request-ID": "a" * length})
                assert (answer.headers["x-request-id"] == "a" * length) is (shortest <= length <= longest), length

    async def test_request_id_is_in_errors(self) -> None:
        async with client_of(small_app({"listThings": refused}), key=None) as client:
            assert (await client.get("/things")).headers["x-request-id"]
            assert (await client.put("/things")).headers["x-request-id"]
            assert (await client.get("/things", headers={"X-API-Key": KEY})).headers["x-request-id"]


class TestRefusals:
    async def test_error_of_an_operation_is_json_with_its_headers(self) -> None:
        async with client_of(small_app({"listThings": refused})) as client:
            answer = await client.get("/things")
        assert (answer.status_code, answer.json(), answer.headers["retry-after"]) == (409, {"detail": "Busy"}, "2")

    async def test_not_modified_has_no_body(self) -> None:
        async def unchanged(request: ValidatedRequest, services: Any) -> Response:
            raise HTTPError(304, "", {"ETag": '"4"'})

        async with client_of(small_app({"listThings": unchanged})) as client:
            answer = await client.get("/things")
        assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", '"4"')
        assert "content-type" not in answer.headers

    async def test_unreachable_store_is_503(self) -> None:
        async def unavailable(request: ValidatedRequest, services: Any) -> Response:
            raise StoreUnavailable("The store cannot be reached")

        services = SmallServices()
        async with client_of(small_app({"listThings": unavailable}, services)) as client:
            during = await client.get("/things")
            services.store.available = False
            before = await client.get(f"/things/{UUID}")
        for answer in (during, before):
            assert (answer.status_code, answer.json()) == (503, {"detail": "The store cannot be reached"})
            assert answer.headers["retry-after"] == "1"

    async def test_bug_is_500_without_a_traceback_and_is_logged(self, caplog: pytest.LogCaptureFixture) -> None:
        async def broken(request: ValidatedRequest, services: Any) -> Response:
            raise ZeroDivisionError("secret text")

        async with client_of(small_app({"listThings": broken})) as client:
            with caplog.at_level(logging.ERROR, "threads_server"):
                answer = await client.get("/things", headers={"X-Request-ID": "mine-1"})
        assert (answer.status_code, answer.json()) == (500, {"detail": "Internal server error"})
        assert answer.headers["X-Request-ID"] == "mine-1"
        assert "mine-1" in caplog.text
        assert "secret text" in caplog.text


class TestRateLimit:
    async def test_key_over_its_rate_is_429(self) -> None:
        services = SmallServices()
        from threads_server.http.authentication import digest

        services.store.keys[digest(b"other")] = "other"
        async with client_of(small_app(services=services, rate_limit=2)) as client:
            answers = [await client.get("/things") for _ in range(3)]
            other = await client.get("/things", headers={"X-API-Key": "other"})
            unknown = await client.get("/things", headers={"X-API-Key": "unknown"})
            assert [answer.status_code for answer in answers] == [200, 200, 429]
            assert answers[2].json() == {"detail": "Too many requests"}
            assert answers[2].headers["retry-after"] == "1"
            assert (other.status_code, unknown.status_code) == (200, 401)
            await asyncio.sleep(0.6)
            assert (await client.get("/things")).status_code == 200

    async def test_slow_rate_gives_a_long_retry_after(self) -> None:
        async with client_of(small_app(rate_limit=0.1)) as client:
            assert (await client.get("/things")).status_code == 200
            assert (await client.get("/things")).headers["retry-after"] == "10"

    def test_rate_beyond_retry_after_is_refused(self) -> None:
        contract = Contract.read()
        longest = int(contract.longest_wait)
        assert RateLimit(1 / longest, longest).take("key") == 0
        for rate in (0.999 / longest, 5e-324):
            with pytest.raises(RateTooLow, match=f"a wait of more than {longest} seconds"):
                create_app(Settings(rate_limit=rate))

    async def test_rate_is_unlimited_by_default(self) -> None:
        async with client_of(small_app()) as client:
            assert {(await client.get("/things")).status_code for _ in range(50)} == {200}


class TestCaching:
    async def test_response_with_an_etag_is_revalidated_and_private(self) -> None:
        async with client_of(small_app()) as client:
            answer = await client.get("/things")
        assert answer.headers["etag"]
        assert (answer.headers["cache-control"], answer.headers["vary"]) == ("private, no-cache", "X-API-Key")

    async def test_other_responses_to_a_key_are_not_stored(self) -> None:
        async def bare(request: ValidatedRequest, services: Any) -> Response:
            return Response(b"[]")

        async with client_of(small_app({"listThings": bare})) as client:
            answers = [await client.get("/things"), await client.get("/things?limit=0"), await client.put("/things")]
        for answer in answers:
            assert (answer.headers["cache-control"], answer.headers["vary"]) == ("no-store", "X-API-Key")

    async def test_vary_names_the_origin_beside_the_key(self) -> None:
        async with client_of(small_app(cors_origins=("https://a.example", "https://b.example"))) as client:
            answer = await client.get("/things", headers={"Origin": "https://a.example"})
        assert {name.strip() for name in answer.headers["vary"].split(",")} == {"X-API-Key", "Origin"}


class TestCrossOrigin:
    ORIGIN = "https://page.example"

    async def test_cors_preflight_allows_methods_and_headers(self) -> None:
        async with client_of(small_app(cors_origins=(self.ORIGIN,)), key=None) as client:
            answer = await client.options(
                "/things",
                headers={
                    "Origin": self.ORIGIN,
                    "Access-Control-Request-Method": "POST",
                    "Access-Control-Request-Headers": "x-api-key, content-type, idempotency-key",
                },
            )
        assert answer.status_code == 200
        assert answer.headers["access-control-allow-origin"] == self.ORIGIN
        assert "DELETE" in answer.headers["access-control-allow-methods"]
        assert "idempotency-key" in answer.headers["access-control-allow-headers"]
        assert answer.headers["x-request-id"]

    async def test_cors_lets_the_origin_read_and_no_other(self) -> None:
        async with client_of(small_app(cors_origins=(self.ORIGIN,))) as client:
            own = await client.get("/things", headers={"Origin": self.ORIGIN})
            error = await client.get("/things?limit=0", headers={"Origin": self.ORIGIN})
            other = await client.get("/things", headers={"Origin": "https://other.example"})
        assert own.headers["access-control-allow-origin"] == self.ORIGIN
        assert own.headers["access-control-expose-headers"] == "ETag, X-Request-ID"
        assert error.headers["access-control-allow-origin"] == self.ORIGIN
        assert "access-control-allow-origin" not in other.headers

    async def test_cors_is_off_by_default(self) -> None:
        async with client_of(small_app()) as client:
            answer = await client.get("/things", headers={"Origin": self.ORIGIN})
        assert "access-control-allow-origin" not in answer.headers


class TestBinding:
    def contract(self) -> Contract:
        from tests.support.server.small_document import DOCUMENT

        return Contract(Document(DOCUMENT))

    def package(self, folder: Path, monkeypatch: pytest.MonkeyPatch, **modules: list[str]) -> types.ModuleType:
        """A package, named after its folder, of modules with operations of these names."""
        (folder / "__init__.py").touch()
        for name, functions in modules.items():
            lines = [f"async def {function}(request, services): ..." for function in functions]
            lines += ["async def assist(one): ...", "async def _private(request, services): ..."]
            lines += ["from tests.support.server.small_document import tell  # no operation of this module"]
            (folder / f"{name}.py").write_text("\n".join(lines), "utf-8")
        monkeypatch.syspath_prepend(folder.parent)
        return importlib.import_module(folder.name)

    THINGS = ("list_things", "create_thing", "search_things", "get_thing", "delete_thing", "watch_thing")

    def test_each_operation_has_its_function(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        package = self.package(tmp_path, monkeypatch, things=list(self.THINGS), parts=["touch_part"])
        bound = bind(self.contract(), package)
        assert bound["createThing"].__name__ == "create_thing"
        assert len(bound) == 7

    def test_operation_without_a_function_is_a_mismatch(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        package = self.package(tmp_path, monkeypatch, things=list(self.THINGS[:-1]), parts=["touch_part"])
        with pytest.raises(OperationMismatch, match=r"differ: watchThing has no function things\.watch_thing$"):
            bind(self.contract(), package)

    def test_function_without_an_operation_is_a_mismatch(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        package = self.package(tmp_path, monkeypatch, things=list(self.THINGS), parts=["touch_part", "paint_part"])
        with pytest.raises(OperationMismatch, match=r"differ: the function parts\.paint_part belongs to no operation$"):
            bind(self.contract(), package)


async def test_application_that_is_not_open_is_500(caplog: pytest.LogCaptureFixture) -> None:
    app = small_app()
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://small/api") as client:
        answer = await client.get("/things", headers={"X-API-Key": KEY})
    assert answer.status_code == 500
    assert "is not open" in caplog.text


async def test_services_are_closed_with_the_application() -> None:
    services = SmallServices()
    async with client_of(small_app(services=services)):
        assert not services.closed
    assert services.closed


def test_requests_over_a_socket_are_answered() -> None:
    with served(small_app()) as url, httpx.Client(base_url=url, headers={"X-API-Key": KEY}) as client:
        assert client.get("/things").json()["query"] == {"limit": 100, "wide": True}
        head = client.head("/things")
        assert (head.status_code, head.content) == (200, b"")
        assert client.options("/things").status_code == 204
        assert client.request("TRACE", "/things").status_code == 405
        large = client.post("/things", content=b"a" * 5_000_000, headers={"Content-Type": "application/json"})
        assert large.status_code == 413
        chunked = client.post(
            "/things", content=(b"a" * 100 for _ in range(1000)), headers={"Content-Type": "application/json"}
        )
        assert chunked.status_code == 413
        part = client.post(f"/things/{UUID}/parts/%E2%82%AC%2F")
        assert json.loads(part.text)["path"]["part"] == "€/"
        assert "server" not in part.headers
