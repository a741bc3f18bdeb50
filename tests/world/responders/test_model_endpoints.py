"""The openai responder against litellm's proxy and fakellm."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.support.server.builders import WEATHER
from tests.support.server.threads_api import Api, serving

MASTER_KEY = "sk-master-0123456789abcdef"
WRONG_KEY = "sk-wrong-fedcba9876543210"


@pytest.fixture(scope="module")
async def api(tmp_path_factory: pytest.TempPathFactory, litellm: str, fakellm: str) -> AsyncIterator[Api]:
    """A server that offers every model of both."""
    folder = tmp_path_factory.mktemp("server")
    models = [f"direct: {{base_url: '{fakellm}', context_size: 1000}}"]
    models += [
        f"{name}: {{base_url: '{litellm}', api_key_variable: MASTER_KEY, provider: litellm}}"
        for name in ("plain", "busy", "broken", "full", "behind", "missing")
    ]
    models.append(f"locked: {{base_url: '{litellm}', api_key_variable: WRONG_KEY, model: plain}}")
    path = folder / "models.yaml"
    path.write_text("\n".join(models))
    responder = "tests.support.server.model_endpoint:quick_responder"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MASTER_KEY", MASTER_KEY)
        patch.setenv("WRONG_KEY", WRONG_KEY)
        async with serving(folder / "threads.db", responder=responder, models=str(path)) as api:
            yield api


async def end_of(api: Api, thread_id: str, content: str, *, stream: bool, **fields: Any) -> dict[str, Any]:
    """The turn, or the last event of its stream."""
    body = {"thread_id": thread_id, "content": content, "stream": stream, **fields}
    answer = await api.post("/threads/messages", body)
    assert answer.status_code == 200, answer.text
    return await last_of(answer)


async def last_of(answer: Any) -> dict[str, Any]:
    if "event-stream" not in answer.headers["content-type"]:
        return dict(answer.json())
    lines = [line.removeprefix("data: ") for line in answer.text.splitlines() if line.startswith("data: ")]
    return dict(json.loads(lines[-1]))


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("model", "content"),
    [("plain", "Hello from the mock."), ("direct", "Hello from fakellm."), ("behind", "Hello from fakellm.")],
)
async def test_answer_arrives_with_its_counts(api: Api, model: str, content: str, stream: bool) -> None:
    thread_id = await api.thread()
    end = await end_of(api, thread_id, "hello", stream=stream, model_name=model)
    assert (await api.history(thread_id))[-1] == ("assistant", content), end
    assert end["message"] == "Message added"
    if model != "direct" or not stream:  # fakellm counts nothing in a stream
        assert end["total_tokens"] > 0
    if model == "direct":
        assert end["context_usage"]["context_limit"] == 1000


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("model", ["direct", "behind"])
async def test_tool_round_goes_there_and_back(api: Api, model: str, stream: bool) -> None:
    thread_id = await api.thread(await api.assistant(tools=[WEATHER]))
    end = await end_of(api, thread_id, f"What is the weather for {model} {stream}?", stream=stream, model_name=model)
    calls = end["tool_calls"]
    assert [call["function"]["name"] for call in calls] == ["get_weather"] * 2, end
    outputs = {call["id"]: "sunny" for call in calls}
    done = await last_of(await api.outputs(thread_id, end["run_id"], outputs, stream=stream))
    assert (await api.history(thread_id))[-1] == ("assistant", "It is sunny in Lisbon."), done


REFUSALS = [
    ("busy", "x", "The model endpoint has too many requests", "(status 429)"),
    ("broken", "x", "The model endpoint failed", "(status 500)"),
    ("full", "x", "The model endpoint refused the request", "context window exceeded"),
    ("missing", "x", "The model endpoint refused the request", "Invalid model name"),
    ("locked", "x", "The model endpoint refused the request", "(status 400)"),
    ("direct", "refuse me", "The model endpoint refused the request", "Incorrect API key"),
    ("direct", "busy", "The model endpoint has too many requests", "slow down"),
    ("behind", "refuse me", "The model endpoint refused the request", "Incorrect API key"),
]


@pytest.mark.parametrize(
    ("model", "content", "sentence", "words", "stream"),
    [(*refusal, False) for refusal in REFUSALS]
    + [(*refusal, True) for refusal in REFUSALS if refusal[1] == "x"],  # fakellm has no errors for a streamed answer
)
async def test_refusal_is_a_failed_run_with_the_words_in_the_log(
    api: Api, caplog: pytest.LogCaptureFixture, model: str, content: str, sentence: str, words: str, stream: bool
) -> None:
    thread_id = await api.thread()
    end = await end_of(api, thread_id, content, stream=stream, model_name=model)
    assert end["message"] == sentence
    assert (await api.get(thread_id))["messages"][-1]["status"] == "FAILED"
    assert words in caplog.text
    assert MASTER_KEY not in caplog.text
    assert WRONG_KEY not in caplog.text
