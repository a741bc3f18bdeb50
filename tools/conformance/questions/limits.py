"""Questions about limits: a value just inside a schema is accepted, one just outside is rejected."""

from collections.abc import Iterator
from typing import Any

from tools.conformance.observer import parsed
from tools.conformance.prober import Prober, usual
from tools.conformance.questions.question import Ask, Question
from tools.conformance.results import NotAsked, mark_of
from tools.document import Node, Operation, merged, operations
from tools.resources import JSON, UNKNOWN, How, Resources, example
from tools.schema_validation import same

MISSING = object()


def limits() -> Iterator[Question]:
    """Every limit of a parameter and of a body's field."""
    for operation in operations().values():
        yield from parameter_limits(operation)
        yield from body_limits(operation)


def parameter_limits(operation: Operation) -> Iterator[Question]:
    for parameter in operation.parameters:
        mark = mark_of(parameter) or mark_of(operation.node)
        if parameter["in"] == "query":
            for label, value, is_good in edges(parameter["schema"], is_text=True):
                name = f"{operation.id} ?{parameter['name']} {label}"
                ask = asks(operation, {"query": {parameter["name"]: value}}, is_good=is_good)
                yield Question(operation.id, name, name, mark, ask)
        elif parameter["in"] == "header" and parameter["name"] == "Idempotency-Key":
            for label, value, is_good in edges(parameter["schema"], is_text=True):
                if not is_good and isinstance(value, str) and value.isascii():
                    name = f"{operation.id} {parameter['name']} {label}"
                    ask = asks(operation, {"headers": {parameter["name"]: value}}, is_good=False)
                    yield Question(operation.id, name, name, mark, ask)


def asks(operation: Operation, how: How, *, is_good: bool) -> Ask:
    def ask(prober: Prober) -> bool:
        if is_good and operation.method != "get":
            raise NotAsked("it would be done")
        resources = prober.resources_for(operation) if is_good else UNKNOWN
        return prober.send(operation, resources, **how).status_code == (200 if is_good else 422)

    return ask


def body_limits(operation: Operation) -> Iterator[Question]:
    media_type = usual(operation)
    if media_type is None:
        return
    whole = merged(operation.bodies[media_type]["schema"])
    for key, sub in whole.get("properties", {}).items():
        mark = mark_of(merged(sub)) or mark_of(operation.node)
        cases = list(edges(sub, is_text=media_type != JSON))
        if key in whole["required"]:
            cases.append(("is needed", MISSING, False))
        for label, value, is_good in cases:
            if is_good and operation.path.split("/")[1] != "assistants":
                continue  # a message is an act: it is not sent for the sake of its length
            name = f"{operation.id} {key} {label}"
            ask = asks_to_take(operation, key, value) if is_good else asks_to_refuse(operation, key, value)
            yield Question(operation.id, name, name, mark, ask)


def asks_to_take(operation: Operation, key: str, value: Any) -> Ask:
    def ask(prober: Prober) -> bool:
        sent = prober.signed(value) if key == "name" and isinstance(value, str) else value
        resources = prober.resources_for(operation)
        response = prober.send(operation, resources, body=body_with(operation, resources, key, sent))
        answered = parsed(response)
        made = answered.get("assistant", answered) if isinstance(answered, dict) else {}
        return response.status_code == 200 and (key not in made or same(made[key], sent))

    return ask


def asks_to_refuse(operation: Operation, key: str, value: Any) -> Ask:
    return lambda prober: (
        prober.send(operation, UNKNOWN, body=body_with(operation, UNKNOWN, key, value)).status_code == 422
    )


def body_with(operation: Operation, resources: Resources, key: str, value: Any) -> Node:
    """Example of an operation with one field replaced."""
    body = example(operation, resources) | {key: value}
    return {name: one for name, one in body.items() if one is not MISSING}


def edges(schema: Node, *, is_text: bool) -> Iterator[tuple[str, Any, bool]]:
    """Values just inside and just outside a schema: label, value, and whether it is inside."""
    schema = merged(schema)
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    for word, step, unit in (("minimum", -1, "integer"), ("maximum", 1, "integer")):
        if word in schema and unit in kinds:
            yield f"may be {schema[word]}", schema[word], True
            yield f"may not be {schema[word] + step}", schema[word] + step, False
    if "string" in kinds and "pattern" not in schema and "format" not in schema and "enum" not in schema:
        if "maxLength" in schema:
            yield f"may have {schema['maxLength']} characters", "é" * schema["maxLength"], True
            yield f"may not have {schema['maxLength'] + 1} characters", "x" * (schema["maxLength"] + 1), False
        if schema.get("minLength"):
            yield "may not be empty", "", False
    if "array" in kinds and "maxItems" in schema and not is_text:
        yield f"may not have {schema['maxItems'] + 1} items", [{}] * (schema["maxItems"] + 1), False
    if "enum" in schema or "pattern" in schema:
        yield "may not be anything", "no such thing", False
    if schema.get("format") == "uuid":
        yield "may not be anything", "no-id", False
    if kinds and "null" not in kinds and not is_text:
        yield "may not be null", None, False
    if kinds and not ({"object", "string"} & set(kinds) and is_text):
        yield "may not be of another kind", "no" if "string" not in kinds else {"no": "text"}, False
