"""Documents whose names and texts would break careless code."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest

from tests.support.forked_python import ForkedPython
from tests.support.generator.documents import imported, submodule
from tests.support.generator.hostile_document import ANSWERS, BODY_NAMES, KINDS, NAMES, TAGS, TEXTS, VALUES


@pytest.fixture(scope="module")
def package(hostile_client: Path) -> ModuleType:
    return imported(hostile_client)


@pytest.fixture(scope="module")
def models(package: ModuleType) -> Any:
    return submodule(package, "models")


def imported_modules(package: ModuleType) -> list[ModuleType]:
    folder = Path(str(package.__file__)).parent
    names = [path.relative_to(folder).with_suffix("") for path in sorted(folder.rglob("*.py"))]
    return [submodule(package, ".".join(name.parts)) for name in names if name.name != "__init__"]


def caller(package: ModuleType, answer: Any, seen: list[httpx.Request]) -> Any:
    def handle(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json=answer)

    return package.Shop(api_key="k", http_client=httpx.Client(transport=httpx.MockTransport(handle)))


def test_texts_cannot_break_the_code(package: ModuleType, models: Any) -> None:
    assert all(ast.parse(inspect.getsource(module)) for module in imported_modules(package))
    assert submodule(package, "_api_info").VERSION == "1.0\"'"
    for number, text in enumerate(TEXTS):
        model = getattr(models, f"Text{number}")
        words = {word for word in text.split() if word.isalnum() and word.isascii()}
        assert words <= set(model.__doc__.split())
        assert model.from_dict({"name": "n"}).to_dict() == {"name": "n"}


def test_fields_of_any_name_are_decoded_and_encoded(models: Any) -> None:
    named = models.Named
    everything = {name: f"value of {name}" for name in NAMES}
    read = named.from_dict(everything)
    assert read.to_dict() == everything
    assert read.additional_properties == {}
    assert named.from_dict({}).to_dict() == {}
    assert read.type == "value of type"
    assert read.class_ == "value of class"
    arguments = {name: f"new {name}" for name in inspect.signature(named).parameters if name != "additional_properties"}
    assert len(arguments) == len(NAMES)
    assert set(named(**arguments).to_dict()) == set(NAMES)


def test_arguments_of_any_name_are_sent(package: ModuleType) -> None:
    seen: list[httpx.Request] = []
    with caller(package, {}, seen) as client:
        parameters = inspect.signature(client.things.do_makeThing).parameters
        options = {"timeout", "headers", "deadline", "max_retries"}
        arguments = {name: name for name in parameters if name not in options and name not in {"id", "a_b"}}
        client.things.do_makeThing("1/2", "3?", **arguments)
    assert seen[0].url.raw_path == b"/api/made/1%2F2/3%3F"
    assert set(httpx.Response(200, content=seen[0].read()).json()) == set(BODY_NAMES)


def test_enums_of_any_value_are_decoded_and_encoded(models: Any) -> None:
    for value in [*VALUES, "not documented", "\x00"]:
        read = models.Enumerated.from_dict({"kind": value})
        assert read.kind == value
        assert isinstance(read.kind, models.EnumeratedKind)
        assert read.kind.is_known == (value in VALUES)
        assert read.to_dict() == {"kind": value}
    assert [member.value for member in models.EnumeratedKind] == VALUES


def test_discriminators_of_any_value_are_decoded(models: Any) -> None:
    for number, tag in enumerate(TAGS):
        read = models.Tagged.from_dict({"one": {"my type": tag, "more": 1}})
        assert isinstance(read.one, getattr(models, f"Option{number}"))
        assert read.to_dict() == {"one": {"my type": tag, "more": 1}}
    unknown = models.Tagged.from_dict({"one": {"my type": "new", "more": [1]}})
    assert type(unknown.one).__name__ == "UnknownAnyOfThem"
    assert unknown.to_dict() == {"one": {"my type": "new", "more": [1]}}


def test_models_that_refer_to_each_other_can_be_imported_in_any_order(
    hostile_client: Path, models: Any, forked_python: ForkedPython
) -> None:
    value = {"parent": {"parent": {}}, "others": {"all": [{}, {"others": {}}], "by_name": {"x": {"all": []}}}}
    assert models.Thing.from_dict(value).to_dict() == value
    for first in ("thing", "others"):
        code = f"import sys; sys.path.insert(0, {str(hostile_client.parent)!r}); import package.models.{first}"
        assert forked_python.run(code).stderr == ""


def test_schemas_of_every_kind_are_decoded_and_encoded(models: Any) -> None:
    annotations = inspect.get_annotations(models.Every)
    for number, (_, annotation, value) in enumerate(KINDS):
        name = f"field_{number}"
        assert annotations[f"_{name}"] == annotation.replace("EveryField", f"EveryField{number}")
        assert models.Every.from_dict({name: value}).to_dict() == {name: value}
    assert models.Every.from_dict({}).to_dict() == {}


def test_required_fields_and_items_of_every_kind_are_decoded_and_encoded(models: Any) -> None:
    value = {f"field_{number}": one for number, (_, _, one) in enumerate(KINDS)}
    value |= {f"list_{number}": [one] for number, (_, _, one) in enumerate(KINDS)}
    assert models.Needed.from_dict(value).to_dict() == value


@pytest.mark.parametrize("anything", [None, 1, "a", [1], {"a": [1]}])
def test_model_with_required_fields_of_any_kind_can_be_hashed(models: Any, anything: object) -> None:
    other = {"thing": {}, "things": [{}], "kind": "a", "null or": {"x": 1}, "anything": anything}
    assert len({models.Other.from_dict(other), models.Other.from_dict(other)}) == 1


def test_objects_of_each_answer_are_read_by_their_own_class(package: ModuleType) -> None:
    for status, name in ANSWERS.items():
        answer = httpx.Response(int(status), json={"part": {name: "x"}})
        transport = httpx.MockTransport(lambda request, answer=answer: answer)
        with package.Shop(api_key="k", http_client=transport) as client:
            assert getattr(client.things.do_getEither().part, name) == "x"


def test_number_in_the_path_is_sent(package: ModuleType) -> None:
    seen: list[httpx.Request] = []
    with caller(package, {}, seen) as client:
        client.things.do_getNumber(7)
    assert seen[0].url.raw_path == b"/api/100%25/7"


def test_lists_in_the_query_are_sent_in_their_style(package: ModuleType) -> None:
    seen: list[httpx.Request] = []
    with caller(package, {}, seen) as client:
        client.things.do_findThing(joined=["a", "b&c"], repeated=["d", "e"], numbers=[1])
        client.things.do_findThing()
    assert seen[0].url.query == b"joined=a,b%26c&repeated=d&repeated=e&numbers=1"
    assert seen[1].url.query == b""


def test_deprecated_operation_and_parameter_warn_once(package: ModuleType) -> None:
    with caller(package, {}, []) as client:
        client.things.do_findRenamed(new="x")
        with pytest.warns(
            DeprecationWarning, match=r"things.do_findRenamed\(old=…\) is deprecated: Use `new`"
        ) as warned:
            client.things.do_findRenamed(old="x")
        assert Path(warned[0].filename).name == Path(__file__).name
        client.things.do_findRenamed(old="x")
        with pytest.warns(DeprecationWarning, match="dropThing"):
            client.things.do_dropThing()
        client.things.do_dropThing()
    assert "Deprecated." in client.things.do_dropThing.__doc__
