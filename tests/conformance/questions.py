"""The questions that follow from the document alone: statuses, media types, limits, defaults, links, methods."""

import copy
import re
import uuid
from collections.abc import Callable, Iterator
from typing import Any

from tests.conformance.asker import Asker, parsed
from tests.conformance.ledger import NotAsked, mark_of
from tests.contract.document import METHODS, Node, Operation, operations, resolve
from tests.properties.drawing import merged
from tests.properties.judge import same
from tests.walks.caller import FORM, JSON, UNKNOWN, Things, example
from tests.walks.means import MEANS

NOT_OURS_TO_CAUSE = {429: "only a caller who is a nuisance sees it", 503: "it cannot be brought about from outside"}


def ask_all(asker: Asker) -> None:
    """Puts every question that the document itself implies."""
    for operation in operations().values():
        ask_statuses(asker, operation)
        if operation.method == "post":
            ask_again(asker, operation)
        ask_media_types(asker, operation)
        ask_parameters(asker, operation)
        ask_body(asker, operation)
        ask_links(asker, operation)
    ask_methods(asker)


def question(asker: Asker, name: str, ask: Callable[[], bool | None], reason: str = "") -> None:
    """Puts one question: its answer is whether the fact holds, None if the ledger knows already."""
    try:
        answer = ask()
        if answer is not None:
            asker.ledger.check(name, answer, reason)
    except NotAsked as error:
        asker.ledger.not_asked(name, str(error))
    except AssertionError as error:
        asker.ledger.not_asked(name, f"what it needs failed: {str(error)[:200]}")
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        asker.ledger.does_not(name, f"an answer has another shape: {error!r}"[:200])


def ask_statuses(asker: Asker, operation: Operation) -> None:
    for status in map(int, operation.responses):
        name = f"{operation.id}: {status}"
        if status in NOT_OURS_TO_CAUSE:
            for one in [one for one in asker.ledger.facts if one == name or one.startswith(f"{name} ")]:
                asker.ledger.not_asked(one, NOT_OURS_TO_CAUSE[status])
            continue

        def ask(status: int = status, name: str = name) -> None:
            response = MEANS[status](asker, operation)
            if response.status_code != status:
                asker.ledger.does_not(name, f"the answer is {response.status_code}: {response.text[:200]}")

        question(asker, name, ask)


def ask_again(asker: Asker, operation: Operation) -> None:
    name = f"{operation.id}: 200 Idempotency-Replayed"

    def ask() -> bool:
        things, key = asker.things_for(operation), {"Idempotency-Key": str(uuid.uuid4())}
        first, second = (asker.send(operation, things, headers=key, media_type=usual(operation)) for _ in range(2))
        return "Idempotency-Replayed" in second.headers and second.content == first.content

    question(asker, name, ask, "the same key gave no replay")


def ask_media_types(asker: Asker, operation: Operation) -> None:
    for media_type, media in operation.bodies.items():
        name = f"{operation.id} takes {media_type}"
        asker.ledger.add(name, name, mark_of(media) or mark_of(operation.node))

        def ask(media_type: str = media_type) -> bool:
            return asker.send(operation, asker.things_for(operation), media_type=media_type).status_code == 200

        if len(operation.bodies) > 1:
            question(asker, name, ask, "it is refused")
        else:
            asker.ledger.check(name, True, "")
    for media_type in operation.responses["200"].get("content", {}):
        if media_type == "text/event-stream" and operation.method == "post":
            ask_streamed(asker, operation)


def ask_streamed(asker: Asker, operation: Operation) -> None:
    name = f"{operation.id}: streamed when asked"
    asker.ledger.add(name, "the answer is server-sent events exactly when asked for")

    def ask() -> bool:
        kinds = []
        for wanted in (False, True):
            things = asker.things_for(operation)
            in_query = any(one["name"] == "stream" for one in operation.parameters)
            body = example(operation, things) | ({} if in_query else {"stream": wanted})
            query = {"stream": str(wanted).lower()} if in_query else {}
            response = asker.send(operation, things, body=body, query=query, media_type=usual(operation))
            kinds.append(response.headers.get("Content-Type", "").partition(";")[0])
        return kinds == [JSON, "text/event-stream"]

    question(asker, name, ask, "it is not")


def usual(operation: Operation) -> str | None:
    """The media type that is surest to be taken: the first that is not marked."""
    kinds = [kind for kind, media in operation.bodies.items() if not mark_of(media)]
    return JSON if JSON in kinds else next((kind for kind in kinds if kind == FORM), None)


# Limits


def ask_parameters(asker: Asker, operation: Operation) -> None:
    for parameter in operation.parameters:
        mark = mark_of(parameter) or mark_of(operation.node)
        if parameter["in"] == "query":
            for label, value, is_good in edges(parameter["schema"], is_text=True):
                name = f"{operation.id} ?{parameter['name']} {label}"
                asker.ledger.add(name, name, mark)
                question(asker, name, asks_query(asker, operation, parameter["name"], value, is_good), "it is not so")
            ask_default(asker, operation, parameter, mark)
        elif parameter["in"] == "header" and parameter["name"] == "Idempotency-Key":
            for label, value, is_good in edges(parameter["schema"], is_text=True):
                if not is_good and isinstance(value, str) and value.isascii():
                    name = f"{operation.id} {parameter['name']} {label}"
                    asker.ledger.add(name, name, mark)
                    question(asker, name, asks_header(asker, operation, parameter["name"], value), "it is not so")


def asks_query(asker: Asker, operation: Operation, name: str, value: Any, is_good: bool) -> Callable[[], bool]:
    def ask() -> bool:
        if is_good and operation.method != "get":
            raise NotAsked("it would be done")
        things = asker.things_for(operation) if is_good else UNKNOWN
        response = asker.send(operation, things, query={name: value}, media_type=usual(operation))
        return response.status_code == (200 if is_good else 422)

    return ask


def asks_header(asker: Asker, operation: Operation, name: str, value: str) -> Callable[[], bool]:
    return lambda: asker.send(operation, UNKNOWN, headers={name: value}).status_code == 422


def ask_default(asker: Asker, operation: Operation, parameter: Node, mark: str) -> None:
    schema = merged(parameter["schema"])
    if "default" not in schema or operation.method != "get":
        return
    name = f"{operation.id} ?{parameter['name']} is {schema['default']} by default"
    asker.ledger.add(name, name, mark)

    def ask() -> bool:
        things = asker.things_for(operation)
        said = str(schema["default"]).lower()
        given = asker.send(operation, things, query={parameter["name"]: said})
        return same(parsed(given), parsed(asker.send(operation, things)))

    question(asker, name, ask, "the answers differ")


def ask_body(asker: Asker, operation: Operation) -> None:
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
            asker.ledger.add(name, name, mark)
            ask = asks_body(asker, operation, media_type, key, value, is_good)
            question(asker, name, ask, "it is not so")


MISSING = object()


def asks_body(
    asker: Asker, operation: Operation, media_type: str, key: str, value: Any, is_good: bool
) -> Callable[[], bool]:
    def ask() -> bool:
        if len(str(value)) > asker.largest:
            raise NotAsked("it is more than this server was to be asked to read")
        things = asker.things_for(operation) if is_good else UNKNOWN
        body = copy.deepcopy(example(operation, things)) | {key: value}
        if value is MISSING:
            del body[key]
        response = asker.send(operation, things, body=body, media_type=media_type)
        if not is_good:
            return response.status_code == 422
        answered = parsed(response)
        made = answered.get("assistant", answered) if isinstance(answered, dict) else {}
        return response.status_code == 200 and (key not in made or same(made[key], value))

    return ask


def edges(schema: Node, *, is_text: bool) -> Iterator[tuple[str, Any, bool]]:
    """What is just inside and just outside a schema: a label, a value, and whether it is inside."""
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


# Links and methods


def ask_links(asker: Asker, operation: Operation) -> None:
    for label, node in operation.responses["200"].get("links", {}).items():
        link = resolve(node)
        target = operations()[link["operationId"]]
        name = f"{operation.id}: link {label}"
        asker.ledger.add(name, f"{label}: {link['description']}", mark_of(operation.node))

        def ask(link: Node = link, target: Operation = target) -> bool:
            things = asker.things_for(operation)
            answer = parsed(asker.send(operation, things, media_type=usual(operation)))
            said = {
                name: follow(text, answer, things)
                for name, text in (link.get("parameters") or link["requestBody"]).items()
                if isinstance(text, str) and text.startswith("$")
            }
            if None in said.values():
                return False
            if target.method != "get":
                return True  # the id is there; what it is good for is asked elsewhere
            found = asker.send(target, Things(**{"assistant_id": "", "thread_id": "", "run_id": "", **said}))
            return (found.status_code == 404) == ("404" in link["description"])

        question(asker, name, ask, "it leads nowhere")


def follow(expression: str, answer: Any, things: Things) -> str | None:
    """What a runtime expression finds."""
    if match := re.fullmatch(r"\$request\.path\.(\w+)", expression):
        return things[match[1]]
    for step in expression.removeprefix("$response.body#/").split("/"):
        answer = answer.get(step) if isinstance(answer, dict) else None
    return answer if isinstance(answer, str) else None


def ask_methods(asker: Asker) -> None:
    for path in {operation.path for operation in operations().values()}:
        here = [operation for operation in operations().values() if operation.path == path]
        declared = {operation.method for operation in here}
        name = f"{path}: undeclared methods"
        asker.ledger.add(name, f"an undeclared method on {path} is answered 405 with an Allow header")

        def ask(here: list[Operation] = here, declared: set[str] = declared) -> bool:
            for method in METHODS:
                if method in declared or method in ("head", "options", "trace"):
                    continue
                response = asker.send(here[0], UNKNOWN, method=method.upper())
                allowed = set(re.split(r", *", response.headers.get("Allow", "").lower()))
                if response.status_code != 405 or not declared <= allowed:
                    return False
            return True

        question(asker, name, ask, "it is not")
    name = "unknown paths"
    asker.ledger.add(name, "a request to an unknown path is answered 404")
    question(asker, name, lambda: asker.fetch("/no-such-path").status_code == 404, "it is not")
