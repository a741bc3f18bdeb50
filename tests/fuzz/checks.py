"""Checks of schemathesis for rules of answers beyond the schemas.

They read the server's own answers back through the same address: what was created can be read, what was deleted is
gone, pages are ordered and no longer than asked for.
"""

from typing import Any, NamedTuple

import schemathesis
from schemathesis import Case, CheckContext, Response
from schemathesis.core.parameters import ParameterLocation

from tests.fuzz import target
from tests.fuzz.cases import asked_for_a_stream, is_valid, operation_of


@schemathesis.check
def page_is_ordered_and_short(ctx: CheckContext, response: Response, case: Case) -> None:
    """A list is no longer than `limit`, newest first, and its order is total."""
    lists = ("listAssistants", "listThreads", "listAssistantThreads")
    if response.status_code != 200 or operation_of(case) not in lists:
        return
    page = response.json()
    limit = int((case.query or {}).get("limit", 100))
    assert len(page) <= limit, f"{len(page)} items with limit {limit}"
    key = "assistant_id" if operation_of(case) == "listAssistants" else "thread_id"
    places = [(item["created_at"], item[key]) for item in page]
    assert places == sorted(set(places), reverse=True), "not newest first, or something twice"


@schemathesis.check
def light_list_is_light(ctx: CheckContext, response: Response, case: Case) -> None:
    """Without messages a list has the four fields instead; with them it has the messages."""
    if response.status_code != 200 or operation_of(case) not in ("listThreads", "listAssistantThreads"):
        return
    light = str((case.query or {}).get("include_messages", True)).lower() == "false"
    for thread in response.json():
        if light:
            assert thread["messages"] == []
            assert {"title", "first_user_message", "message_count", "updated_at"} <= thread.keys()
        else:
            assert "message_count" not in thread


@schemathesis.check
def stream_exactly_when_asked(ctx: CheckContext, response: Response, case: Case) -> None:
    """An answer is an event stream exactly when the request asked for one."""
    asked = asked_for_a_stream(case)
    if response.status_code != 200 or asked is None:
        return
    media_type = response.headers["content-type"][0].split(";")[0]
    assert (media_type == "text/event-stream") == asked, media_type


@schemathesis.check
def created_can_be_read(ctx: CheckContext, response: Response, case: Case) -> None:
    """A created object is there at once, under its own path."""
    if response.status_code != 200:
        return
    match operation_of(case):
        case "createAssistant":
            path, made = "/assistants/" + response.json()["assistant_id"], response.json()
        case "cloneAssistant":
            path, made = "/assistants/" + response.json()["assistant"]["assistant_id"], response.json()["assistant"]
        case "createThread":
            path, made = "/threads/" + response.json()["thread_id"], response.json()
        case _:
            return
    read = target.read(path)
    assert read.status_code == 200, f"{path} answers {read.status_code}"
    assert read.json() == made, "read back otherwise than it was created"


class Doomed(NamedTuple):
    """Objects that a deletion is to delete: paths that will lead nowhere, and the ids that lists will not have."""

    paths: list[str]
    lists: dict[str, set[str]]


_DOOMED: dict[str, Doomed] = {}


def look_before_deletion(case: Case) -> None:
    """Notes what will be gone, having seen to it that a run waits there.

    `ignored_auth` sends the same case again when all is gone: the first look counts.
    """
    if case.id in _DOOMED or not is_valid(case, ParameterLocation.PATH):
        return
    match operation_of(case):
        case "deleteThread":
            thread_id = case.path_parameters["thread_id"]
            run = target.start_run(thread_id=thread_id)
            owner = {f"/assistants/{run.assistant_id}/threads": {thread_id}} if run else {}
            _DOOMED[case.id] = Doomed(_paths_of(thread_id), {"/threads": {thread_id}, **owner})
        case "deleteAssistant":
            assistant_id = case.path_parameters["assistant_id"]
            target.start_run(assistant_id=assistant_id)
            own = [f"/assistants/{assistant_id}", f"/assistants/{assistant_id}/threads"]
            threads = target.listed(own[1])
            paths = [path for thread_id in threads for path in _paths_of(thread_id)]
            _DOOMED[case.id] = Doomed([*own, *paths], {"/assistants": {assistant_id}, "/threads": {*threads}})


def _paths_of(thread_id: str) -> list[str]:
    thread = f"/threads/{thread_id}"
    return [thread, *(f"{thread}/runs/{run.run_id}/events" for run in target.runs_of(thread_id))]


@schemathesis.check
def deleted_is_gone(ctx: CheckContext, response: Response, case: Case) -> None:
    """A deleted object and its parts are found no more, under any path and in any list."""
    if response.status_code != 200 or case.id not in _DOOMED:
        return
    doomed = _DOOMED[case.id]
    for path in doomed.paths:
        assert target.read(path).status_code == 404, path
    for path, ids in doomed.lists.items():
        assert not ids.intersection(target.listed(path)), f"{path} has it still"


@schemathesis.check
def message_is_kept(ctx: CheckContext, response: Response, case: Case) -> None:
    """The sent message and the assistant's answer are the last messages of the thread."""
    if response.status_code != 200 or operation_of(case) not in ("sendMessage", "sendChatMessage"):
        return
    if response.headers["content-type"][0] != "application/json" or not isinstance(case.body, dict):
        return
    turn: dict[str, Any] = response.json()
    thread = target.read("/threads/" + turn["thread_id"])
    assert thread.status_code == 200, thread.status_code
    messages = thread.json()["messages"]
    said = next(message for message in reversed(messages) if message["role"] == "user")
    content = case.body.get("content")
    if isinstance(content, str):
        assert said["content"] == content, "kept otherwise than it was said"
    if turn["role"] == "assistant":
        assert messages[-1]["message_id"] == turn["message_id"]
        assert messages[-1]["content"] == turn["content"]
