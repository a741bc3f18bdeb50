"""Hooks of schemathesis for this API: JSON text in forms, cases that say nothing, runs that wait."""

import gc
import json
import re
from itertools import count
from typing import Any
from zlib import crc32

import schemathesis
from hypothesis import strategies as st
from schemathesis import Case, HookContext, Response
from schemathesis.core.failures import Failure
from schemathesis.core.parameters import ParameterLocation
from schemathesis.generation.meta import TestPhase
from schemathesis.transport.serialization import Binary

from tests.fuzz import checks, reached, target
from tests.fuzz.cases import is_valid, operation_of
from tests.support.form_values import typed
from tools.document import Node, merged, operations
from tools.schema_validation import faults

__all__ = ["checks", "reached"]  # schemathesis imports this module only

gc.freeze()
gc.set_threshold(50_000, 20, 20)  # Python's defaults take a tenth of the time, and find little

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

    A link's body was laid over the broken one, or the other branch of an `anyOf` holds, or a number stands where a
    form has a text. Whether a body is valid is for another validator to say than the server's own reading.
    """
    if not re.search(r"Invalid component: (in body|positive test case)", failure.message):
        return True
    schema = operations()[operation_of(case)].bodies[str(case.media_type)]["schema"]
    body = json.loads(json.dumps(case.body, default=repr))  # a file is a kind of text that the validator does not know
    if case.media_type != "application/json" and isinstance(body, dict):
        body = _as_a_form_says(body, merged(schema)["properties"])
    return faults(schema, body) != []


def _as_a_form_says(body: dict[str, Any], fields: dict[str, Node]) -> dict[str, Any]:
    """A form's values as their reader takes them: all are texts, also where the generator wrote a number."""
    return {
        name: typed(fields.get(name, {}), json.dumps(value)) if isinstance(value, (dict, bool, int, float)) else value
        for name, value in body.items()
    }


@schemathesis.hook
def before_load_schema(context: HookContext, raw_schema: dict[str, Any]) -> None:
    """Adds the link that the document cannot have, so that the links out of `submitToolOutputs` are walked too.

    The answer that starts a turn does not surely say which run waits; `let_run_wait` does.
    """
    raw_schema["components"]["responses"]["TurnOrEvents"]["links"]["submitToolOutputs"] = {
        "operationId": "submitToolOutputs",
        "parameters": {"thread_id": "$response.body#/thread_id"},
    }


@schemathesis.hook
def before_call(context: HookContext, case: Case, kwargs: dict[str, Any]) -> None:
    turn = next(_COUNTER)
    stateful = case.meta is not None and case.meta.phase.name is TestPhase.STATEFUL
    let_through(case, turn)
    if stateful:
        give_its_own(case)
    if stateful or turn % 4:
        let_run_wait(case, in_its_thread=stateful)
    checks.look_before_deletion(case)


_COUNTER = count()


def let_through(case: Case, turn: int) -> None:
    """Lets requests come through that would say 409 or 412 before anything else is seen.

    The generator likes the key `0` and versions that no thread has: each key becomes one of its own, and of the
    versions one in four is sent, each time the same ones, so that the same case has the same answer.
    """
    key = case.headers.get("Idempotency-Key")
    if isinstance(key, str) and re.fullmatch("[!-~]{1,200}", key):
        case.headers["Idempotency-Key"] = f"{key}-{turn}"
    version = case.headers.get("If-Match")
    if isinstance(version, str) and is_valid(case, ParameterLocation.HEADER) and crc32(version.encode()) % 4:
        del case.headers["If-Match"]


def give_its_own(case: Case) -> None:
    """Gives a case a thread or assistant of its own for one that other cases have used, and changed.

    Hypothesis ends the stateful phase, without a word, as soon as the same case has another answer.
    """
    for draw in case.meta.pool_draws if case.meta else ():
        name = draw.parameter_name
        for values in (case.path_parameters, case.body):
            if name in ("assistant_id", "thread_id") and isinstance(values, dict) and name in values:
                values[name] = target.create(name)


def let_run_wait(case: Case, *, in_its_thread: bool) -> None:
    """Gives an operation on a run one that waits for tools, and outputs for what it waits for.

    The generator knows neither. The run is in the thread that the case names, if that may exist; what a link brought
    stays. What is meant to be invalid stays as it is.
    """
    name = operation_of(case)
    if name == "submitLatestToolOutputs":
        if not is_valid(case, ParameterLocation.BODY) or not isinstance(case.body, dict):
            return
        run = (in_its_thread and target.start_run(thread_id=case.body["thread_id"])) or target.start_run()
        if run is not None:
            case.body = {**case.body, "thread_id": run.thread_id, "tool_outputs": _outputs(case.body, run)}
    elif name in ("submitToolOutputs", "cancelRun", "streamRunEvents"):
        thread_id, run_id = case.path_parameters.get("thread_id"), case.path_parameters.get("run_id")
        if not is_valid(case, ParameterLocation.PATH) or run_id in [run.run_id for run in target.runs_of(thread_id)]:
            return
        run = (in_its_thread and target.start_run(thread_id=thread_id)) or target.start_run()
        if run is None:
            return
        case.path_parameters.update(thread_id=run.thread_id, run_id=run.run_id)
        if name == "submitToolOutputs" and is_valid(case, ParameterLocation.BODY) and isinstance(case.body, dict):
            case.body = {**case.body, "tool_outputs": _outputs(case.body, run)}


def _outputs(body: dict[str, Any], run: target.Run) -> list[dict[str, Any]]:
    """The outputs that the run waits for, said as the body says its first one."""
    return [{**body["tool_outputs"][0], "tool_call_id": call} for call in run.tool_call_ids]
