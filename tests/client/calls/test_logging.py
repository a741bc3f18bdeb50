"""Log lines and deprecation warnings."""

import logging
import warnings

import pytest

from backboard_threads import _deprecation as deprecation
from backboard_threads._operations import GET_THREAD
from tests.support.client.scripted_server import Server, drop, events, reply
from tests.support.client.sse_frames import NUMBERED
from tests.support.client.variants import THREAD, THREAD_ID, Variant
from tests.support.forked_python import ForkedPython


async def test_requests_and_retries_are_logged(
    variant: Variant, server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "backboard_threads")
    server.answer(reply(503, {}, {"Retry-After": "0"}), drop, reply(200, THREAD, {"X-Request-ID": "req-1"}))
    await variant.do(variant.client(server).threads.get(THREAD_ID))
    url = f"{server.url}/threads/{THREAD_ID}"
    lines = [(record.levelname, record.getMessage()) for record in caplog.records if record.name == "backboard_threads"]
    assert [line for line in lines if "broke" not in line[1]] == [
        ("DEBUG", f"GET {url} (attempt 1)"),
        ("DEBUG", f"GET {url}: 503, request id None"),
        ("INFO", f"GET {url}: 503; again in 0.00 s"),
        ("DEBUG", f"GET {url} (attempt 2)"),
        ("DEBUG", f"GET {url} (attempt 3)"),
        ("DEBUG", f"GET {url}: 200, request id req-1"),
    ]
    assert any(level == "INFO" and f"GET {url}: the connection broke" in line for level, line in lines)


async def test_resumption_is_logged(variant: Variant, server: Server, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "backboard_threads")
    server.answer(events(*NUMBERED[:2], then=drop), events(*NUMBERED[2:]))
    await variant.read(variant.client(server).messages.stream(THREAD_ID, content="x"))
    assert "the events of run run-1 broke off; resuming after 2" in caplog.text


@pytest.mark.parametrize(
    ("level", "words"), [("debug", "(attempt 1)"), ("INFO", "again in"), ("", None), ("odd", None)]
)
def test_log_variable_prints_log_lines(
    server: Server, forked_python: ForkedPython, level: str, words: str | None
) -> None:
    server.answer(reply(429, {}, {"Retry-After": "0"}), reply(200, THREAD))
    code = f"from backboard_threads import Backboard; Backboard(api_key='secret').threads.get({THREAD_ID!r})"
    done = forked_python.run(code, BACKBOARD_LOG=level, BACKBOARD_BASE_URL=server.url)
    assert done.returncode == 0
    assert (words in done.stderr) if words else done.stderr == ""
    assert "secret" not in done.stderr


@pytest.mark.parametrize("level", ["DEBUG", "WARNING"])
@pytest.mark.parametrize("is_first", [True, False])
def test_log_lines_come_once_where_logging_is_configured(
    server: Server, forked_python: ForkedPython, level: str, is_first: bool
) -> None:
    server.answer(reply(200, THREAD))
    steps = ["from backboard_threads import Backboard", f"import logging; logging.basicConfig(level={level!r})"]
    code = "; ".join([*sorted(steps, reverse=is_first), f"Backboard(api_key='secret').threads.get({THREAD_ID!r})"])
    done = forked_python.run(code, BACKBOARD_LOG="debug", BACKBOARD_BASE_URL=server.url)
    assert done.returncode == 0
    assert done.stderr.count("(attempt 1)") == 1


async def test_deprecated_operation_warns_once(
    variant: Variant, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deprecation, "warned", set())
    monkeypatch.setattr(GET_THREAD, "deprecated", "use something newer")
    server.answer(reply(200, THREAD))
    client = variant.client(server)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for _ in range(3):
            await variant.do(client.threads.get(THREAD_ID))
    assert [(w.category, str(w.message)) for w in caught] == [
        (DeprecationWarning, "getThread is deprecated: use something newer")
    ]
    assert "backboard_threads" not in caught[0].filename


def test_deprecated_parameter_warns_once_at_the_calling_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deprecation, "warned", set())

    def method() -> None:
        deprecation.warn_once("threads.list(old=…)", "use new")

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        method()
        method()
    assert [(str(w.message), w.filename) for w in caught] == [("threads.list(old=…) is deprecated: use new", __file__)]
