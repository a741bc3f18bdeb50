"""Captured requests, parsed from their bytes without the client's or the server's code, and validated."""

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote_to_bytes

import httpx

from tests.support.client.calls import ADDRESS
from tests.support.form_values import typed, types_of
from tools.document import Node, Operation, merged, operations, resolve
from tools.schema_validation import faults, parsed

FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"


@dataclass(slots=True)
class ParsedRequest:
    """A request as its reader understands it; values are as in `calls.Request`."""

    operation: Operation
    path: dict[str, str]
    query: dict[str, Any]
    headers: dict[str, str]
    media_type: str | None
    body: dict[str, Any]
    files: dict[str, list[tuple[str, bytes]]] = field(default_factory=dict)


def parse_request(request: httpx.Request) -> ParsedRequest:
    """Parse a request. Raises `AssertionError` with every fault where the document does not allow it."""
    path, _, query = request.url.raw_path.decode("ascii").partition("?")
    assert str(request.url).startswith(ADDRESS)
    operation, values = routed(request.method, path.removeprefix("/api"))
    declared = {place: {one["name"]: one for one in operation.parameters if one["in"] == place} for place in PLACES}
    result = ParsedRequest(
        operation,
        values,
        {name: typed(declared["query"][name]["schema"], text) for name, text in pairs(query)},
        {name: request.headers[name] for name in declared["header"] if name in request.headers},
        None,
        {},
    )
    found = [
        f"{place} {name}: {fault}"
        for place, said in (("path", values), ("query", result.query), ("header", result.headers))
        for name, value in said.items()
        for fault in faults(declared[place][name]["schema"], value)
    ]
    found += [
        f"{name} is missing"
        for name, one in declared["query"].items()
        if one.get("required") and name not in result.query
    ]
    found += parse_body(request, result)
    assert not found, "\n".join(found)
    return result


PLACES = ("path", "query", "header")


def routed(method: str, path: str) -> tuple[Operation, dict[str, str]]:
    """The operation that a path means, literal segments before parameters, and the values in the path."""
    for operation in sorted(operations().values(), key=lambda one: one.path.count("{")):
        names = re.findall(r"{(\w+)}", operation.path)
        pattern = re.sub(r"\\{\w+\\}", "([^/]+)", re.escape(operation.path))
        match = re.fullmatch(pattern, path)
        if match and operation.method.upper() == method:
            values = [unquote_to_bytes(text).decode("utf-8") for text in match.groups()]
            return operation, dict(zip(names, values, strict=True))
    raise AssertionError(f"{method} {path} is no operation")


def pairs(text: str) -> list[tuple[str, str]]:
    """A query or an urlencoded body; nothing is said twice."""
    if not text:
        return []
    found = parse_qsl(text, keep_blank_values=True, strict_parsing=True, encoding="utf-8", errors="strict")
    assert len(dict(found)) == len(found), f"said twice: {text}"
    return found


def parse_body(request: httpx.Request, result: ParsedRequest) -> list[str]:
    """Parse the body into `result`; return its faults."""
    content = request.content
    needed = resolve(result.operation.node.get("requestBody", {})).get("required", False)
    if not content:
        return ["a body is missing"] if needed else []
    result.media_type = request.headers["Content-Type"].split(";")[0]
    assert result.media_type in result.operation.bodies, f"{result.media_type} is not taken"
    schema = result.operation.bodies[result.media_type]["schema"]
    known = merged(schema).get("properties", {})
    if result.media_type == "application/json":
        result.body = parsed(content.decode("utf-8"))
        return faults(schema, result.body) + unknown(result.body, known)
    if result.media_type == FORM:
        texts = pairs(content.decode("ascii"))
    else:
        boundary = request.headers["Content-Type"].partition("boundary=")[2]
        texts, result.files = read_multipart(content, boundary)
    wire: dict[str, Any] = {name: typed(known.get(name, {}), text) for name, text in texts}
    parts = {name: ["" for _ in files] if is_array(known.get(name, {})) else "" for name, files in result.files.items()}
    found = faults(schema, wire | parts) + unknown(wire | parts, known)
    for name, value in wire.items():
        inner = merged(known.get(name, {})).get("contentSchema")
        result.body[name] = value if inner is None else parsed(value)
        found += [] if inner is None else [f"{name}/{fault}" for fault in faults(inner, result.body[name])]
    return found


def unknown(body: dict[str, Any], known: dict[str, Node]) -> list[str]:
    return [f"{name} is not known" for name in body.keys() - known.keys()]


def is_array(schema: Node) -> bool:
    return "array" in types_of(merged(schema))


def read_multipart(content: bytes, boundary: str) -> tuple[list[tuple[str, str]], dict[str, list[tuple[str, bytes]]]]:
    """The texts and the files of a multipart body (RFC 7578), strictly: what is not exactly in the form is refused."""
    texts: list[tuple[str, str]] = []
    files: dict[str, list[tuple[str, bytes]]] = {}
    mark = b"--" + boundary.encode("ascii")
    pieces = (b"\r\n" + content).split(b"\r\n" + mark)
    assert pieces[0] == b"", "something before the first part"
    assert pieces[-1] in (b"--\r\n", b"--"), "the last boundary is missing"
    for piece in pieces[1:-1]:
        head, _, data = piece.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        lines = dict(line.split(": ", 1) for line in head.decode("utf-8").split("\r\n"))
        match = re.fullmatch(r'form-data; name="([^"]*)"(?:; filename="([^"]*)")?', lines["Content-Disposition"])
        assert match is not None, lines
        if match[2] is None:
            texts.append((match[1], data.decode("utf-8")))
        else:
            files.setdefault(match[1], []).append((match[2], data))
    assert len(dict(texts)) == len(texts), "a field is said twice"
    return texts, files


INSTANT = re.compile(r"(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d:\d\d)(?:\.(\d+))?(?:[Zz]|[+-]00:00)")


def spelled_alike(value: Any) -> Any:
    """A value with every point in time in one spelling, to the microsecond: RFC 3339 has several for the same.

    What is finer the client cuts off, as Python's `datetime` has no place for it.
    """
    if isinstance(value, dict):
        return {key: spelled_alike(one) for key, one in value.items()}
    if isinstance(value, list):
        return [spelled_alike(one) for one in value]
    if isinstance(value, str) and (match := INSTANT.fullmatch(value)):
        return f"{match[1]}T{match[2]}.{(match[3] or '')[:6]:0<6}Z"
    return value
