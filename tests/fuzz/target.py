"""The server that is fuzzed, spoken to beside schemathesis: what is there is read, and runs are started."""

from collections import defaultdict
from typing import NamedTuple

import httpx

_CLIENT = httpx.Client(timeout=600)  # bounds a hang only
_PAGE = 200
_CALL = {
    "content": "/call lookup {}",
    "tools": [{"type": "function", "function": {"name": "lookup", "parameters": {"type": "object", "properties": {}}}}],
}


class Run(NamedTuple):
    """A run that waited for the outputs of `tool_call_ids` when it was started."""

    assistant_id: str
    thread_id: str
    run_id: str
    tool_call_ids: list[str]


_RUNS: defaultdict[str, list[Run]] = defaultdict(list)


def configure(base_url: str, *, key: str) -> None:
    """Speak to the server that schemathesis was told of, with its key."""
    _CLIENT.base_url = httpx.URL(base_url)
    _CLIENT.headers["X-API-Key"] = key


def key() -> str:
    """Return the key that opens the server."""
    return _CLIENT.headers["X-API-Key"]


def read(path: str) -> httpx.Response:
    return _CLIENT.get(path)


def create(key: str) -> str:
    """A new assistant, or a new thread of a new assistant; its id, as `key` names it."""
    assistant = _CLIENT.post("/assistants", json={"name": "Fresh"}).raise_for_status().json()
    made = assistant
    if key == "thread_id":
        made = _CLIENT.post(f"/assistants/{assistant['assistant_id']}/threads").raise_for_status().json()
    return str(made[key])


def start_run(**where: str) -> Run | None:
    """A run that waits: in the thread `thread_id`, or in a new one of `assistant_id`, or of the default assistant.

    None if there is no such place, or if its thread waits already.
    """
    answer = _CLIENT.post("/threads/messages", json=_CALL | where)
    if answer.status_code != 200 or answer.json()["status"] != "REQUIRES_ACTION":
        return None
    turn = answer.json()
    run = Run(turn["assistant_id"], turn["thread_id"], turn["run_id"], [call["id"] for call in turn["tool_calls"]])
    _RUNS[run.thread_id].append(run)
    return run


def runs_of(thread_id: str) -> list[Run]:
    """The runs of a thread that were started here, also after its deletion."""
    return list(_RUNS[thread_id])


def listed(path: str) -> list[str]:
    """The ids in a list of assistants or threads, all its pages; none if there is no such list."""
    key = "assistant_id" if path == "/assistants" else "thread_id"
    ids: list[str] = []
    while True:
        page = _CLIENT.get(path, params={"skip": len(ids), "limit": _PAGE, "include_messages": "false"})
        if page.status_code == 404:
            return []
        ids += [item[key] for item in page.raise_for_status().json()]
        if len(page.json()) < _PAGE:
            return ids
