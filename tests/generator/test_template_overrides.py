"""Each template answers a fault of the stock generator, and the fault is still there.

When a test here fails after an upgrade, upstream has mended the fault: the template that names it can go, or should say
what else it is for.
"""

from __future__ import annotations

import copy
import pickle
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest

from generator.project import TEMPLATES
from tests.support.generator import upstream_faults
from tests.support.generator.documents import (
    JSON,
    Document,
    imported,
    operation,
    small_document,
    submodule,
    write_stock,
)
from tests.support.generator.upstream_faults import named_by

REFERENCE = "#/components/schemas/"
TEXT: Document = {"type": "string"}
BODY: Document = {"type": "object", "properties": {"content": TEXT}}
DOCUMENT = small_document(
    {
        "Thing": {
            "type": "object",
            "required": ["name"],
            "properties": {
                "name": TEXT,
                "kind": {"type": "string", "enum": ["a", "b"]},
                "parts": {"type": "array", "items": {"$ref": f"{REFERENCE}Part"}},
                "animal": {
                    "oneOf": [{"$ref": f"{REFERENCE}Cat"}, {"$ref": f"{REFERENCE}Dog"}],
                    "discriminator": {
                        "propertyName": "type",
                        "mapping": {"cat": f"{REFERENCE}Cat", "dog": f"{REFERENCE}Dog"},
                    },
                },
            },
        },
        "Part": {"type": "object", "properties": {"size": {"type": "integer"}}},
        "Cat": {"type": "object", "required": ["type"], "properties": {"type": {"const": "cat"}}},
        "Dog": {"type": "object", "required": ["type"], "properties": {"type": {"const": "dog"}}},
        "Fault": {"type": "object", "properties": {"detail": TEXT}},
        "Both": {"type": "object", "properties": {"content": TEXT}},
    },
    {
        "/things": {
            "get": operation(
                "findThing",
                parameters=[
                    {"name": "limit", "in": "query", "schema": {"type": "integer", "default": 100}},
                    {"name": "ids", "in": "query", "explode": False, "schema": {"type": "array", "items": TEXT}},
                ],
                responses={
                    "200": {"description": "", "content": {JSON: {"schema": {"$ref": f"{REFERENCE}Thing"}}}},
                    "404": {"description": "", "content": {JSON: {"schema": {"$ref": f"{REFERENCE}Fault"}}}},
                },
            )
        },
        "/two": {
            "post": operation(
                "sendTwo",
                requestBody={
                    "required": True,
                    "content": {JSON: {"schema": BODY}, "multipart/form-data": {"schema": BODY}},
                },
            )
        },
        "/shared": {
            "post": operation(
                "sendShared",
                requestBody={
                    "content": {
                        JSON: {"schema": {"$ref": f"{REFERENCE}Both"}},
                        "multipart/form-data": {"schema": {"$ref": f"{REFERENCE}Both"}},
                    }
                },
            )
        },
        "/file": {
            "post": operation(
                "sendFile",
                requestBody={
                    "content": {
                        "multipart/form-data": {
                            "schema": {"type": "object", "properties": {"file": {"type": "string", "format": "binary"}}}
                        }
                    }
                },
            )
        },
        "/events": {
            "get": operation(
                "watchThing",
                responses={
                    "200": {
                        "description": "",
                        "content": {
                            JSON: {"schema": {"$ref": f"{REFERENCE}Thing"}},
                            "text/event-stream": {"schema": TEXT},
                        },
                    }
                },
            )
        },
    },
)

Check = Callable[["Stock"], bool]
FAULTS: dict[str, Check] = {}


class Stock:
    """The stock generator's client of DOCUMENT."""

    def __init__(self, package: ModuleType, folder: Path) -> None:
        self.package = package
        self.folder = folder
        self.models = submodule(package, "models")
        self.client = submodule(package, "client")

    def operation(self, name: str) -> Any:
        return submodule(self.package, f"api.things.{name}")

    def parse(self, name: str, response: httpx.Response) -> Any:
        client = self.client.Client(base_url="https://things.example")
        return self.operation(name)._parse_response(client=client, response=response)


def fault(slug: str) -> Callable[[Check], Check]:
    def register(check: Check) -> Check:
        FAULTS[slug] = check
        return check

    return register


def fails_with(error: type[Exception], action: Callable[[], object]) -> bool:
    """Whether an action raises exactly this error."""
    try:
        action()
    except Exception as raised:
        return type(raised) is error
    return False


@fault("two-bodies")
def module_does_not_import(stock: Stock) -> bool:
    return fails_with(NameError, lambda: stock.operation("send_two"))


@fault("shared-body-schema")
def last_form_always_wins(stock: Stock) -> bool:
    sent = stock.operation("send_shared")._get_kwargs(body=stock.models.Both(content="x"))
    return str(sent["headers"]["Content-Type"]).startswith("multipart/form-data") and "json" in sent


@fault("multipart-boundary")
def boundary_is_fixed(stock: Stock) -> bool:
    body = submodule(stock.package, "models.send_file_body").SendFileBody()
    sent = stock.operation("send_file")._get_kwargs(body=body)
    return bool(sent["headers"]["Content-Type"] == "multipart/form-data; boundary=+++")


@fault("no-streams")
def events_are_dropped(stock: Stock) -> bool:
    code = (stock.folder / "api" / "things" / "watch_thing.py").read_text("utf-8")
    return "stream" not in code and "Thing.from_dict(response.json())" in code


@fault("closed-enums")
def unknown_value_is_an_error(stock: Stock) -> bool:
    return fails_with(ValueError, lambda: stock.models.Thing.from_dict({"name": "n", "kind": "new"}))


@fault("missing-key")
def missing_key_is_a_key_error(stock: Stock) -> bool:
    return fails_with(KeyError, lambda: stock.models.Thing.from_dict({}))


@fault("null-optional")
def null_is_a_type_error(stock: Stock) -> bool:
    return fails_with(TypeError, lambda: stock.models.Thing.from_dict({"name": "n", "parts": None}))


@fault("unchecked-types")
def any_type_is_taken(stock: Stock) -> bool:
    return bool(stock.models.Thing.from_dict({"name": {"a": 1}}).name == {"a": 1})


@fault("discriminator")
def unknown_tag_is_an_error_of_the_last_variant(stock: Stock) -> bool:
    return fails_with(ValueError, lambda: stock.models.Thing.from_dict({"name": "n", "animal": {"type": "bird"}}))


@fault("unknown-status")
def number_outside_the_standard_is_an_error(stock: Stock) -> bool:
    client = stock.client.Client(base_url="https://things.example")
    build = stock.operation("find_thing")._build_response
    return fails_with(ValueError, lambda: build(client=client, response=httpx.Response(520)))


@fault("unreadable-error")
def error_that_is_no_json_is_a_decoding_error(stock: Stock) -> bool:
    page = httpx.Response(404, html="<h1>Bad gateway</h1>")
    return fails_with(__import__("json").JSONDecodeError, lambda: stock.parse("find_thing", page))


@fault("silent-status")
def undocumented_status_is_none(stock: Stock) -> bool:
    return stock.parse("find_thing", httpx.Response(503)) is None


@fault("errors-as-values")
def documented_error_is_a_value(stock: Stock) -> bool:
    return isinstance(stock.parse("find_thing", httpx.Response(404, json={})), stock.models.Fault)


@fault("no-timeout")
def client_waits_for_ever(stock: Stock) -> bool:
    client = stock.client.Client(base_url="https://things.example").get_httpx_client()
    return bool(client.timeout == httpx.Timeout(None))


@fault("key-in-repr")
def key_is_printed(stock: Stock) -> bool:
    return "SECRET" in repr(stock.client.AuthenticatedClient(base_url="https://things.example", token="SECRET"))


@fault("no-security")
def document_is_not_asked_for_server_and_key(stock: Stock) -> bool:
    client = stock.client.AuthenticatedClient(base_url="https://things.example", token="t")
    return client.auth_header_name == "Authorization" and fails_with(TypeError, stock.client.Client)


@fault("with-headers")
def original_is_changed(stock: Stock) -> bool:
    client = stock.client.Client(base_url="https://things.example")
    client.get_httpx_client()
    client.with_headers({"X-Note": "1"})
    return "X-Note" in client.get_httpx_client().headers


@fault("no-pickle")
def copies_are_not_equal(stock: Stock) -> bool:
    thing = stock.models.Thing(name="n")
    return copy.deepcopy(thing) != thing and pickle.loads(pickle.dumps(thing)) != thing


@fault("unhashable")
def models_have_no_hash(stock: Stock) -> bool:
    return fails_with(TypeError, lambda: hash(stock.models.Thing(name="n")))


@fault("explode")
def lists_are_always_exploded(stock: Stock) -> bool:
    sent = stock.operation("find_thing")._get_kwargs(ids=["a", "b"])
    return bool(sent["params"]["ids"] == ["a", "b"])


@fault("defaults-sent")
def defaults_are_always_sent(stock: Stock) -> bool:
    return bool(stock.operation("find_thing")._get_kwargs()["params"]["limit"] == 100)


@fault("eager-models")
def all_models_are_imported(stock: Stock) -> bool:
    return f"{stock.package.__name__}.models.dog" in sys.modules


@fault("functions-only")
def client_has_no_operations(stock: Stock) -> bool:
    return not hasattr(stock.client.Client, "things") and hasattr(stock.operation("find_thing"), "sync")


@pytest.fixture(scope="module")
def stock(tmp_path_factory: pytest.TempPathFactory) -> Stock:
    folder, complaints = write_stock(tmp_path_factory.mktemp("stock"), DOCUMENT)
    assert complaints == []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return Stock(imported(folder), folder)


@pytest.mark.parametrize("template", sorted(TEMPLATES.iterdir()), ids=lambda path: path.name)
def test_every_template_names_the_faults_that_it_fixes(template: Path) -> None:
    named = named_by(template)
    assert named
    assert set(named) <= set(FAULTS)


def test_every_fault_is_fixed_by_a_template() -> None:
    assert set(upstream_faults.FAULTS) == set(FAULTS)


@pytest.mark.parametrize("slug", FAULTS)
def test_stock_generator_still_has_the_fault(stock: Stock, slug: str) -> None:
    assert FAULTS[slug](stock)
