"""Both halves have the same names, signatures and docstrings, and the constructor is the design's."""

import inspect
import re
from types import FunctionType, ModuleType
from typing import Any

import pytest

import backboard_threads
from backboard_threads import AsyncBackboard, Backboard, UnprocessableEntityError
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
from tests.support.client_variants import KEY

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
RESOURCES = {
    "assistants": ["clone", "create", "delete", "get", "iterate", "list", "update"],
    "threads": ["create", "delete", "get", "iterate", "iterate_for_assistant", "list", "list_for_assistant"],
    "messages": ["chat", "chat_stream", "send", "stream"],
    "runs": [
        "cancel",
        "events",
        "stream_latest_tool_outputs",
        "stream_tool_outputs",
        "submit_latest_tool_outputs",
        "submit_tool_outputs",
    ],
}
NEEDED = ["name", "tool_outputs", "thread_id"]
OPTIONS = ["timeout", "deadline", "max_retries", "headers"]


def as_sync(text: str) -> str:
    """A name, an annotation or a docstring of the async half, as the sync half has it."""
    text = re.sub(r"\ban(?=\s+`(?:async |Async[^AEIOU]))", "a", text)
    text = re.sub(r"\bAsync(?=[A-Z])|await |async (?=with|for)", "", text)
    for name, twin in {"aclose": "close", "__aenter__": "__enter__", "__aexit__": "__exit__"}.items():
        text = text.replace(name, twin)
    return text.replace("__aiter__", "__iter__").replace("__anext__", "__next__").replace(
        "handle_async_request", "handle_request"
    )  # fmt: skip


def members(owner: Any) -> dict[str, Any]:
    module = owner.__name__ if isinstance(owner, ModuleType) else owner.__module__
    return {
        name: value
        for name, value in vars(owner).items()
        if isinstance(value, property) or (isinstance(value, (FunctionType, type)) and value.__module__ == module)
    }


def surface(owner: Any, prefix: str = "") -> dict[str, tuple[str, str]]:
    """Each name in `owner` with its signature and its docstring."""
    found: dict[str, tuple[str, str]] = {}
    for name, value in members(owner).items():
        path = f"{prefix}{name}"
        inner = value.fget if isinstance(value, property) else value
        shape = "class" if isinstance(value, type) else str(inspect.signature(inner))
        found[as_sync(path)] = (as_sync(shape), as_sync(inspect.getdoc(value) or ""))
        if isinstance(value, type):
            found |= surface(value, f"{path}.")
    return found


@pytest.mark.parametrize(("ours", "twin"), PAIRS, ids=[twin.__name__ for _, twin in PAIRS])
def test_same_names_signatures_and_docstrings(ours: ModuleType, twin: ModuleType) -> None:
    assert surface(ours) == surface(twin)


@pytest.mark.parametrize("client", [Backboard(api_key=KEY), AsyncBackboard(api_key=KEY)], ids=["sync", "async"])
def test_the_surface_of_the_design(client: Any) -> None:
    for name, methods in RESOURCES.items():
        resource = getattr(client, name)
        public = [method for method in dir(resource) if not method.startswith("_") and method != "with_response"]
        assert sorted(public) == methods
        for method in methods:
            parameters = inspect.signature(getattr(resource, method)).parameters
            assert list(parameters)[-4:] == OPTIONS, (name, method)
            optional = [p for p in parameters.values() if p.kind is p.KEYWORD_ONLY]
            assert all(p.default is not p.empty for p in optional if p.name not in NEEDED), (name, method)
            assert inspect.getdoc(getattr(resource, method)), method
        calls = [m for m in methods if "iterate" not in m and "stream" not in m and m != "events"]
        assert sorted(vars(resource.with_response)) == calls


def test_a_client_offers_its_resources_and_little_more() -> None:
    offered = {name for name in dir(Backboard) if not name.startswith("_")}
    assert offered == {*RESOURCES, "base_url", "close", "facts", "request", "with_options"}


@pytest.mark.parametrize("client_class", [Backboard, AsyncBackboard])
def test_the_constructor_of_the_design(client_class: Any) -> None:
    parameters = inspect.signature(client_class).parameters
    assert list(parameters) == [
        "api_key",
        "base_url",
        "timeout",
        "deadline",
        "max_retries",
        "headers",
        "http_client",
    ]
    assert all(parameter.kind is parameter.KEYWORD_ONLY for parameter in parameters.values())


def test_posts_take_an_idempotency_key() -> None:
    client = Backboard(api_key=KEY)
    posts = {
        "assistants": ["create", "clone"],
        "threads": ["create"],
        "messages": RESOURCES["messages"],
        "runs": [name for name in RESOURCES["runs"] if name != "events"],
    }
    for name, methods in RESOURCES.items():
        for method in methods:
            takes = "idempotency_key" in inspect.signature(getattr(getattr(client, name), method)).parameters
            assert takes == (method in posts[name]), (name, method)


def test_both_halves_raise_the_same_errors() -> None:
    named = [getattr(backboard_threads, name) for name in backboard_threads.__all__]
    errors = [value for value in named if isinstance(value, type) and issubclass(value, Exception)]
    assert UnprocessableEntityError in errors
    assert {error.__module__ for error in errors} == {"backboard_threads._errors"}


def test_every_name_is_there_and_says_what_it_is() -> None:
    for name in backboard_threads.__all__:
        value = getattr(backboard_threads, name)
        assert name in dir(backboard_threads)
        if isinstance(value, type):
            assert inspect.getdoc(value), name
    with pytest.raises(AttributeError, match="Nothing"):
        backboard_threads.Nothing  # noqa: B018
