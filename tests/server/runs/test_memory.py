"""Memory of a request: released with its response, without the garbage collector, since an upload may be large."""

import asyncio
import gc
import json
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.server.threads_api import Api
from threads_server.runs.live_runs import LiveRun
from threads_server.store.history import History
from threads_server.store.turns import FileRow, NewTurn

NOBODY = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def collector() -> Iterator[None]:
    """The garbage collector, at rest."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def held() -> list[str]:
    return [type(one).__name__ for one in gc.get_objects() if isinstance(one, LiveRun | NewTurn | FileRow)]


@pytest.mark.usefixtures("collector")
@pytest.mark.parametrize(
    ("headers", "status"),
    [({}, 200), ({"Idempotency-Key": "k"}, 200), ({"If-Match": '"0"'}, 412), ({}, 404)],
    ids=["sent", "repeated", "stale", "unknown"],
)
async def test_request_after_its_response_is_released(api: Api, headers: dict[str, str], status: int) -> None:
    thread_id = NOBODY if status == 404 else await api.thread()
    sent: dict[str, Any] = {"data": {"content": "x"}, "files": [("files", ("a.txt", b"x" * 1000))]}
    for _ in range(2):
        answer = await api.http.post(f"/threads/{thread_id}/messages", headers=headers, **sent)
        assert answer.status_code == status
    async with asyncio.timeout(600):
        while held():  # noqa: ASYNC110 - the answer is out before all is over
            await asyncio.sleep(0.01)


def test_history_once_decoded_releases_its_text() -> None:
    text = ",".join(json.dumps({"content": str(number)}) for number in range(3))
    before = sys.getrefcount(text)
    history = History(text, '{"content": "2"}')
    assert [message["content"] for message in history] == ["0", "1", "2"]
    assert sys.getrefcount(text) == before
    assert len(history) == 3
