"""Certificates and proxies: arguments, variables of the environment, and what cannot be used."""

import asyncio
import socket
import ssl
import threading
from pathlib import Path
from typing import Any

import certifi
import httpx
import pytest

from backboard_threads import APIConnectionError
from tests.support.client.scripted_server import Server, Silence, events, reply
from tests.support.client.sse_frames import STARTED, frame
from tests.support.client.variants import KEY, THREAD, THREAD_ID, Variant

NOWHERE = "http://127.0.0.1:1/api"
SECURE = "https://127.0.0.1:1/api"


@pytest.mark.parametrize(
    ("address", "variables", "named"),
    [
        (NOWHERE, {"ALL_PROXY": "socks://127.0.0.1:7890/"}, "ALL_PROXY"),
        (NOWHERE, {"http_proxy": "http://proxy:port"}, "http_proxy"),
        (NOWHERE, {"HTTP_PROXY": "ftp://user:secret@proxy"}, "HTTP_PROXY"),
        (SECURE, {"HTTPS_PROXY": "http://"}, "HTTPS_PROXY"),
        (SECURE, {"SSL_CERT_FILE": "/nonexistent/ca.pem"}, "SSL_CERT_FILE"),
        (SECURE, {"SSL_CERT_FILE": __file__}, "SSL_CERT_FILE"),
    ],
)
async def test_invalid_environment_variable_is_named(
    variant: Variant, address: str, variables: dict[str, str], named: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    client = variant.client(base_url=address)
    with pytest.raises(APIConnectionError, match=named) as caught:
        await variant.do(client.threads.get(THREAD_ID))
    assert "secret" not in str(caught.value)
    assert "connect" not in str(caught.value).split(":")[1]


@pytest.mark.parametrize(
    "exempt",
    [
        "127.0.0.1",
        "localhost,127.0.0.1",
        "*",
        "127.0.0.0/8",
        "fe80::/10, 127.0.0.1",
        "[::1],127.0.0.1:1",
        "a,,:x,127.0.0.1",
    ],
)
async def test_proxy_of_the_environment_is_ignored_for_exempt_hosts(
    variant: Variant, exempt: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALL_PROXY", "socks://127.0.0.1:7890/")
    monkeypatch.setenv("NO_PROXY", exempt)
    with pytest.raises(APIConnectionError, match="could not connect"):
        await variant.do(variant.client(base_url=NOWHERE, max_retries=0).threads.get(THREAD_ID))


@pytest.mark.parametrize(
    ("address", "exempt", "is_exempt"),
    [
        ("http://api.example/api", "example", True),
        ("http://api.example/api", ".example", True),
        ("http://api.example/api", "*.example", True),
        ("http://api.example/api", "http://api.example", True),
        ("http://api.example/api", "https://api.example", False),
        ("http://api.example/api", "pi.example", False),
        ("http://api.example/api", "api.example:80", True),
        ("http://api.example/api", "api.example:81", False),
        ("http://10.1.2.3/api", "10.0.0.0/8", True),
        ("http://10.1.2.3/api", "2.3", False),
        ("http://[::1]:80/api", "::1", True),
        ("http://[fe80::1]/api", "fe80::/10", True),
        ("http://[fe80::1]/api", "fe81::/16", False),
    ],
)
async def test_no_proxy_names_hosts(
    variant: Variant, server: Server, address: str, exempt: str, is_exempt: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    from backboard_threads._network.settings import is_exempt as exempts

    assert exempts(httpx.URL(address), exempt) is is_exempt


@pytest.mark.parametrize("source", ["HTTP_PROXY", "all_proxy", "proxy"])
async def test_proxy_that_cannot_be_reached_is_named(
    variant: Variant, monkeypatch: pytest.MonkeyPatch, source: str
) -> None:
    address = "http://user:secret@127.0.0.1:1"
    if source != "proxy":
        monkeypatch.setenv(source, address)
    client = variant.client(
        base_url="http://api.example/api", max_retries=0, **({"proxy": address} if source == "proxy" else {})
    )
    with pytest.raises(APIConnectionError, match=f"through the proxy of .*{source}") as caught:
        await variant.do(client.threads.get(THREAD_ID))
    assert "secret" not in str(caught.value)


async def test_proxy_is_an_argument(variant: Variant, server: Server) -> None:
    server.answer(reply(200, THREAD))
    client = variant.client(base_url="http://api.example/api", proxy=f"http://127.0.0.1:{server.port}")
    await variant.do(client.threads.get(THREAD_ID))
    assert server.requests[0].target == f"http://api.example/api/threads/{THREAD_ID}"
    await variant.end(client)


async def test_trust_env_false_ignores_the_environment(
    variant: Variant, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    server.answer(reply(200, THREAD))
    await variant.do(variant.client(server, trust_env=False).threads.get(THREAD_ID))
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"verify": "/nonexistent/ca.pem"}, ValueError),
        ({"verify": 7}, TypeError),
        ({"cert": "/nonexistent/client.pem"}, ValueError),
        ({"cert": ["client.pem", "key.pem"]}, TypeError),
        ({"proxy": "socks://127.0.0.1"}, ValueError),
        ({"proxy": 7}, TypeError),
        ({"verify": False, "http_client": httpx.MockTransport(lambda _: httpx.Response(200))}, TypeError),
        ({"proxy": "http://p", "http_client": httpx.MockTransport(lambda _: httpx.Response(200))}, TypeError),
        ({"max_response_bytes": 0}, ValueError),
        ({"max_header_bytes": 0}, ValueError),
        ({"max_header_bytes": 100 * 1024 + 1}, ValueError),
        ({"on_retry": "x"}, TypeError),
    ],
)
def test_invalid_argument_is_named(variant: Variant, options: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error, match=next(iter(options))):
        variant.client_class(api_key=KEY, base_url=SECURE, **options)


@pytest.mark.parametrize("verify", [True, False, certifi.where(), str(Path(certifi.where()).parent)])
async def test_certificates_are_read_once_for_all_clients(
    variant: Variant, verify: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    variant.client(base_url=SECURE, verify=verify)
    read: list[object] = []
    monkeypatch.setattr(ssl.SSLContext, "load_verify_locations", lambda *arguments, **names: read.append(arguments))
    for _ in range(2):
        client = variant.client(base_url=SECURE, max_retries=0, verify=verify)
        with pytest.raises(APIConnectionError):
            await variant.do(client.threads.get(THREAD_ID))
    assert read == []


class DistrustingContext(ssl.SSLContext):
    """Finds the same fault with every certificate."""

    code = 18

    def wrap_socket(self, *arguments: Any, **names: Any) -> Any:
        error = ssl.SSLCertVerificationError(1, "certificate verify failed: no good")
        error.verify_code = self.code
        raise error

    wrap_bio = wrap_socket


@pytest.mark.parametrize(("code", "hinted"), [(18, True), (20, True), (10, False), (62, False)])
async def test_untrusted_certificate_is_named_and_not_tried_again(
    variant: Variant, server: Server, code: int, hinted: bool
) -> None:
    context = DistrustingContext(ssl.PROTOCOL_TLS_CLIENT)
    context.code = code
    address = server.url.replace("http:", "https:")
    http_client = variant.http_class(verify=context)
    for options in ({"verify": context}, {"http_client": http_client}):
        retries: list[object] = []
        client = variant.client(base_url=address, on_retry=retries.append, max_retries=1, **options)
        with pytest.raises(APIConnectionError, match="no good") as caught:
            await variant.do(client.threads.get(THREAD_ID))
        assert retries == []
        try:
            raise caught.value
        except APIConnectionError:
            with pytest.raises(APIConnectionError, match="2 attempts"):  # another fault, while this one is handled
                await variant.do(variant.client(base_url=NOWHERE, max_retries=1).threads.get(THREAD_ID))
        assert ("verify= " in str(caught.value) and "SSL_CERT_FILE" in str(caught.value)) is hinted
    await variant.do(http_client.aclose() if variant.name == "async" else http_client.close())


async def test_connections_have_tcp_keepalive(variant: Variant, server: Server) -> None:
    server.answer(events(frame(STARTED), then=Silence()))
    async with variant.within(variant.client(server).messages.stream(THREAD_ID, content="x")) as stream:
        connection = stream.response.extensions["network_stream"].get_extra_info("socket")
        assert connection.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) != 0


async def test_proxy_does_not_limit_concurrent_calls(
    variant: Variant, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    if variant.name == "sync":
        return  # a thread for each of so many calls would be the test's own cap
    count = 130
    everyone = threading.Barrier(count)

    def together(connection: Any) -> bool:
        everyone.wait(60)
        return reply(200, THREAD)(connection)

    server.answer(together)
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{server.port}")
    client = variant.client(base_url="http://api.example/api", max_retries=0)
    await asyncio.gather(*[client.threads.get(THREAD_ID) for _ in range(count)])
    await variant.end(client)


async def test_proxy_of_the_environment_is_used(
    variant: Variant, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{server.port}")
    server.answer(reply(200, THREAD))
    client = variant.client(base_url="http://api.example/api")
    await variant.do(client.threads.get(THREAD_ID))
    assert server.requests[0].target == f"http://api.example/api/threads/{THREAD_ID}"
    await variant.end(client)
