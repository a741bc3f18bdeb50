"""What schemathesis is told of this API: how JSON text looks, and what must be true beyond the schemas.

The checks read the server's own answers back through the same address, so that what a schema cannot say is held too:
what was created can be read, what was deleted is gone, pages are ordered and no longer than asked for.
"""

import json
import os
import re
from itertools import count
from typing import Any

import httpx
import schemathesis
from hypothesis import strategies as st
from schemathesis import Case, CheckContext, HookContext, Response
from schemathesis.core.failures import Failure
from schemathesis.transport.serialization import Binary

from tests.contract.document import operations
from tests.properties.judge import faults

_NAMES = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=12)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | _NAMES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner, max_size=3),
    max_leaves=6,
)
_TOOLS = st.fixed_dictionaries(
    {"function": st.fixed_dictionaries({"name": _NAMES, "parameters": st.just({"properties": {}})})},
    optional={"type": st.just("function")},
)
schemathesis.openapi.format("json-object", st.dictionaries(_NAMES, _JSON, max_size=4).map(json.dumps))
schemathesis.openapi.format("json-array", st.lists(_TOOLS, max_size=2).map(json.dumps))

_FILES = ("files", "input_references")
_FILE = ("audio_file", "input_image", "input_last_frame", "input_video")


@schemathesis.hook
def filter_case(context: HookContext, case: Case) -> bool:
    """Leaves out what a multipart body cannot say: that a file is a number, or that a list of files is no list.

    On the wire each of these is a part with bytes in it, a file like any other.
    """
    if case.media_type != "multipart/form-data" or not isinstance(case.body, dict):
        return True
    lists = [case.body.get(name, []) for name in _FILES]
    if not all(isinstance(files, list) for files in lists):
        return False
    files = [file for files in lists for file in files] + [case.body[name] for name in _FILE if name in case.body]
    return all(isinstance(file, (bytes, Binary)) for file in files)


@schemathesis.hook
def filter_failure(context: HookContext, failure: Failure, case: Case, response: Response) -> bool:
    """Drops the false alarms of bodies that were made invalid in one place and are valid all the same.

    A link's body was laid over the broken one, or the other branch of an `anyOf` holds. Whether a body is valid is
    for another validator to say than the server's own reading.
    """
    if not re.search(r"Invalid component: (in body|positive test case)", failure.message):
        return True
    media = operations()[_operation(case)].bodies[str(case.media_type)]
    body = json.loads(json.dumps(case.body, default=repr))  # a file is a kind of text that the validator does not know
    return faults(media["schema"], body) != []


@schemathesis.hook
def before_call(context: HookContext, case: Case, kwargs: dict[str, Any]) -> None:
    """Lets requests come through that would say 409 or 412 before anything else is seen.

    The generator likes the key `0` and versions that no thread has: each key becomes one of its own, and of the
    versions only every fourth is sent.
    """
    turn = next(_COUNTER)
    key = case.headers.get("Idempotency-Key")
    if isinstance(key, str) and re.fullmatch("[!-~]{1,200}", key):
        case.headers["Idempotency-Key"] = f"{key}-{turn}"
    version = case.headers.get("If-Match")
    if isinstance(version, str) and 0 < len(version) <= 1000 and turn % 4:
        del case.headers["If-Match"]


_COUNTER = count()
_ADDRESS = os.environ["THREADS_FUZZ_ADDRESS"]
_READER = httpx.Client(headers={"X-API-Key": os.environ["THREADS_FUZZ_API_KEY"]}, timeout=20)


def _read(path: str) -> httpx.Response:
    return _READER.get(_ADDRESS + path)


def _operation(case: Case) -> str:
    return str(case.operation.definition.raw["operationId"])


def _asked_for_a_stream(case: Case) -> bool:
    body = case.body if isinstance(case.body, dict) else {}
    asked = (case.query or {}).get("stream", body.get("stream", False))
    return asked is True or asked == "true"


@schemathesis.check
def page_is_ordered_and_short(ctx: CheckContext, response: Response, case: Case) -> None:
    """A list is no longer than `limit`, newest first, and its order is total."""
    if response.status_code != 200 or _operation(case) not in ("listAssistants", "listThreads", "listAssistantThreads"):
        return
    page = response.json()
    limit = int((case.query or {}).get("limit", 100))
    assert len(page) <= limit, f"{len(page)} items with limit {limit}"
    key = "assistant_id" if _operation(case) == "listAssistants" else "thread_id"
    places = [(item["created_at"], item[key]) for item in page]
    assert places == sorted(set(places), reverse=True), "not newest first, or something twice"


@schemathesis.check
def light_list_is_light(ctx: CheckContext, response: Response, case: Case) -> None:
    """Without messages a list has the four fields instead; with them it has the messages."""
    if response.status_code != 200 or _operation(case) not in ("listThreads", "listAssistantThreads"):
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
    streaming = ("sendMessage", "sendChatMessage", "submitToolOutputs", "submitLatestToolOutputs")
    if response.status_code != 200 or _operation(case) not in streaming:
        return
    media_type = response.headers["content-type"][0].split(";")[0]
    assert (media_type == "text/event-stream") == _asked_for_a_stream(case), media_type


@schemathesis.check
def created_can_be_read(ctx: CheckContext, response: Response, case: Case) -> None:
    """What an answer says was created is there at once, under its own path."""
    if response.status_code != 200:
        return
    match _operation(case):
        case "createAssistant":
            path, made = "/assistants/" + response.json()["assistant_id"], response.json()
        case "cloneAssistant":
            path, made = "/assistants/" + response.json()["assistant"]["assistant_id"], response.json()["assistant"]
        case "createThread":
            path, made = "/threads/" + response.json()["thread_id"], response.json()
        case _:
            return
    read = _read(path)
    assert read.status_code == 200, f"{path} answers {read.status_code}"
    assert read.json() == made, "read back otherwise than it was created"


@schemathesis.check
def deleted_is_gone(ctx: CheckContext, response: Response, case: Case) -> None:
    """What was deleted is not found any more, under any path."""
    if response.status_code != 200 or _operation(case) not in ("deleteAssistant", "deleteThread"):
        return
    body = response.json()
    if "assistant_id" in body:
        paths = [f"/assistants/{body['assistant_id']}", f"/assistants/{body['assistant_id']}/threads"]
    else:
        paths = [f"/threads/{body['thread_id']}"]
    for path in paths:
        assert _read(path).status_code == 404, path


@schemathesis.check
def message_is_kept(ctx: CheckContext, response: Response, case: Case) -> None:
    """What was said, and what the assistant answered, are the last messages of the thread."""
    if response.status_code != 200 or _operation(case) not in ("sendMessage", "sendChatMessage"):
        return
    if response.headers["content-type"][0] != "application/json" or not isinstance(case.body, dict):
        return
    turn: dict[str, Any] = response.json()
    thread = _read("/threads/" + turn["thread_id"])
    assert thread.status_code == 200, thread.status_code
    messages = thread.json()["messages"]
    said = next(message for message in reversed(messages) if message["role"] == "user")
    content = case.body.get("content")
    if isinstance(content, str):
        assert said["content"] == content, "kept otherwise than it was said"
    if turn["role"] == "assistant":
        assert messages[-1]["message_id"] == turn["message_id"]
        assert messages[-1]["content"] == turn["content"]
