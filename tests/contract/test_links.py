"""Links, which no linter checks: each names an operation, its parameters, and something that is surely there."""

import re

import pytest

from tools.document import Node, Operation, document, operations, properties, required, resolve

LINKS = [
    (operation, status, name, resolve(link))
    for operation in operations().values()
    for status, response in operation.responses.items()
    for name, link in response.get("links", {}).items()
]
# Which path parameter, or body field, an id in an answer is good for.
IDS = {"assistant_id", "thread_id", "run_id"}


def named(link: tuple[Operation, str, str, Node]) -> str:
    return f"{link[0].id}-{link[1]}-{link[2]}"


def expressions(value: object) -> list[str]:
    if isinstance(value, dict):
        return [text for part in value.values() for text in expressions(part)]
    if isinstance(value, list):
        return [text for part in value for text in expressions(part)]
    return [value] if isinstance(value, str) and value.startswith("$") else []


def surely_there(expression: str, operation: Operation, status: str) -> bool:
    """Whether a runtime expression names something that every such answer or request has."""
    if match := re.fullmatch(r"\$request\.path\.(\w+)", expression):
        return any(one["name"] == match[1] and one["in"] == "path" for one in operation.parameters)
    match = re.fullmatch(r"\$response\.body#/([\w/]+)", expression)
    if match is None:
        return False
    schema: Node = operation.responses[status]["content"]["application/json"]["schema"]
    for step in match[1].split("/"):
        if step not in required(schema):
            return False
        schema = properties(schema)[step]
    return True


@pytest.mark.parametrize("link", LINKS, ids=named)
def test_link_leads_somewhere(link: tuple[Operation, str, str, Node]) -> None:
    operation, status, _, node = link
    target = operations()[node["operationId"]]
    for name in node.get("parameters", {}):
        assert name in {parameter["name"] for parameter in target.parameters}
    if "requestBody" in node:
        fields = {name for media in target.bodies.values() for name in properties(media["schema"])}
        assert set(node["requestBody"]) <= fields
    for expression in expressions([node.get("parameters", {}), node.get("requestBody", {})]):
        assert surely_there(expression, operation, status), expression


@pytest.mark.parametrize("link", LINKS, ids=named)
def test_link_gives_what_the_target_needs(link: tuple[Operation, str, str, Node]) -> None:
    target = operations()[link[3]["operationId"]]
    needed = {one["name"] for one in target.parameters if one.get("required")}
    assert needed <= set(link[3].get("parameters", {}))


@pytest.mark.parametrize("operation", operations().values(), ids=lambda one: one.id)
def test_every_id_that_is_surely_returned_is_linked(operation: Operation) -> None:
    content = operation.responses["200"].get("content", {})
    schema = content.get("application/json", {}).get("schema", {})
    returned = required(schema) & IDS
    text = str([resolve(link) for link in operation.responses["200"].get("links", {}).values()])
    for name in returned:
        assert f"'{name}':" in text, f"{operation.id} returns {name} and links it to nothing"


def test_links_reach_every_operation_on_a_thread() -> None:
    targets = {link[3]["operationId"] for link in LINKS}
    parametrised = {one.id for one in operations().values() if any(p["in"] == "path" for p in one.parameters)}
    # No answer is sure to name a run that waits for tools, so nothing can link there.
    assert parametrised - targets == {"submitToolOutputs"}


def test_every_shared_link_is_used() -> None:
    text = str(document()["paths"]) + str(document()["components"]["responses"])
    for name in document()["components"]["links"]:
        assert f"'#/components/links/{name}'" in text
