"""The sync client has the names, signatures and docstrings of the async one."""

import ast
import inspect
import re
from types import FunctionType, ModuleType
from typing import Any

import pytest

from backboard_threads._async import base_client as async_caller
from backboard_threads._async import connection_pool as async_channel
from backboard_threads._async import pagination as async_pages
from backboard_threads._async import resource as async_resource
from backboard_threads._async import streaming as async_events
from backboard_threads._async.resources import assistants as async_assistants
from backboard_threads._async.resources import messages as async_messages
from backboard_threads._async.resources import runs as async_runs
from backboard_threads._async.resources import threads as async_threads
from backboard_threads._sync import base_client as caller
from backboard_threads._sync import connection_pool as channel
from backboard_threads._sync import pagination as pages
from backboard_threads._sync import resource
from backboard_threads._sync import streaming as events
from backboard_threads._sync.resources import assistants, messages, runs, threads

PAIRS = [
    (async_caller, caller),
    (async_channel, channel),
    (async_events, events),
    (async_pages, pages),
    (async_resource, resource),
    (async_assistants, assistants),
    (async_messages, messages),
    (async_runs, runs),
    (async_threads, threads),
]


def as_sync(text: str) -> str:
    """A name, an annotation or a docstring of the async client, as the sync client has it."""
    text = re.sub(r"\ban(?=\s+`(?:async |Async[^AEIOU]))", "a", text)
    text = re.sub(r"\bAsync(?=[A-Z])|await |async (?=with|for)", "", text)
    for name, twin in {"aclose": "close", "__aenter__": "__enter__", "__aexit__": "__exit__"}.items():
        text = text.replace(name, twin)
    return text.replace("__aiter__", "__iter__").replace("__anext__", "__next__").replace(
        "handle_async_request", "handle_request"
    )  # fmt: skip


def members(owner: Any) -> dict[str, Any]:
    if isinstance(owner, ModuleType):
        tree = ast.parse(inspect.getsource(owner))
        defined = [node.name for node in tree.body if isinstance(node, (ast.ClassDef, ast.FunctionDef))]
        return {name: vars(owner)[name] for name in defined}
    return {name: value for name, value in vars(owner).items() if isinstance(value, (property, FunctionType))}


def public_names(owner: Any, prefix: str = "") -> dict[str, tuple[str, str]]:
    """Each name in `owner` with its signature and its docstring."""
    found: dict[str, tuple[str, str]] = {}
    for name, value in members(owner).items():
        path = f"{prefix}{name}"
        inner = value.fget if isinstance(value, property) else value
        shape = "class" if isinstance(value, type) else str(inspect.signature(inner))
        found[as_sync(path)] = (as_sync(shape), as_sync(inspect.getdoc(value) or ""))
        if isinstance(value, type):
            found |= public_names(value, f"{path}.")
    return found


@pytest.mark.parametrize(("ours", "twin"), PAIRS, ids=[twin.__name__ for _, twin in PAIRS])
def test_sync_and_async_have_the_same_names_signatures_and_docstrings(ours: ModuleType, twin: ModuleType) -> None:
    assert public_names(ours) == public_names(twin)
