"""Questions about links: what the document says can be done with an answer is done."""

import re
from collections.abc import Iterator
from typing import Any

from tools.conformance.observer import parsed
from tools.conformance.prober import Prober
from tools.conformance.questions.question import Question
from tools.conformance.results import mark_of
from tools.document import Node, Operation, operations, resolve
from tools.resources import IDS, Resources, fields

NAMING_OTHERS = ("cloneAssistant", "listAssistantThreads")
"""Operations whose answer names other resources than the one that they are asked about."""


def links(operation: Operation) -> Iterator[Question]:
    """Each link of an answer."""
    for label, node in operation.responses["200"].get("links", {}).items():
        link = resolve(node)

        def ask(prober: Prober, link: Node = link) -> bool:
            return leads_somewhere(prober, operation, link)

        name = f"{operation.id}: link {label}"
        mark = mark_of(operation.node) or mark_of(operations()[link["operationId"]].node)
        yield Question(operation.id, name, f"{label}: {link['description']}", mark, ask, "it leads nowhere")


def leads_somewhere(prober: Prober, operation: Operation, link: Node) -> bool:
    """Whether an answer holds what a link names, and the operation that it names does what the link says."""
    target = operations()[link["operationId"]]
    is_read = target.method == "get"
    # what is only read is shared, and must not be deleted by a link
    waiting = "tool_outputs" in fields(operation)
    resources = prober.resources(waiting=waiting) if target.method == "delete" else prober.resources_for(operation)
    answer = parsed(prober.send(operation, resources))
    parameters = follow(link.get("parameters", {}), answer, resources)
    body = follow(link.get("requestBody"), answer, resources)
    named = [value for key, value in {**parameters, **(body or {})}.items() if key in IDS]
    if not named or not all(isinstance(one, str) and one for one in named):
        return False
    if not is_read and prober.read_only:
        return True  # the id is there, and nothing is to be changed
    about = Resources(*(parameters.get(name, "") for name in IDS))
    there = prober.send(target, about, body=body)
    if "404" in link["description"]:
        return there.status_code == 404
    if target.id == "submitLatestToolOutputs":
        return there.status_code == 409  # no run of the thread waits
    return (
        there.status_code == 200
        and (target.id in NAMING_OTHERS or all(one in there.text for one in named))
        and (target.method != "delete" or prober.send(target, about).status_code == 404)
    )


def follow(value: Any, answer: Any, resources: Resources) -> Any:
    """Resolve runtime expressions against a request and its answer; one that finds nothing is None."""
    if isinstance(value, dict):
        return {name: follow(one, answer, resources) for name, one in value.items()}
    if isinstance(value, list):
        return [follow(one, answer, resources) for one in value]
    if not isinstance(value, str) or not value.startswith("$"):
        return value
    if match := re.fullmatch(r"\$request\.path\.(\w+)", value):
        return resources[match[1]]
    for step in value.removeprefix("$response.body#/").split("/"):
        answer = answer.get(step) if isinstance(answer, dict) else None
    return answer if isinstance(answer, str) else None
