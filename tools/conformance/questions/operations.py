"""Questions that follow from each operation: media types, unknown fields, headers, replays, defaults."""

import uuid
from collections.abc import Iterator
from typing import Any

from tools.conformance.observer import EVENTS, parsed
from tools.conformance.prober import Prober, takes
from tools.conformance.questions.question import Question, agrees
from tools.conformance.results import NotAsked, mark_of
from tools.document import Node, Operation, merged
from tools.resources import JSON, UNKNOWN, How, example
from tools.schema_validation import same


def of_operation(operation: Operation) -> Iterator[Question]:
    """Every question that an operation implies, apart from statuses, accounts, limits and links."""
    yield from media_types(operation)
    yield from unknown_fields(operation)
    yield request_ids(operation)
    if operation.method == "post":
        yield repeated(operation)
    if operation.method == "get":
        yield head(operation)
    yield from defaults(operation)


def media_types(operation: Operation) -> Iterator[Question]:
    """Each type that a body can have, and that an answer is a stream when that is asked for."""
    for media_type, media in operation.bodies.items():
        name = takes(operation, media_type)

        def ask(prober: Prober, media_type: str = media_type) -> bool:
            return prober.send(operation, prober.resources_for(operation), media_type=media_type).status_code == 200

        mark = mark_of(media) or mark_of(operation.node)
        yield Question(operation.id, name, name, mark, ask, "it is refused")
    if EVENTS in operation.responses["200"].get("content", {}) and operation.method == "post":
        yield Question(
            operation.id,
            f"{operation.id}: streamed when asked",
            "the answer is server-sent events exactly when asked for",
            "",
            lambda prober: is_streamed(prober, operation),
        )


def is_streamed(prober: Prober, operation: Operation) -> bool:
    kinds = []
    for wanted in (False, True):
        resources = prober.resources_for(operation)
        in_query = any(one["name"] == "stream" for one in operation.parameters)
        body = example(operation, resources) | ({} if in_query else {"stream": wanted})
        query = {"stream": str(wanted).lower()} if in_query else {}
        response = prober.send(operation, resources, body=body, query=query)
        kinds.append(response.headers.get("Content-Type", "").partition(";")[0])
    return kinds == [JSON, EVENTS]


def unknown_fields(operation: Operation) -> Iterator[Question]:
    """Unknown fields, parameters and headers are ignored, in every form of the body."""
    for media_type in operation.bodies or [None]:

        def ask(prober: Prober, media_type: str | None = media_type) -> bool:
            resources = prober.resources_for(operation)
            response = prober.send(
                operation,
                resources,
                body={**example(operation, resources), "no_such_field": {"deep": [1]}} if media_type else None,
                media_type=media_type,
                query={"no_such_parameter": "1"},
                headers={"X-No-Such-Header": "1"},
            )
            return response.status_code == 200 and "no_such" not in response.text

        name = f"{operation.id}: unknown fields{f' in {media_type}' if media_type else ''}"
        text = "unknown body fields and unknown query parameters are ignored"
        mark = mark_of(operation.bodies.get(media_type or "", {})) or mark_of(operation.node)
        yield Question(operation.id, name, text, mark, ask)


def request_ids(operation: Operation) -> Question:
    def ask(prober: Prober) -> bool:
        asked = f"asked-{operation.id}"
        how: list[How] = [{"headers": {"X-Request-ID": asked}}, {}, {}]
        answers = [prober.send(operation, UNKNOWN, **one).headers.get("X-Request-ID") for one in how]
        return answers[0] == asked and len(set(answers)) == 3

    text = "a valid X-Request-ID of the request is kept, and another one is new"
    return Question(operation.id, f"{operation.id}: request ids", text, "x-extension", ask)


def repeated(operation: Operation) -> Question:
    def ask(prober: Prober) -> bool:
        how: How = {"headers": {"Idempotency-Key": str(uuid.uuid4())}}
        resources = prober.resources_for(operation)
        first, second = (prober.send(operation, resources, **how) for _ in range(2))
        marks = [one.headers.get("Idempotency-Replayed") for one in (first, second)]
        return marks == [None, "true"] and second.content == first.content

    name = f"{operation.id}: 200 Idempotency-Replayed"
    return Question(operation.id, name, name, mark_of(operation.node), ask, "the same key gave no replay")


def head(operation: Operation) -> Question:
    def ask(prober: Prober) -> bool:
        resources = prober.resources_for(operation)
        got, answered = prober.send(operation, resources), prober.send(operation, resources, method="HEAD")
        without_key = prober.send(operation, resources, method="HEAD", headers={"X-API-Key": None})
        names = {"Content-Type", *operation.responses["200"].get("headers", {})} - {"X-Request-ID"}
        return (
            [one.status_code for one in (got, answered, without_key)] == [200, 200, 401]
            and not answered.content
            and all(answered.headers.get(name) == got.headers.get(name) for name in names)
        )

    text = "HEAD is answered like GET, without the body"
    return Question(operation.id, f"{operation.id}: head", text, mark_of(operation.node), ask)


def defaults(operation: Operation) -> Iterator[Question]:
    """Each query parameter that has a default: the answer without it is that with the default."""
    for parameter in operation.parameters:
        schema = merged(parameter["schema"])
        if parameter["in"] != "query" or "default" not in schema or operation.method != "get":
            continue
        name = f"{operation.id} ?{parameter['name']} is {schema['default']} by default"
        mark = mark_of(parameter) or mark_of(operation.node)

        def ask(prober: Prober, parameter: Node = parameter, schema: Node = schema) -> bool:
            return is_default(prober, operation, parameter["name"], schema)

        yield Question(operation.id, name, name, mark, ask, "the answers differ")


def is_default(prober: Prober, operation: Operation, name: str, schema: Node) -> bool:
    """Whether an answer without a parameter is that with its default, where another value gives another answer.

    Raises:
        NotAsked: if every value gives the same answer here, or somebody else changes it meanwhile.
    """
    resources = prober.resources_for(operation)
    default = schema["default"]
    if isinstance(default, bool):
        other: int | bool = not default
    else:
        other = default - 1 if default > schema.get("minimum", 0) else default + 1

    def answer(value: int | bool | None) -> Any:
        query = {} if value is None else {name: str(value).lower()}
        return parsed(prober.send(operation, resources, query=query))

    if same(answer(default), answer(other)):
        raise NotAsked("the account has too little for it to make a difference")
    return agrees(lambda: answer(default), lambda: answer(None))
