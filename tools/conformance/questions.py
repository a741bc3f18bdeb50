"""Questions that follow from the document alone: media types, statuses, defaults, links, methods."""

import re
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from tools.conformance.observer import EVENTS, parsed
from tools.conformance.prober import Prober, takes
from tools.conformance.results import NOT_OURS_TO_CAUSE, NotAsked, mark_of
from tools.document import METHODS, Node, Operation, operations, resolve
from tools.resources import JSON, UNKNOWN, How, Resources, example
from tools.schema_strategies import merged
from tools.schema_validation import same
from tools.triggers import TRIGGERS

Ask = Callable[[Prober], bool | None]
# It is safe by its own definition and no operation here, so that it can be sent where another method might do a thing.
STRANGE_METHOD = "PROPFIND"


@dataclass(frozen=True, slots=True)
class Question:
    """Question about one fact.

    Attributes:
        subject: the operation or the path that it is about.
        ask: asks it: whether the fact holds, None if the ledger knows already.
        no: what a no means.
    """

    subject: str
    name: str
    text: str
    mark: str
    ask: Ask
    no: str = "it is not so"


def implied() -> Iterator[Question]:
    """Every question that the document itself implies, apart from limits."""
    for operation in operations().values():
        yield from media_types(operation)
        yield from statuses(operation)
        if operation.method == "post":
            yield repeated(operation)
        yield from defaults(operation)
        yield from links(operation)
    yield from methods()
    yield Question(
        "paths",
        "unknown paths",
        "a request to an unknown path is answered 404",
        "",
        lambda prober: prober.fetch("/no-such-path").status_code == 404,
    )


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


def statuses(operation: Operation) -> Iterator[Question]:
    """Each status, brought about as `tests/end_to_end/operation_matrix` does it."""
    for status in map(int, operation.responses):
        if status in NOT_OURS_TO_CAUSE:
            continue
        name = f"{operation.id}: {status}"

        def ask(prober: Prober, status: int = status, name: str = name) -> None:
            response = TRIGGERS[status](prober, operation)
            if response.status_code != status:
                prober.results.does_not(name, f"the answer is {response.status_code}: {response.text}")

        yield Question(operation.id, name, name, mark_of(operation.node), ask)


def repeated(operation: Operation) -> Question:
    def ask(prober: Prober) -> bool:
        how: How = {"headers": {"Idempotency-Key": str(uuid.uuid4())}}
        resources = prober.resources_for(operation)
        first, second = (prober.send(operation, resources, **how) for _ in range(2))
        return "Idempotency-Replayed" in second.headers and second.content == first.content

    name = f"{operation.id}: 200 Idempotency-Replayed"
    return Question(operation.id, name, name, mark_of(operation.node), ask, "the same key gave no replay")


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


def agrees(one: Callable[[], Any], other: Callable[[], Any]) -> bool:
    """Whether two ways to ask give the same answer.

    Raises:
        NotAsked: if they do not, and somebody else changes what is asked of.
    """
    before = one()
    if same(before, other()):
        return True
    if not same(before, one()):
        raise NotAsked("somebody else changes the account meanwhile")
    return False


def links(operation: Operation) -> Iterator[Question]:
    """Each link: the answer holds what it names, and a link to something that can be read leads there."""
    for label, node in operation.responses["200"].get("links", {}).items():
        link = resolve(node)

        def ask(prober: Prober, link: Node = link) -> bool:
            return leads_somewhere(prober, operation, link)

        name = f"{operation.id}: link {label}"
        mark = mark_of(operation.node)
        yield Question(operation.id, name, f"{label}: {link['description']}", mark, ask, "it leads nowhere")


def leads_somewhere(prober: Prober, operation: Operation, link: Node) -> bool:
    target = operations()[link["operationId"]]
    resources = prober.resources_for(operation)
    answer = parsed(prober.send(operation, resources))
    said = {
        name: follow(text, answer, resources)
        for name, text in (link.get("parameters") or link["requestBody"]).items()
        if isinstance(text, str) and text.startswith("$")
    }
    found = {name: text for name, text in said.items() if text is not None}
    if found != said:
        return False
    if target.method != "get":
        return True  # the id is there; what it is good for is asked elsewhere
    there = prober.send(target, Resources(**{"assistant_id": "", "thread_id": "", "run_id": "", **found}))
    return (there.status_code == 404) == ("404" in link["description"])


def follow(expression: str, answer: Any, resources: Resources) -> str | None:
    """Evaluate a runtime expression."""
    if match := re.fullmatch(r"\$request\.path\.(\w+)", expression):
        return resources[match[1]]
    for step in expression.removeprefix("$response.body#/").split("/"):
        answer = answer.get(step) if isinstance(answer, dict) else None
    return answer if isinstance(answer, str) else None


def methods() -> Iterator[Question]:
    """Each path: a method that it does not have is refused.

    On a path that names no thing only what can do nothing is sent: an undeclared `DELETE` of all threads may exist.
    """
    for path in dict.fromkeys(operation.path for operation in operations().values()):
        here = [operation for operation in operations().values() if operation.path == path]
        declared = {operation.method for operation in here}
        possible = METHODS if "{" in path else ("get", STRANGE_METHOD)
        undeclared = [one for one in possible if one not in {*declared, "head", "options", "trace"}]

        def ask(
            prober: Prober,
            operation: Operation = here[0],
            declared: set[str] = declared,
            undeclared: list[str] = undeclared,
        ) -> bool:
            answers = [prober.send(operation, UNKNOWN, method=method.upper()) for method in undeclared]
            return all(
                one.status_code == 405 and declared <= set(re.split(r", *", one.headers.get("Allow", "").lower()))
                for one in answers
            )

        yield Question(
            path,
            f"{path}: undeclared methods",
            f"an undeclared method on {path} is answered 405 with an Allow header",
            "",
            ask,
        )
