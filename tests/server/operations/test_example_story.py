"""The examples of the document tell one story: played on a server, each request gives the answer that is shown.

Ids are compared by what they name, and times by their order: an example may have any. What only the hosted API fills in
is left out.
"""

import json
import re
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.clocks import set_clock
from tests.support.server.threads_api import Api, serving
from threads_server.responders import (
    Conversation,
    ModelUsage,
    Responder,
    ResponderEvent,
    TextDelta,
    ToolCallRequested,
)
from tools.document import document

VALUES: dict[str, Any] = {name: one["value"] for name, one in document()["components"]["examples"].items()}
TURN, WAITING, WEATHER = VALUES["AnsweredTurn"], VALUES["WaitingTurn"], VALUES["WeatherTurn"]
HOSTED = {"retrieved_memories", "retrieved_files", "summary"}
"""Fields that this server leaves null."""
ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|run_[0-9a-f-]+")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


class Teller(Responder):
    """Answers as the examples say."""

    unsupported = frozenset()

    async def answer(self, conversation: Conversation) -> AsyncIterator[Sequence[ResponderEvent]]:
        tokens = {name: TURN[name] for name in ("input_tokens", "output_tokens", "total_tokens")}
        yield [ModelUsage(TURN["model_provider"], TURN["model_name"], tokens, context_usage=TURN["context_usage"])]
        last = conversation.messages[-1]
        if last["role"] == "tool":
            yield [TextDelta(WEATHER["content"])]
        elif "umbrella" in last["content"]:
            yield [ToolCallRequested(WAITING["tool_calls"][0])]
        else:
            yield [TextDelta(TURN["content"])]

    def choose_model(self, llm_provider: str | None, model_name: str | None) -> str | None:
        return model_name


class Story:
    """Ids and times of this server for those of the examples."""

    def __init__(self) -> None:
        self.ids: dict[str, str] = {}
        self.times: dict[str, str] = {}

    def told(self, name: str) -> Any:
        """An example, with the ids of this server."""
        text = ID.sub(lambda found: self.ids.get(found[0], found[0]), json.dumps(VALUES[name]))
        return json.loads(text)

    def match(self, name: str, answer: httpx.Response | Any) -> Any:
        """Compare an answer with an example."""
        actual = answer.json() if isinstance(answer, httpx.Response) else answer
        self._match(VALUES[name], actual, name)
        by_example = [self.times[time] for time in sorted(self.times)]
        assert by_example == sorted(by_example), (name, self.times)
        return actual

    def _match(self, shown: Any, actual: Any, at: str) -> None:
        if isinstance(shown, dict):
            assert isinstance(actual, dict), (at, actual)
            for key, value in shown.items():
                if key not in HOSTED:
                    self._match(value, actual[key], f"{at}.{key}")
        elif isinstance(shown, list):
            assert len(shown) == len(actual), (at, actual)
            for number, (one, other) in enumerate(zip(shown, actual, strict=True)):
                self._match(one, other, f"{at}[{number}]")
        elif isinstance(shown, str) and TIME.fullmatch(shown):
            assert self.times.setdefault(shown, actual) == actual, at
        elif isinstance(shown, str) and ID.search(shown):
            ids, others = ID.findall(shown), ID.findall(actual)
            assert ID.sub("", shown) == ID.sub("", actual), at
            assert [self.ids.setdefault(one, other) for one, other in zip(ids, others, strict=True)] == others, at
        else:
            assert shown == actual, at


@pytest.fixture
async def api(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Api]:
    moment = 1_770_257_737_795

    async def pass_time(request: httpx.Request) -> None:
        nonlocal moment
        moment += 1000

    set_clock(monkeypatch, lambda: moment)
    async with serving(tmp_path / "threads.db", responder=Teller(), busy_wait=0) as api:
        api.http.event_hooks = {"request": [pass_time]}
        yield api


async def test_guide_lives_as_the_examples_say(api: Api) -> None:
    story, http = Story(), api.http
    guide = story.match("Guide", await api.post("/assistants", story.told("CreateGuide")))
    story.match("AssistantPage", await http.get("/assistants"))
    path = f"/assistants/{guide['assistant_id']}"
    story.match("EmptyThread", await api.post(f"{path}/threads", story.told("CreateThread")))
    story.match("GuideCloned", await api.post(f"{path}/clone", story.told("CloneRenamed")))
    changed = await http.put(path, json=story.told("UpdateInstructions"))
    assert changed.json().items() >= story.told("UpdateInstructions").items()
    story.match("GuideDeleted", await http.delete(path))
    story.match("AssistantNotFound", await http.get(path))


async def test_conversation_goes_as_the_examples_say(api: Api) -> None:
    story, http = Story(), api.http
    guide = story.match("Guide", await api.post("/assistants", story.told("CreateGuide")))
    thread = story.match("EmptyThread", await api.post(f"/assistants/{guide['assistant_id']}/threads", {}))
    path = f"/threads/{thread['thread_id']}"
    file = VALUES["RememberedThread"]["messages"][0]["attachments"][0]
    sent = await http.post(
        f"{path}/messages",
        data=story.told("MessageWithSettingsForm"),
        files={"files": (file["filename"], b"." * file["file_size_bytes"])},
        headers={"If-Match": '"1"', "Idempotency-Key": "told"},
    )
    story.match("AnsweredTurn", sent)
    story.match("RememberedThread", await http.get(path))
    story.match("ThreadPage", await http.get("/threads"))
    story.match("LightThreadPage", await http.get("/threads", params={"include_messages": False}))
    late = await api.post(f"{path}/messages", story.told("MinimalMessage"), if_match='"1"')
    story.match("ThreadChanged", late)
    story.match("KeyReused", await api.send(thread["thread_id"], "Another.", key="told"))
    continued = await api.post("/threads/messages", story.told("ChatContinued"))
    assert continued.status_code == 200
    story.match("ThreadDeleted", await http.delete(path))
    story.match("ThreadNotFound", await http.get(path))


@pytest.mark.parametrize("outputs", ["WeatherOutputs", "LatestWeatherOutputs"])
async def test_tool_round_goes_as_the_examples_say(api: Api, outputs: str) -> None:
    story, http = Story(), api.http
    guide = story.match("Guide", await api.post("/assistants", story.told("CreateGuide")))
    thread = story.match("EmptyThread", await api.post(f"/assistants/{guide['assistant_id']}/threads", {}))
    question = VALUES["ChatWithAllSettings"]["content"]
    waiting = story.match("WaitingTurn", await api.send(thread["thread_id"], question))
    story.match("OutputsAwaited", await api.send(thread["thread_id"], "And?"))
    runs = f"/threads/{thread['thread_id']}/runs"
    path = f"{runs}/{waiting['run_id']}/submit-tool-outputs" if outputs == "WeatherOutputs" else LATEST
    unknown = [{"tool_call_id": "call_2", "output": "?"}]
    story.match("OutputsUnknown", await api.post(path, story.told(outputs) | {"tool_outputs": unknown}))
    story.match("WeatherTurn", await api.post(path, story.told(outputs)))
    story.match("ToolThread", await http.get(f"/threads/{thread['thread_id']}"))
    late = await api.post(f"{runs}/{waiting['run_id']}/submit-tool-outputs", story.told("WeatherOutputs"))
    story.match("RunNotWaiting", late)


LATEST = "/threads/tool-outputs"


async def test_run_is_cancelled_as_the_examples_say(api: Api) -> None:
    story = Story()
    chat = await api.post("/threads/messages", story.told("ChatWithAllSettings"))
    waiting = story.match("WaitingTurn", {**chat.json(), "message": WAITING["message"]})
    story.match("RunCancelled", await api.cancel(waiting["thread_id"], waiting["run_id"]))


async def test_refusals_are_as_the_examples_say(api: Api) -> None:
    story, http = Story(), api.http
    story.match("LimitTooLarge", await http.get("/threads", params={"limit": 201}))
    story.match("Unauthorized", await http.get("/threads", headers={"X-API-Key": "wrong"}))
    story.match("UnreadableBody", await http.post("/assistants", content=b'{"name": ', headers=JSON))
    story.match("WrongMediaType", await http.post("/assistants", content=b"x", headers={"Content-Type": "text/plain"}))
    story.match("BodyTooLarge", await http.post("/assistants", content=b" " * (4_194_304 + 1), headers=JSON))
    story.match("RunNotFound", await api.cancel(await api.thread(), "run_none"))


JSON = {"Content-Type": "application/json"}
