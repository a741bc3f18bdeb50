"""Every link of the document is followed: what it says can be done with an answer is done."""

import copy
import re
from typing import Any

import httpx
import pytest

from tools.document import Node, Operation, operations, resolve
from tools.resources import JSON, Caller, Resources

LINKS = [
    pytest.param(operation, resolve(link), id=f"{operation.id}-{name}")
    for operation in operations().values()
    for name, link in operation.responses["200"].get("links", {}).items()
]


def said(value: Any, resources: Resources, response: httpx.Response) -> Any:
    """Resolve a link's expressions against a request and its answer."""
    if isinstance(value, dict):
        return {name: said(one, resources, response) for name, one in value.items()}
    if isinstance(value, list):
        return [said(one, resources, response) for one in value]
    if not isinstance(value, str) or not value.startswith("$"):
        return value
    if match := re.fullmatch(r"\$request\.path\.(\w+)", value):
        return resources[match[1]]
    found: Any = response.json()
    for step in value.removeprefix("$response.body#/").split("/"):
        found = found[step]
    return found


def follow(caller: Caller, link: Node, resources: Resources, response: httpx.Response) -> httpx.Response:
    """The answer of the operation that a link names; what its body must have besides is that of its own example."""
    target = operations()[link["operationId"]]
    named = said(link.get("parameters", {}), resources, response)
    about = Resources(*(named.get(name, "") for name in ("assistant_id", "thread_id", "run_id")))
    body = said(link["requestBody"], resources, response) if "requestBody" in link else None
    if body is None and target.bodies:
        body = copy.deepcopy(resolve(next(iter(target.bodies[JSON]["examples"].values())))["value"])
    return caller.send(target, about, body=body)


@pytest.mark.parametrize(("operation", "link"), LINKS)
def test_link_can_be_followed(ada: Caller, operation: Operation, link: Node) -> None:
    resources = ada.resources_for(operation)
    response = ada.send(operation, resources)
    assert response.status_code == 200, response.text
    followed = follow(ada, link, resources, response)
    if "does not exist any more" in link["description"]:
        assert followed.status_code == 404
    elif link["operationId"] == "submitLatestToolOutputs":
        assert followed.status_code == 409, "no run of the thread waits"
    else:
        assert followed.status_code == 200, followed.text
        assert link["operationId"] not in DELETING or follow(ada, link, resources, response).status_code == 404
        if link["operationId"] not in TELLING_OF_OTHERS:
            ids = said([link.get("parameters", {}), link.get("requestBody", {})], resources, response)
            assert all(one in followed.text for one in re.findall(r"_id': '([^']+)'", str(ids)))


DELETING = ("deleteAssistant", "deleteThread")
TELLING_OF_OTHERS = ("cloneAssistant", "listAssistantThreads")
"""Operations whose answer names other resources than the one that they are asked about."""


def test_outputs_of_a_waiting_run_can_be_submitted_by_the_link(ada: Caller) -> None:
    operation = operations()["getThread"]
    resources = ada.resources(waiting=True)
    link = resolve(operation.responses["200"]["links"]["submitLatestToolOutputs"])
    followed = follow(ada, link, resources, ada.send(operation, resources))
    assert (followed.status_code, followed.json()["run_id"]) == (200, resources.run_id)
    assert followed.json()["status"] == "COMPLETED"
