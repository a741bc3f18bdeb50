"""The wire that a document defines, as flat facts: documents compare equal however they are composed."""

from collections.abc import Iterator
from typing import Any

METHODS = ("get", "put", "post", "delete", "patch", "head", "options", "trace")
PROSE = {"description", "summary", "example", "examples", "title", "x-server-note"}
NESTED = {"$ref", "allOf", "oneOf", "anyOf", "properties", "items", "additionalProperties", "contentSchema"}

Facts = dict[tuple[str, str], Any]
"""Place and keyword, such as `listThreads limit` and `maximum`, and the value."""


def facts_of(document: dict[str, Any]) -> Facts:
    """Return every fact of a document but its prose, its examples and the names of its components."""
    return {(place, key): value for place, key, value in _Reader(document).facts()}


class _Reader:
    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document

    def facts(self) -> Iterator[tuple[str, str, Any]]:
        for key in ("x-body-limits", "security"):
            yield "document", key, self.document[key]
        yield "document", "servers", [_without_prose(server) for server in self.document["servers"]]
        for name, scheme in self.document["components"]["securitySchemes"].items():
            yield "document", name, _without_prose(scheme)
        for path, item in self.document["paths"].items():
            for method in METHODS:
                if method in item:
                    yield from self.operation(path, method, item)

    def operation(self, path: str, method: str, item: dict[str, Any]) -> Iterator[tuple[str, str, Any]]:
        node = item[method]
        name = node["operationId"]
        yield name, "route", f"{method} {path}"
        yield from ((name, key, node.get(key)) for key in ("tags", "x-extension", "security"))
        for parameter in map(self.resolve, [*item.get("parameters", []), *node.get("parameters", [])]):
            place = f"{name} {parameter['in']} {parameter['name']}"
            yield from ((place, key, parameter.get(key)) for key in ("required", "x-extension", "x-unproven"))
            yield from self.schema(parameter["schema"], place)
        if "requestBody" in node:
            body = self.resolve(node["requestBody"])
            yield f"{name} body", "required", body.get("required", False)
            yield from self.content(body["content"], f"{name} body")
        for status, response in node["responses"].items():
            yield from self.response(self.resolve(response), f"{name} {status}")

    def response(self, response: dict[str, Any], place: str) -> Iterator[tuple[str, str, Any]]:
        yield from ((place, key, response.get(key)) for key in ("x-extension", "x-unproven"))
        for name, header in response.get("headers", {}).items():
            header = self.resolve(header)
            yield f"{place} header {name}", "required", header.get("required", False)
            yield from self.schema(header["schema"], f"{place} header {name}")
        for name, link in response.get("links", {}).items():
            link = _without_prose(self.resolve(link))
            yield f"{place} link {name}", "link", link
        yield from self.content(response.get("content", {}), place)

    def content(self, content: dict[str, Any], place: str) -> Iterator[tuple[str, str, Any]]:
        for media_type, media in content.items():
            yield f"{place} {media_type}", "encoding", media.get("encoding")
            yield from self.schema(media["schema"], f"{place} {media_type}")

    def schema(self, schema: Any, place: str, above: tuple[str, ...] = ()) -> Iterator[tuple[str, str, Any]]:
        """Yield the facts of a schema and of all below it, those of its `allOf` as its own."""
        if not isinstance(schema, dict):
            yield place, "schema", schema
            return
        if schema.get("$ref") in above:
            return
        above = (*above, schema["$ref"]) if "$ref" in schema else above
        merged = self.merged(schema)
        for key, value in merged.items():
            if key == "discriminator":
                yield place, key, {"propertyName": value["propertyName"], "values": sorted(value["mapping"])}
            elif key not in NESTED:
                yield place, key, value
        for name, sub in merged.get("properties", {}).items():
            yield from self.schema({"allOf": sub}, f"{place}.{name}", above)
        for key in ("items", "additionalProperties", "contentSchema"):
            if key in merged:
                yield from self.schema(merged[key], f"{place} {key}", above)
        for key in ("oneOf", "anyOf"):
            for index, sub in enumerate(merged.get(key, [])):
                yield from self.schema(sub, f"{place} {key} {index}", above)

    def merged(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Return a schema with what it refers to and its `allOf` merged in; what stands outside wins."""
        parts = [self.merged(part) for part in schema.get("allOf", [])]
        parts += [self.merged(self.at(schema["$ref"]))] if "$ref" in schema else []
        parts.append({key: value for key, value in schema.items() if key not in PROSE | {"$ref", "allOf"}})
        found: dict[str, Any] = {}
        for part in parts:
            required = sorted({*found.get("required", []), *part.get("required", [])})
            fields: dict[str, list[Any]] = {name: list(subs) for name, subs in found.get("properties", {}).items()}
            for name, sub in part.get("properties", {}).items():
                fields[name] = [*fields.get(name, []), *(sub if isinstance(sub, list) else [sub])]
            found = {**found, **part}
            found |= {"required": required} if required else {}
            found |= {"properties": fields} if fields else {}
        return found

    def resolve(self, node: dict[str, Any]) -> dict[str, Any]:
        found = self.at(node["$ref"]) if "$ref" in node else node
        return found if isinstance(found, dict) else {}

    def at(self, reference: str) -> Any:
        node: Any = self.document
        for part in reference.removeprefix("#/").split("/"):
            node = node[part.replace("~1", "/").replace("~0", "~")]
        return node


def _without_prose(node: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in node.items() if key not in PROSE}
