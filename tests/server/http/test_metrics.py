"""The metrics of one process and of several, and the log's lines of requests and runs."""

import asyncio
import json
import re
import signal
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.support.database.kinds import BOTH_DATABASES
from tests.support.server.builders import hold, running, waiting, waiting_run
from tests.support.server.command_line import serving as serving_process
from tests.support.server.model_endpoint import answered, asking, message
from tests.support.server.threads_api import KEY, Api, serving

Samples = dict[tuple[str, ...], float]


async def scraped(http: httpx.AsyncClient) -> Samples:
    """Values by name (without its prefix) and labels."""
    answer = await http.get(str(http.base_url).removesuffix("api/") + "metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=")
    return samples(answer.text)


def samples(text: str) -> Samples:
    return {
        (sample.name.removeprefix("threads_server_"), *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


@BOTH_DATABASES
async def test_metrics_count_requests_streams_runs_and_commits(database: str) -> None:
    async with serving(database, metrics=True) as api:
        thread_id, run_id = await waiting_run(api)
        await api.outputs(thread_id, run_id, {"call_1": "dry"})
        await api.turn(thread_id, "/fail it")
        async with api.stream(thread_id, "/say x") as events:
            await events.rest()
        assert (await api.http.get("/threads?limit=0")).status_code == 422
        await api.http.get("/nothing")
        found = await scraped(api.http)
        assert found["requests_total", "sendMessage", "200"] == 3
        assert found["requests_total", "listThreads", "422"] == 1
        assert found["requests_total", "none", "404"] == 1
        assert found["request_seconds_total", "sendMessage"] > 0
        assert found["request_duration_seconds_count", "sendMessage"] == 2
        assert found["first_event_seconds_count", "sendMessage"] == 1
        ends = {end: found["runs_total", end] for end in ("REQUIRES_ACTION", "COMPLETED", "FAILED")}
        assert ends == {"REQUIRES_ACTION": 1, "COMPLETED": 2, "FAILED": 1}
        assert found["run_seconds_count", "COMPLETED"] == 2
        assert found["uptime_seconds",] > 0
        if not api.services.store.shared:
            assert found["commit_transactions_count",] > 0
            assert found["commit_transactions_sum",] >= found["commit_transactions_count",]
        assert {name for name, *_ in found if name.endswith("_created")} == set()


async def test_retries_and_tokens_of_a_model_are_counted(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "threads_server.runs")
    async with asking(tmp_path / "threads.db", metrics=True) as (api, endpoint):
        usage = {"prompt_tokens": 5, "completion_tokens": 7, "total_tokens": 12}
        endpoint.replies = [answered({}, "503 Busy")] * 2
        endpoint.reply = answered({**message("stop", role="assistant", content="Hello"), "usage": usage})
        await api.turn(await api.thread(), "x")
        found = await scraped(api.http)
    assert found["model_retries_total",] == 2
    assert (found["tokens_total", "input_tokens"], found["tokens_total", "output_tokens"]) == (5, 7)
    assert caplog.records[-1].getMessage().endswith("5 input_tokens, 7 output_tokens, 12 total_tokens")


async def test_gauges_are_those_of_the_moment(database: str) -> None:
    async with serving(database, metrics=True) as api:
        held, thread_id = hold(api), await api.thread()
        first, run_id = await running(api, thread_id)
        second = asyncio.create_task(api.send(thread_id, "and again"))
        await waiting(api, thread_id)
        async with api.events(thread_id, run_id) as events:
            await events.until("content_streaming")
            found = await scraped(api.http)
            held.go.set()
            await events.rest()
        assert (found["open_streams",], found["runs_at_work",], found["waiting_messages",]) == (1, 1, 1)
        assert found["pool_connections",] >= 1
        await asyncio.gather(first, second)
        found = await scraped(api.http)
        assert (found["runs_at_work",], found["waiting_messages",], found["waiting_transactions",]) == (0, 0, 0)


async def test_metrics_of_workers_are_summed(postgres: str) -> None:
    arguments = ("--database", postgres, "--workers", "2", "--metrics")
    with serving_process(*arguments, environment={"THREADS_SERVER_API_KEY": KEY}) as (_, (line,)):
        url = re.search(r"http://\S+/api", line)
        assert url is not None
        headers = {"X-API-Key": KEY, "Connection": "close"}  # so that both workers get some
        async with httpx.AsyncClient(base_url=url[0], headers=headers, timeout=600, trust_env=False) as http:
            await asyncio.gather(*[http.get("/assistants") for _ in range(40)])
            for _ in range(10):
                found = await scraped(http)
                assert found["requests_total", "listAssistants", "200"] == 40
            assert ("open_streams",) in found


def test_log_of_json_has_a_line_for_each_request_and_run(tmp_path: Path) -> None:
    arguments = ("--database", str(tmp_path / "threads.db"), "--log-format", "json", "--log-level", "info")
    with serving_process(*arguments, environment={"THREADS_SERVER_API_KEY": KEY}) as (process, (line,)):
        url = re.search(r"http://\S+/api", line)
        assert url is not None
        with httpx.Client(base_url=url[0], headers={"X-API-Key": KEY}, timeout=600, trust_env=False) as http:
            turn = http.post("/threads/messages", json={"content": "/fail no\npower"}).json()
            http.get(f"/threads/{turn['thread_id']}?q=private", headers={"X-Request-ID": "mine"})
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=600)
    lines = [json.loads(line) for line in errors.splitlines()]
    assert KEY not in errors
    assert "private" not in errors
    requests = [line for line in lines if line["logger"] == "threads_server.access"]
    assert [(line["method"], line["operation"], line["status"]) for line in requests] == [
        ("POST", "sendChatMessage", 200),
        ("GET", "getThread", 200),
    ]
    assert requests[1]["request_id"] == "mine"
    (run,) = [line for line in lines if line["logger"] == "threads_server.runs"]
    assert (run["level"], run["end"], run["run_id"], run["cause"]) == ("info", "FAILED", turn["run_id"], "no power")
    assert run["seconds"] >= 0


async def test_each_end_of_a_run_is_one_line(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "threads_server.runs")
    thread_id, run_id = await waiting_run(api)
    await api.cancel(thread_id, run_id)
    await api.cancel(thread_id, run_id)
    await api.turn(thread_id, "/say x")
    hold(api)
    sending, held_id = await running(api, thread_id)
    await api.cancel(thread_id, held_id)
    await sending
    sending, deleted_id = await running(api, thread_id)
    await api.http.delete(f"/threads/{thread_id}")
    await sending
    lines = [record.getMessage() for record in caplog.records if record.name == "threads_server.runs"]
    ends = [re.match(rf"run \S+ of thread {thread_id}: ([A-Z_]+)", line) for line in lines]
    assert [end and end[1] for end in ends] == ["REQUIRES_ACTION", "CANCELLED", "COMPLETED", "CANCELLED", "DELETED"]
    assert "first piece after" in lines[3]
    assert deleted_id in lines[4]
