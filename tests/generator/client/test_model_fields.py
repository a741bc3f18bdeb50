"""Fields of models: absent and null, `fields_set`, copies, pydantic and FastAPI."""

from __future__ import annotations

import asyncio
import copy
import json
import pickle
from collections.abc import Callable
from pathlib import Path

import attrs
import httpx
import pytest
from fastapi import FastAPI
from fastapi.encoders import jsonable_encoder
from pydantic import BaseModel, TypeAdapter, ValidationError

from backboard_threads import UNSET, DecodeError, models
from tests.support.forked_python import ForkedPython
from tests.support.generator.documents import client_of, small_document

MOMENT = "2026-02-05T02:15:37.795Z"
ABSENT = {"thread_id": "t", "created_at": MOMENT}
NULL = {**ABSENT, "title": None}
GIVEN = {**ABSENT, "title": "Plans"}
REQUIRED = {"thread_id", "created_at"}


def test_absent_field_reads_as_none() -> None:
    thread = models.Thread.from_dict(ABSENT)
    assert thread.messages is None
    assert thread.title is None
    assert thread.fields_set == REQUIRED
    assert thread.to_dict() == ABSENT


@pytest.mark.parametrize("data", [ABSENT, NULL, GIVEN, {**ABSENT, "message_count": None, "new": 1}])
def test_to_dict_returns_the_decoded_object(data: dict[str, object]) -> None:
    thread = models.Thread.from_dict(data)
    assert thread.to_dict() == data
    assert json.loads(thread.to_json()) == data
    assert dict(thread) == data
    assert thread.fields_set == {*data} - {"new"}


def test_constructor_tells_none_from_absent() -> None:
    message = models.Message.from_dict({"message_id": "m", "role": "user", "created_at": MOMENT})
    given = models.Message(message_id="m", role=message.role, created_at=message.created_at, content=None)
    assert message.fields_set == {"message_id", "role", "created_at"}
    assert given.fields_set == {*message.fields_set, "content"}
    assert given.to_dict()["content"] is None
    assert message != given


@pytest.mark.parametrize(
    "copied",
    [copy.copy, copy.deepcopy, lambda thread: pickle.loads(pickle.dumps(thread)), attrs.evolve],
    ids=["copy", "deepcopy", "pickle", "evolve"],
)
@pytest.mark.parametrize("data", [ABSENT, NULL, GIVEN])
def test_copy_keeps_fields_set(data: dict[str, object], copied: Callable[[models.Thread], models.Thread]) -> None:
    thread = models.Thread.from_dict(data)
    twin = copied(thread)
    assert twin == thread
    assert twin.fields_set == thread.fields_set
    assert twin.to_dict() == data


def test_evolve_takes_field_names() -> None:
    assert attrs.evolve(models.Thread.from_dict(ABSENT), title=None).to_dict() == NULL
    assert attrs.evolve(models.Thread.from_dict(GIVEN), title=UNSET).to_dict() == ABSENT


def test_assignment_sets_a_field() -> None:
    thread = models.Thread.from_dict(ABSENT)
    thread.title = None
    assert thread.to_dict() == NULL
    assert thread.fields_set == {*REQUIRED, "title"}
    thread.title = UNSET
    assert thread.to_dict() == ABSENT
    with pytest.raises(AttributeError):
        thread.titel = "Plans"  # type: ignore[attr-defined]


def test_null_for_a_field_that_cannot_be_null_is_kept(tmp_path: Path) -> None:
    thing = client_of(tmp_path, small_document()).models.Thing
    assert thing.from_dict({"name": None}).to_dict() == {"name": None}
    with pytest.raises(DecodeError if thing.__module__.startswith("backboard") else Exception, match="a string"):
        thing.from_dict({"name": 1})


class Page(BaseModel):
    thread: models.Thread
    events: list[models.StreamEvent] = []


def test_pydantic_accepts_models() -> None:
    page = Page.model_validate({"thread": NULL, "events": [{"type": "brand_new", "x": 1}]})
    assert page.thread == models.Thread.from_dict(NULL)
    assert page.model_dump() == {"thread": NULL, "events": [{"type": "brand_new", "x": 1}]}
    assert json.loads(page.model_dump_json()) == page.model_dump()
    adapter = TypeAdapter(models.Thread)
    assert adapter.validate_python(page.thread) is page.thread
    assert adapter.json_schema() == {"type": "object", "title": "Thread"}
    with pytest.raises(ValidationError, match="created_at: expected an RFC 3339 date-time"):
        adapter.validate_python({"thread_id": "t", "created_at": 5})
    with pytest.raises(ValidationError, match="expected Thread or an object, got int"):
        adapter.validate_python(5)


def test_fastapi_returns_models() -> None:
    app = FastAPI()

    @app.get("/thread")
    def thread() -> models.Thread:
        return models.Thread.from_dict(GIVEN)

    async def get(path: str) -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://app") as client:
            return await client.get(path)

    assert asyncio.run(get("/thread")).json() == GIVEN
    assert "Thread" in asyncio.run(get("/openapi.json")).text
    assert jsonable_encoder({"thread": models.Thread.from_dict(NULL)}) == {"thread": NULL}


def test_models_do_not_import_pydantic(forked_python: ForkedPython) -> None:
    code = "import sys; from backboard_threads import models; models.Thread; sys.exit('pydantic_core' in sys.modules)"
    assert forked_python.run(code).returncode == 0
