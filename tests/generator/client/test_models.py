"""Models: decoding, errors of decoding, comparison and repr."""

from __future__ import annotations

import inspect
import pickle
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

import backboard_threads
from backboard_threads import DecodeError, models
from tests.support.forked_python import ForkedPython

MOMENT = "2026-02-05T02:15:37.795Z"
THREAD = {"thread_id": "t", "created_at": MOMENT}
MESSAGE = {"message_id": "m", "role": "user", "created_at": MOMENT}
TURN = {"message": "ok", "thread_id": "t", "timestamp": MOMENT}
NOTHING = "nothing"
TOOL = {"type": "function", "function": {"name": "f", "parameters": {"type": "object", "properties": {"a": {}}}}}


@pytest.mark.parametrize(
    ("model", "data", "path", "expected", "got"),
    [
        (models.Thread, [], "", "an object", "an empty array"),
        (models.Thread, {}, "thread_id", "a string", NOTHING),
        (models.Thread, {**THREAD, "thread_id": None}, "thread_id", "a string", "null"),
        (models.Thread, {**THREAD, "created_at": "yesterday"}, "created_at", "an RFC 3339 date-time", "'yesterday'"),
        (models.Thread, {**THREAD, "created_at": 5}, "created_at", "an RFC 3339 date-time", "5"),
        (models.Thread, {**THREAD, "updated_at": 5}, "updated_at", "an RFC 3339 date-time or null", "5"),
        (models.Thread, {**THREAD, "messages": {}}, "messages", "an array", "an empty object"),
        (models.Thread, {**THREAD, "messages": [MESSAGE, 7]}, "messages[1]", "an object", "7"),
        (models.Thread, {**THREAD, "metadata_": []}, "metadata_", "an object or null", "an empty array"),
        (models.Thread, {**THREAD, "message_count": 1.5}, "message_count", "an integer", "1.5"),
        (models.Thread, {**THREAD, "message_count": True}, "message_count", "an integer", "true"),
        (
            models.Thread,
            {**THREAD, "messages": [{**MESSAGE, "attachments": [{"document_id": "d", "filename": "f"}]}]},
            "messages[0].attachments[0].status",
            "a string",
            NOTHING,
        ),
        (models.Message, {**MESSAGE, "role": 1}, "role", "a string", "1"),
        (models.Message, {**MESSAGE, "status": {}}, "status", "a string or null", "an empty object"),
        (models.Turn, {**TURN, "context_usage": {"percent": "9"}}, "context_usage.percent", "a number", "'9'"),
        (models.RunCancelled, {"thread_id": "t", "run_id": "r", "cancelled": 1}, "cancelled", "a boolean", "1"),
        (models.RunEndedEvent, {"type": "run_failed"}, "type", '"run_ended"', "'run_failed'"),
        (models.ToolDefinition, {**TOOL, "function": None}, "function", "an object", "null"),
        (
            models.FunctionParameters,
            {"properties": {"a": {"enum": ["x", 3]}}},
            "properties.a.enum[1]",
            "a string",
            "3",
        ),
    ],
)
def test_decode_error_has_path_and_expectation(model: Any, data: Any, path: str, expected: str, got: str) -> None:
    with pytest.raises(DecodeError) as raised:
        model.from_dict(data)
    assert (raised.value.path, raised.value.expected) == (path, expected)
    assert got in str(raised.value)
    assert pickle.loads(pickle.dumps(raised.value)).path == path


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-02-05T02:15:37Z", datetime(2026, 2, 5, 2, 15, 37, tzinfo=UTC)),
        ("2026-02-05T02:15:37.5Z", datetime(2026, 2, 5, 2, 15, 37, 500000, tzinfo=UTC)),
        ("2026-02-05T02:15:37.123456789Z", datetime(2026, 2, 5, 2, 15, 37, 123456, tzinfo=UTC)),
        ("2026-02-05T02:15:37-00:00", datetime(2026, 2, 5, 2, 15, 37, tzinfo=UTC)),
        ("2026-02-05t02:15:37z", datetime(2026, 2, 5, 2, 15, 37, tzinfo=UTC)),
        ("2026-12-31T23:59:60Z", datetime(2027, 1, 1, tzinfo=UTC)),
        ("2026-12-31T23:59:60.5Z", datetime(2027, 1, 1, 0, 0, 0, 500000, tzinfo=UTC)),
        ("2026-02-05T07:45:37+05:30", datetime(2026, 2, 5, 7, 45, 37, tzinfo=timezone(timedelta(hours=5, minutes=30)))),
    ],
)
def test_date_time_keeps_its_moment(text: str, moment: datetime) -> None:
    thread = models.Thread.from_dict({**THREAD, "created_at": text})
    assert thread.created_at == moment
    assert thread.created_at.utcoffset() == moment.utcoffset()
    assert models.Thread.from_dict(thread.to_dict()).created_at == moment


def test_integer_written_as_a_float_is_an_integer() -> None:
    count = models.Thread.from_dict({**THREAD, "message_count": 2.0}).message_count
    assert count == 2
    assert type(count) is int


def test_decoding_does_not_change_its_source() -> None:
    source = {**THREAD, "messages": [dict(MESSAGE)], "new": 1}
    before = repr(source)
    thread = models.Thread.from_dict(source)
    thread.additional_properties["newer"] = 2
    assert repr(source) == before
    assert thread.to_dict() == {**source, "newer": 2}


def test_unknown_fields_are_kept_beside_absent_ones() -> None:
    for count in range(12):  # fewer, as many and more than the fields that are absent
        source = {**MESSAGE, **{f"new_{number}": number for number in range(count)}}
        message = models.Message.from_dict(source)
        assert message.to_dict() == source
        assert len(message.additional_properties) == count


def test_additional_properties_do_not_override_fields() -> None:
    output = models.ToolOutput(tool_call_id="c", output="o", additional_properties={"output": "other", "more": 1})
    assert output.to_dict() == {"tool_call_id": "c", "output": "o", "more": 1}


def test_models_compare_by_value() -> None:
    one, other = (models.Message.from_dict({**MESSAGE, "content": text}) for text in ("a", "b"))
    assert one == models.Message.from_dict({**MESSAGE, "content": "a"})
    assert one != other
    assert one != models.Message.from_dict({**MESSAGE, "content": "a", "new": 1})
    assert one.additional_properties == {}
    assert one == models.Message.from_dict({**MESSAGE, "content": "a"})
    assert hash(one) == hash(models.Message.from_dict({**MESSAGE, "content": "a"}))


def test_repr_is_short() -> None:
    messages = [{**MESSAGE, "content": "word " * 1000}] * 1000
    thread = models.Thread.from_dict({**THREAD, "messages": messages, "metadata_": {"a": 1}, "new": 1})
    assert repr(thread) == (
        "Thread(thread_id='t', "
        "created_at=datetime.datetime(2026, 2, 5, 2, 15, 37, 795000, tzinfo=datetime.timezone.utc), "
        "messages=<1000 items>, metadata=<1 entries>, additional_properties=<1 entries>)"
    )
    assert isinstance(thread.messages, list)
    assert len(repr(thread.messages[0])) < 250


def test_every_model_has_a_docstring_and_a_meaningful_name() -> None:
    for name in models.__all__:
        value = getattr(models, name)
        assert "Type0" not in name
        if inspect.isclass(value):
            assert value.__doc__
            assert value.__module__.startswith("backboard_threads.models.")
    for name in backboard_threads.__all__:
        assert getattr(backboard_threads, name) is not None


def test_misspelled_model_name_raises() -> None:
    with pytest.raises(AttributeError, match="Mesage"):
        _ = models.Mesage  # type: ignore[attr-defined]
    with pytest.raises(ImportError):
        exec("from backboard_threads.models import Mesage")


def test_each_model_module_can_be_imported_first(forked_python: ForkedPython) -> None:
    code = """
import sys
from importlib import import_module
for module in {modules!r}:
    import_module("backboard_threads.models." + module)
    for name in [name for name in sys.modules if name.startswith("backboard_threads.models.")]:
        del sys.modules[name]
"""
    modules = sorted(path.stem for path in Path(models.__file__).parent.glob("[!_]*.py"))
    assert forked_python.run(code.format(modules=modules)).stderr == ""
