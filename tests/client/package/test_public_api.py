"""The public API, typed by hand from the design: names, methods, constructor arguments, errors."""

import inspect
import pickle
import warnings
from typing import Any

import pytest

import backboard_threads
from backboard_threads import AsyncBackboard, Backboard
from tests.support.client.variants import KEY

RESOURCES = {
    "assistants": {"create", "list", "iterate", "get", "update", "delete", "clone"},
    "threads": {"create", "list", "iterate", "list_for_assistant", "iterate_for_assistant", "get", "delete"},
    "messages": {"send", "stream", "chat", "chat_stream"},
    "runs": {
        "submit_tool_outputs",
        "stream_tool_outputs",
        "submit_latest_tool_outputs",
        "stream_latest_tool_outputs",
        "cancel",
        "events",
    },
}
CONSTRUCTOR = [
    *("api_key", "base_url", "timeout", "deadline", "max_retries", "headers", "http_client"),
    *(
        "verify",
        "cert",
        "proxy",
        "trust_env",
        "max_response_bytes",
        "max_header_bytes",
        "raise_on_failed_run",
        "on_retry",
    ),
]
PER_CALL = ["timeout", "deadline", "max_retries", "headers"]
ERRORS = {
    "APIError": "Exception",
    "APIConnectionError": "APIError",
    "APITimeoutError": "APIConnectionError",
    "StreamInterrupted": "APIConnectionError",
    "APIStatusError": "APIError",
    "NotModifiedError": "APIStatusError",
    "BadRequestError": "APIStatusError",
    "AuthenticationError": "APIStatusError",
    "NotFoundError": "APIStatusError",
    "ConflictError": "APIStatusError",
    "PreconditionFailedError": "APIStatusError",
    "UnprocessableEntityError": "APIStatusError",
    "RateLimitError": "APIStatusError",
    "ServerError": "APIStatusError",
    "DecodeError": "APIError",
    "RunFailedError": "APIError",
}
OTHER_NAMES = {
    "ASGITransport",
    "Answer",
    "AsyncASGITransport",
    "AsyncBackboard",
    "AsyncEventStream",
    "AsyncPaginator",
    "AsyncToolStream",
    "Backboard",
    "EventStream",
    "FieldError",
    "File",
    "Files",
    "Paginator",
    "Recovery",
    "Reply",
    "Retry",
    "Timeout",
    "Tool",
    "ToolResult",
    "ToolRun",
    "ToolStream",
    "UNSET",
    "Unset",
    "__version__",
    "tool",
}
DEPRECATED = {
    "AsyncEvents": "AsyncEventStream",
    "AsyncPages": "AsyncPaginator",
    "Events": "EventStream",
    "Pages": "Paginator",
}
ALIASES = {"File", "Files", "Timeout"}
"""Names of types that are not classes of this package."""


def test_all_has_the_fixed_names() -> None:
    assert set(backboard_threads.__all__) == ERRORS.keys() | OTHER_NAMES


def test_errors_have_the_fixed_hierarchy() -> None:
    found = {name: getattr(backboard_threads, name).__bases__[0].__name__ for name in ERRORS}
    assert found == ERRORS


@pytest.mark.parametrize("client", [Backboard(api_key=KEY), AsyncBackboard(api_key=KEY)], ids=["sync", "async"])
def test_resources_have_the_fixed_methods(client: Any) -> None:
    for name, methods in RESOURCES.items():
        resource = getattr(client, name)
        assert methods | {"with_response"} <= set(dir(resource))
        streams = {method for method in methods if "stream" in method or method == "events"}
        iterators = {method for method in methods if "iterate" in method}
        assert methods - streams - iterators <= vars(resource.with_response).keys()
        for method in methods:
            assert list(inspect.signature(getattr(resource, method)).parameters)[-4:] == PER_CALL, (name, method)


@pytest.mark.parametrize("client_class", [Backboard, AsyncBackboard])
def test_constructor_takes_the_fixed_arguments_by_keyword(client_class: Any) -> None:
    parameters = inspect.signature(client_class).parameters
    assert list(parameters) == CONSTRUCTOR
    assert {parameter.kind for parameter in parameters.values()} == {inspect.Parameter.KEYWORD_ONLY}


def test_client_offers_nothing_besides_its_resources_and_the_fixed_methods() -> None:
    offered = {name for name in dir(Backboard) if not name.startswith("_")}
    assert offered == {*RESOURCES, "base_url", "close", "api_info", "request", "with_options"}


def test_public_classes_name_the_package_as_their_module() -> None:
    for name in ERRORS.keys() | OTHER_NAMES - ALIASES:
        value = getattr(backboard_threads, name)
        if isinstance(value, type):
            assert value.__module__ == "backboard_threads", name
            assert value.__doc__, name
            assert pickle.loads(pickle.dumps(value)) is value


@pytest.mark.parametrize("old", DEPRECATED)
def test_deprecated_name_is_the_new_class_and_warns(old: str) -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        value = getattr(backboard_threads, old)
    assert value is getattr(backboard_threads, DEPRECATED[old])
    assert [(w.category, w.filename) for w in caught] == [(DeprecationWarning, __file__)]


def test_unknown_name_raises_attribute_error() -> None:
    with pytest.raises(AttributeError, match="Nothing"):
        backboard_threads.Nothing  # noqa: B018
