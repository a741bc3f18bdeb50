"""The API key and the base URL: their sources, their checks, and where the key never appears."""

import io
import logging
import pickle
import traceback
from typing import Any

import httpx
import pytest

from backboard_threads import APIError, APIStatusError, Backboard
from tests.support.client.scripted_server import Server, drop, events, reply
from tests.support.client.sse_frames import UNNUMBERED
from tests.support.client.variants import KEY, THREAD, THREAD_ID, TURN, Variant


async def test_api_key_is_read_from_the_environment(
    variant: Variant, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BACKBOARD_API_KEY", "from-environment")
    monkeypatch.setenv("BACKBOARD_BASE_URL", server.url + "/")
    server.answer(reply(200, THREAD))
    await variant.do(variant.client(api_key=None).threads.get(THREAD_ID))
    await variant.do(variant.client(api_key="given").threads.get(THREAD_ID))
    assert [seen.headers["x-api-key"] for seen in server.requests] == ["from-environment", "given"]


def test_missing_api_key_names_the_variable(variant: Variant, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match="BACKBOARD_API_KEY"):
        variant.client_class()
    monkeypatch.setenv("BACKBOARD_API_KEY", "")
    with pytest.raises(ValueError, match="BACKBOARD_API_KEY"):
        variant.client_class()


@pytest.mark.parametrize(
    "key",
    ["", " ", "\t\n", "secret\n", "sec\nret", "sec\rret", "sécret", "secret\x00", "secret ", " secret", "\u2028x"],
)
def test_api_key_that_fits_no_header_is_refused(variant: Variant, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match="API key") as caught:
        variant.client_class(api_key=key)
    assert "BACKBOARD_API_KEY" in str(caught.value)
    assert "ret" not in str(caught.value)
    if "\0" not in key and key.strip():
        monkeypatch.setenv("BACKBOARD_API_KEY", key)
        with pytest.raises(ValueError, match="BACKBOARD_API_KEY"):
            variant.client_class()


def test_api_key_of_another_type_is_refused_and_not_shown(variant: Variant) -> None:
    with pytest.raises(TypeError, match="must be a string or a function, not bytes") as caught:
        variant.client_class(api_key=b"secret")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "address",
    [
        "",
        " ",
        "app.backboard.io/api",
        "ftp://app.backboard.io/api",
        "https://",
        "https:///api",
        "https://host/api?x=1",
        "https://host/api#x",
        "https://host /api",
        "https://host/api\n",
        "http://host:port/api",
        "http://host:99999/api",
        "http://[::1/api",
        "http://a..example/api",
        f"http://{'a' * 64}.example/api",
        "https://user:secret@host/api",
    ],
)
def test_invalid_base_url_is_refused(variant: Variant, address: str) -> None:
    with pytest.raises(ValueError, match="base_url") as caught:
        variant.client_class(api_key=KEY, base_url=address)
    assert "secret" not in str(caught.value)


def test_invalid_base_url_of_the_environment_names_the_variable(
    variant: Variant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BACKBOARD_BASE_URL", "localhost")
    with pytest.raises(ValueError, match="BACKBOARD_BASE_URL"):
        variant.client_class(api_key=KEY)


@pytest.mark.parametrize(
    ("address", "normal"),
    [
        ("https://app.backboard.io/api/", "https://app.backboard.io/api"),
        ("http://127.0.0.1:9000", "http://127.0.0.1:9000"),
        ("HTTP://Host:80/Api//", "http://host/Api"),
        ("http://[::1]:8000/api", "http://[::1]:8000/api"),
    ],
)
def test_base_url_is_normalized(variant: Variant, address: str, normal: str) -> None:
    assert variant.client(base_url=address).base_url == normal


def test_default_base_url_is_the_first_server_of_the_document(variant: Variant) -> None:
    assert variant.client().base_url == "https://app.backboard.io/api"


async def test_headers_of_client_and_call_are_sent(variant: Variant, server: Server) -> None:
    server.answer(reply(200, THREAD))
    client = variant.client(server, headers={"X-Team": "a"})
    await variant.do(client.threads.get(THREAD_ID, headers={"X-Call": "b", "X-Team": "c"}))
    headers = server.requests[0].headers
    assert headers["x-team"] == "c"
    assert headers["x-call"] == "b"
    assert headers["user-agent"].startswith(
        f"backboard-threads/0.1.0 ({variant.name}; httpx {httpx.__version__}; Python 3."
    )
    assert headers["accept"] == "application/json"
    assert headers["host"] == f"127.0.0.1:{server.port}"


async def test_headers_of_the_client_leave_forms_and_streams_readable(variant: Variant, server: Server) -> None:
    """Headers that users set on every client: they describe no form, and no event stream."""
    usual = {"content-type": "application/json", "Accept": "application/json", "accept-encoding": "gzip"}
    client = variant.client(server, headers=usual)
    server.answer(reply(200, TURN), reply(200, TURN), reply(200, TURN), events(*UNNUMBERED))
    await variant.do(client.messages.chat(content="x"))
    await variant.do(client.messages.send(THREAD_ID, content="x"))
    await variant.do(client.messages.send(THREAD_ID, content="x", files=("a", b"x")))
    await variant.read(client.messages.stream(THREAD_ID, content="x"))
    types = [request.headers["content-type"].partition(";")[0] for request in server.requests[:3]]
    assert types == ["application/json", "application/x-www-form-urlencoded", "multipart/form-data"]
    assert server.requests[0].headers["accept-encoding"] == "gzip"
    streamed = server.requests[3].headers
    assert (streamed["accept"], streamed["accept-encoding"]) == ("text/event-stream", "identity")


@pytest.mark.parametrize(
    "name",
    [
        *("X-API-Key", "x-api-key", "Host", "Content-Length", "transfer-encoding", "Idempotency-Key", "Upgrade", "TE"),
        *("Connection", "Keep-Alive", "Proxy-Connection", "Trailer"),
    ],
)
async def test_reserved_header_is_refused(variant: Variant, name: str) -> None:
    with pytest.raises(ValueError, match=f"(?i){name}"):
        variant.client(headers={name: "mine"})
    client = variant.client()
    with pytest.raises(ValueError, match=f"(?i){name}"):
        client.with_options(headers={name: "mine"})
    with pytest.raises(ValueError, match=f"(?i){name}"):
        await variant.do(client.threads.get(THREAD_ID, headers={name: "mine"}))


@pytest.mark.parametrize(("name", "value"), [("X", "a\nb"), ("X", "a\r\nY: b"), ("X", "é"), ("X Y", "a"), ("", "a")])
def test_invalid_header_is_refused(variant: Variant, name: str, value: str) -> None:
    with pytest.raises(ValueError, match="header"):
        variant.client(headers={name: value})


@pytest.mark.parametrize("value", ["", "  ", "a\nb", "é"])
async def test_idempotency_key_that_fits_no_header_is_refused(variant: Variant, value: str) -> None:
    with pytest.raises(ValueError, match=r"(?i)idempotency.key"):
        await variant.do(variant.client().messages.send(THREAD_ID, content="x", idempotency_key=value))


@pytest.mark.parametrize(
    "path",
    ["http://evil/steal", "//evil\n/x", "threads", "", "/a/../../x", "/./x", "/a b", "/ü", "/x#y", "@evil/x"],
)
async def test_request_path_to_another_origin_is_refused(variant: Variant, path: str) -> None:
    sent: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(200)

    with pytest.raises(ValueError, match="path must"):
        await variant.do(variant.mocked(handler).request("GET", path))
    assert sent == []


async def test_request_path_never_changes_the_origin(variant: Variant) -> None:
    hosts: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        hosts.append(request.url.host)
        return httpx.Response(200, json={})

    client = variant.mocked(handler)
    for path in ("//evil/x", "/@evil/x", "/\\evil/x", "/%2e%2e/x", "/x?u=http://evil"):
        await variant.do(client.request("GET", path))
    assert set(hosts) == {"server"}


async def test_api_key_is_in_no_repr(variant: Variant) -> None:
    client = variant.client()
    shown = [repr(client), str(client), repr(client.threads), repr(vars(client)), repr(client.threads.iterate())]
    shown.append(repr(client.messages.stream(THREAD_ID, content="x")))
    shown.append(repr(client.with_options(timeout=3)))
    assert KEY not in "".join(shown)


async def test_api_key_is_in_no_log(variant: Variant, server: Server) -> None:
    text = io.StringIO()
    handler = logging.StreamHandler(text)
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        server.answer(drop, reply(503, {}), reply(200, THREAD), reply(404, {"detail": "no"}))
        await variant.do(variant.client(server).threads.get(THREAD_ID))
        with pytest.raises(APIStatusError):
            await variant.do(variant.client(server).threads.get(THREAD_ID))
        given = variant.http_class()
        await variant.do(variant.client(server, http_client=given, max_retries=0).request("GET", "/x?a=1"))
    except APIStatusError:
        pass
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
    assert "backboard" not in text.getvalue() or KEY not in text.getvalue()
    assert THREAD_ID in text.getvalue()
    assert KEY not in text.getvalue()
    await variant.do(given.aclose() if variant.name == "async" else given.close())


async def test_api_key_is_in_no_traceback(variant: Variant, server: Server) -> None:
    for answer in (drop, reply(404, {}), reply(200, b"<html>")):
        server.answer(answer)
        client = variant.client(server, max_retries=1)
        with pytest.raises(APIError) as caught:
            await variant.do(client.messages.send(THREAD_ID, content="x", files=[("a", b"b")]))
        frames = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
        ours = [frame for frame in frames.stack if "backboard_threads" in frame.filename]
        assert ours
        assert KEY not in "".join(text for frame in ours for text in (frame.locals or {}).values())


async def test_api_key_is_in_no_pickled_response(variant: Variant, server: Server) -> None:
    server.answer(reply(200, THREAD, {"X-Request-ID": "r"}))
    answer: Any = await variant.do(variant.client(server).threads.with_response.get(THREAD_ID))
    assert answer.request.headers["x-api-key"] == "[redacted]"
    assert KEY.encode() not in pickle.dumps(answer)
    free = await variant.do(variant.client(server).request("GET", "/free"))
    assert KEY.encode() not in pickle.dumps(free)


def test_pickled_client_carries_its_api_key() -> None:
    assert KEY.encode() in pickle.dumps(Backboard(api_key=KEY))
    assert "pickled client carries its key" in " ".join((Backboard.__doc__ or "").split())


async def test_api_key_is_redacted_in_printed_requests(variant: Variant, server: Server) -> None:
    shown: list[str] = []

    def show(request: httpx.Request) -> None:
        shown.append(f"{request!r} {request.headers!r}")

    async def show_async(request: httpx.Request) -> None:
        show(request)

    given = variant.http_class(event_hooks={"request": [show_async if variant.name == "async" else show]})
    server.answer(reply(200, THREAD))
    await variant.do(variant.client(server, http_client=given).threads.get(THREAD_ID))
    assert "[redacted]" in shown[0]
    assert KEY not in shown[0]
    assert server.requests[0].headers["x-api-key"] == KEY
    await variant.do(given.aclose() if variant.name == "async" else given.close())


def our_frames_with(secret: str, error: BaseException) -> list[str]:
    """The frames of the client in whose local variables the secret is shown."""
    return [
        f"{frame.f_code.co_name} {name}"
        for frame, _ in traceback.walk_tb(error.__traceback__)
        for name, value in frame.f_locals.items()
        if "backboard_threads" in frame.f_code.co_filename and secret in repr(value)
    ]


@pytest.mark.parametrize(
    "options", [{"headers": {"X-A": "é"}}, {"base_url": "ftp://x"}, {"max_retries": -1}, {"timeout": 0}, {"proxy": "x"}]
)
@pytest.mark.parametrize("source", ["environment", "argument"])
def test_api_key_is_in_no_frame_of_a_failed_constructor(
    variant: Variant, options: dict[str, Any], source: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BACKBOARD_API_KEY", KEY)
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - each has its own words
        variant.client_class(api_key=KEY if source == "argument" else None, **options)
    assert our_frames_with(KEY, caught.value) == []


def test_refused_api_key_is_in_no_frame(variant: Variant, monkeypatch: pytest.MonkeyPatch) -> None:
    for refused in (f"{KEY}\n", f" {KEY}", f"{KEY}é"):
        with pytest.raises(ValueError, match="API key") as caught:
            variant.client_class(api_key=refused)
        assert our_frames_with(KEY, caught.value) == []
        monkeypatch.setenv("BACKBOARD_API_KEY", refused)
        with pytest.raises(ValueError, match="API key") as caught:
            variant.client_class()
        assert our_frames_with(KEY, caught.value) == []


@pytest.mark.parametrize("is_coroutine", [False, True])
async def test_api_key_function_is_called_for_each_attempt(
    variant: Variant, server: Server, is_coroutine: bool
) -> None:
    keys = iter(["first", "second", "third"])

    def rotate() -> str:
        return next(keys)

    async def rotate_async() -> str:
        return next(keys)

    server.answer(reply(503, {}), reply(200, THREAD))
    client = variant.client(server, api_key=rotate_async if is_coroutine else rotate)
    if is_coroutine and variant.name == "sync":
        with pytest.raises(TypeError, match="async client"):
            await variant.do(client.threads.get(THREAD_ID))
        return
    await variant.do(client.threads.get(THREAD_ID))
    await variant.do(client.with_options(timeout=5).threads.get(THREAD_ID))
    assert [seen.headers["x-api-key"] for seen in server.requests] == ["first", "second", "third"]


@pytest.mark.parametrize("key", ["", "a\nb", 7, None])
async def test_api_key_function_with_invalid_result_is_refused(variant: Variant, server: Server, key: Any) -> None:
    with pytest.raises((ValueError, TypeError), match="function api_key") as caught:
        await variant.do(variant.client(server, api_key=lambda: key).threads.get(THREAD_ID))
    assert "a\nb" not in str(caught.value)
    assert server.requests == []
