"""Mutations of the operations: parameters, bodies, responses, headers, links, examples, keys and events."""

import re
from collections.abc import Callable

from tools.mutation.places import Mutated, Node, Place, at, drop, nodes, operations, put, schemas, shown, whole


def status_removed() -> Mutated:
    for place, node in operations():
        for status in node["responses"]:
            if status != "200":
                yield shown((node["operationId"], status)), drop((*place, "responses"), status)


def status_added() -> Mutated:
    for place, node in operations():
        for status in ("402", "403", "410"):
            edit = put((*place, "responses"), status, {"$ref": "#/components/responses/Unauthorized"})
            yield shown((node["operationId"], status)), edit


def success_renumbered() -> Mutated:
    for place, node in operations():

        def edit(whole: Node, place: Place = place) -> None:
            responses = at(whole, (*place, "responses"))
            responses["201"] = responses.pop("200")

        yield node["operationId"], edit


def media_type_dropped() -> Mutated:
    """Drop a media type of a body or a response."""
    for place, node in nodes():
        in_answer, in_body = place[-3:-2] == ("responses",), place[-2:-1] == ("requestBody",)
        if place[-1:] == ("content",) and isinstance(node, dict) and (in_answer or in_body):
            for media_type in node:
                if len(node) > 1:
                    yield shown((*place, media_type)), drop(place, media_type)
                elif in_answer:
                    yield shown((*place, media_type)), drop(place[:-1], "content")


def operation_renamed() -> Mutated:
    for place, node in operations():
        old = node["operationId"]

        def edit(whole: Node, place: Place = place, old: str = old) -> None:
            at(whole, place)["operationId"] = f"{old}Now"
            for _, link in whole["components"]["links"].items():
                if link["operationId"] == old:
                    link["operationId"] = f"{old}Now"

        yield old, edit


def parameter_renamed() -> Mutated:
    for place, node in nodes():
        if is_parameter(node) and node["in"] != "path":
            yield f"{shown(place)} {node['name']}", put(place, "name", f"{node['name']}s")


def parameter_moved() -> Mutated:
    for place, node in nodes():
        if is_parameter(node) and node["in"] != "path":
            yield f"{shown(place)} {node['name']}", put(place, "in", "header" if node["in"] == "query" else "query")


def parameter_dropped() -> Mutated:
    for place, node in operations():
        for index, one in enumerate(node.get("parameters", [])):
            name = one.get("name") or str(one["$ref"]).rpartition("/")[2]
            yield f"{node['operationId']} {name}", drop((*place, "parameters"), index)


def parameter_required() -> Mutated:
    for place, node in nodes():
        if is_parameter(node) and not node.get("required"):
            yield f"{shown(place)} {node['name']}", put(place, "required", True)


def is_parameter(node: Node) -> bool:
    return isinstance(node, dict) and node.get("in") in ("query", "header", "path") and "schema" in node


def path_changed() -> Mutated:
    for path in whole()["paths"]:

        def edit(whole: Node, path: str = path) -> None:
            # The last segment that is no parameter, in the singular.
            whole["paths"] = {
                re.sub(r"s(?=/[^/]*$|$)", "", key) if key == path else key: value
                for key, value in whole["paths"].items()
            }

        if re.search(r"s(?=/[^/]*$|$)", path):
            yield path.strip("/"), edit


def method_changed() -> Mutated:
    for place, node in operations():
        other = "patch" if place[2] == "put" else "put"

        def edit(whole: Node, place: Place = place, other: str = other) -> None:
            item = at(whole, place[:2])
            item[other] = item.pop(place[2])

        if other not in whole()["paths"][place[1]]:
            yield f"{node['operationId']} {place[2]}", edit


def body_requirement_turned() -> Mutated:
    for place, node in operations():
        if "requestBody" in node:
            body = (*place, "requestBody")
            yield node["operationId"], put(body, "required", not node["requestBody"].get("required", False))


def header_dropped() -> Mutated:
    for place, node in nodes():
        if (place[-1:] == ("headers",) and isinstance(node, dict) and place[0] != "components") or (
            place[:2] == ("components", "responses") and place[-1:] == ("headers",)
        ):
            for name in node:
                yield shown((*place, name)), drop(place, name)


def header_optional() -> Mutated:
    for name, node in whole()["components"]["headers"].items():
        if node.get("required"):
            yield name, put(("components", "headers", name), "required", False)


def example_stale() -> Mutated:
    """Rename a field of an example."""
    for name, node in whole()["components"]["examples"].items():
        value = node["value"][0] if isinstance(node["value"], list) else node["value"]
        for key in value if isinstance(value, dict) else ():

            def edit(whole: Node, name: str = name, key: str = key) -> None:
                value = whole["components"]["examples"][name]["value"]
                value = value[0] if isinstance(value, list) else value
                value[f"old_{key}"] = value.pop(key)

            yield f"{name} {key}", edit


def example_of_another_type() -> Mutated:
    for name, node in whole()["components"]["examples"].items():
        value = node["value"][0] if isinstance(node["value"], list) else node["value"]
        for key, one in value.items() if isinstance(value, dict) else ():
            if isinstance(one, str | int | bool):

                def edit(whole: Node, name: str = name, key: str = key) -> None:
                    value = whole["components"]["examples"][name]["value"]
                    (value[0] if isinstance(value, list) else value)[key] = {"was": "something else"}

                yield f"{name} {key}", edit


def link_to_another_operation() -> Mutated:
    for name, node in whole()["components"]["links"].items():
        other = "listThreads" if node["operationId"] != "listThreads" else "listAssistants"
        yield name, put(("components", "links", name), "operationId", other)


def link_to_another_field() -> Mutated:
    for name, node in whole()["components"]["links"].items():
        for key, text in node.get("parameters", {}).items():
            yield f"{name} {key}", put(("components", "links", name, "parameters"), key, text.replace("_id", "_key"))


def link_dropped() -> Mutated:
    for place, node in nodes():
        if place[-1:] == ("links",) and isinstance(node, dict) and place != ("components", "links"):
            for name in node:
                yield shown((*place, name)), drop(place, name)


def security_removed() -> Mutated:
    for place, node in operations():
        yield node["operationId"], put(place, "security", [])
    yield "everywhere", put((), "security", [{}])


def key_elsewhere() -> Mutated:
    for name, scheme in whole()["components"]["securitySchemes"].items():
        place = ("components", "securitySchemes", name)
        yield f"{name} name", put(place, "name", f"{scheme['name']}s")
        yield f"{name} in", put(place, "in", "query")


def server_changed() -> Mutated:
    for index, server in enumerate(whole()["servers"]):
        yield f"{index} url", put(("servers", index), "url", server["url"] + "/v1")
        other = "honoured" if server["x-idempotency"] == "unproven" else "unproven"
        yield f"{index} x-idempotency", put(("servers", index), "x-idempotency", other)
    yield "order", lambda whole: whole["servers"].reverse()


def stated_number_changed() -> Mutated:
    """Change a number in an `x-` key of the document, such as the limit of a body."""
    for key, numbers in whole().items():
        for name, value in numbers.items() if key.startswith("x-") and isinstance(numbers, dict) else ():
            if isinstance(value, int | float):
                yield f"{key} {name}", put((key,), name, value * 2)


def mark_dropped() -> Mutated:
    for place, node in nodes():
        for key in ("x-extension", "x-unproven"):
            if isinstance(node, dict) and node.get(key) is True:
                yield shown((*place, key)), drop(place, key)


def event_dropped() -> Mutated:
    for place, node in schemas(lambda one: "mapping" in one.get("discriminator", {})):
        for index, one in enumerate(node["oneOf"]):
            name = one["$ref"].rpartition("/")[2]

            def edit(whole: Node, place: Place = place, index: int = index, target: str = one["$ref"]) -> None:
                union = at(whole, place)
                del union["oneOf"][index]
                mapping = union["discriminator"]["mapping"]
                union["discriminator"]["mapping"] = {key: ref for key, ref in mapping.items() if ref != target}

            yield name, edit


def event_misnamed() -> Mutated:
    for place, node in schemas(lambda one: isinstance(one.get("const"), str)):
        yield f"{shown(place)} {node['const']}", put(place, "const", node["const"] + "s")


def end_of_stream_changed() -> Mutated:
    for place, node in schemas(lambda one: "x-stream-ends" in one):
        for key in ("x-stream-ends", "x-stream-failures"):
            for kind in node[key]:
                yield f"{key} {kind}", put(place, key, [one for one in node[key] if one != kind])


MUTATORS: tuple[Callable[[], Mutated], ...] = (
    *(status_removed, status_added, success_renumbered, media_type_dropped, operation_renamed),
    *(parameter_renamed, parameter_moved, parameter_dropped, parameter_required, path_changed),
    *(method_changed, body_requirement_turned, header_dropped, header_optional, example_stale),
    *(example_of_another_type, link_to_another_operation, link_to_another_field, link_dropped),
    *(security_removed, key_elsewhere, server_changed, stated_number_changed, mark_dropped),
    *(event_dropped, event_misnamed, end_of_stream_changed),
)
