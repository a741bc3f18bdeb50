"""Code samples for every operation, in curl, Python and TypeScript, made from the document's own examples.

Nothing here is typed by hand, so that nothing goes stale; tests/world/publish runs every sample against a server.
"""

import json
import re
import shlex
import subprocess
import sysconfig
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from generator.client.names import Names, NameTable
from generator.document.document import Document, Operation

RUFF = str(Path(sysconfig.get_path("scripts")) / "ruff")
EVENTS = "text/event-stream"
FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
SWITCH = "stream"
"""The name of the query parameter or body field that asks for events."""


@dataclass(frozen=True)
class Sample:
    """One entry of `x-codeSamples`, as Redoc and others show it: `lang` colours the source, `label` names its tab."""

    lang: str
    label: str
    source: str


@dataclass(frozen=True)
class Request:
    """A call of an operation, with the values that the document gives as examples."""

    operation: Operation
    path: dict[str, Any]
    query: dict[str, Any]
    bodies: dict[str, dict[str, Any]]
    streamed: bool = False
    variant: str = ""
    """Difference from the operation's other request, as a tab shows it."""

    @property
    def media_type(self) -> str | None:
        """The form in which a body is sent: the first that the document names."""
        return next(iter(self.bodies), None)


def samples(document: Document, table: NameTable) -> dict[str, list[Sample]]:
    """Return the samples of each operation, by its id; one that can answer with events has a set for that as well."""
    base_url = str(document.servers[0]["url"])
    key_header = _key_header(document)
    variables = table.client
    found: dict[str, list[Sample]] = {}
    for operation in document.operations:
        names = table.operations[operation.id]
        found[operation.id] = [
            sample
            for request in _requests(document, operation)
            for sample in (
                _curl(request, base_url, key_header, variables["key_variable"]),
                _python(request, names, variables),
                _typescript(request, base_url, key_header, variables["key_variable"]),
            )
        ]
    return found


def with_samples(document: Document, table: NameTable) -> dict[str, Any]:
    """Return the document with `x-codeSamples` in every operation."""
    found = samples(document, table)
    copy: dict[str, Any] = json.loads(json.dumps(document.raw))
    for operation in document.operations:
        copy["paths"][operation.path][operation.method]["x-codeSamples"] = [
            {"lang": sample.lang, "label": sample.label, "source": sample.source} for sample in found[operation.id]
        ]
    return copy


def _requests(document: Document, operation: Operation) -> list[Request]:
    given: dict[str, dict[str, Any]] = {"path": {}, "query": {}, "header": {}}
    for parameter in operation.parameters:
        schema = document.follow(parameter["schema"], str(operation))
        if parameter.get("required") or parameter.get("example") != schema.get("default"):
            given[parameter["in"]][parameter["name"]] = parameter["example"]
    plain = Request(operation, given["path"], given["query"], _bodies(document, operation))
    answers = document.follow(operation.raw["responses"]["200"], str(operation))["content"]
    if EVENTS not in answers:
        return [plain]
    if JSON not in answers:
        return [replace(plain, streamed=True)]
    streamed = replace(plain, streamed=True, variant="events")
    if any(parameter["name"] == SWITCH for parameter in operation.parameters):
        return [plain, replace(streamed, query={**plain.query, SWITCH: True})]
    return [plain, replace(streamed, bodies={media: {**body, SWITCH: True} for media, body in plain.bodies.items()})]


def _bodies(document: Document, operation: Operation) -> dict[str, dict[str, Any]]:
    """Return the smallest example of each form, without what it need not say."""
    if "requestBody" not in operation.raw:
        return {}
    content = document.follow(operation.raw["requestBody"], str(operation))["content"]
    bodies = {}
    for media_type, described in content.items():
        examples = [document.follow(example, str(operation))["value"] for example in described["examples"].values()]
        smallest: dict[str, Any] = min(examples, key=lambda example: len(json.dumps(example)))
        bodies[media_type] = {name: value for name, value in smallest.items() if value is not None and name != SWITCH}
    return bodies


def _key_header(document: Document) -> str:
    (scheme,) = document.raw["components"]["securitySchemes"].values()
    return str(scheme["name"])


def _label(language: str, request: Request) -> str:
    return f"{language} ({request.variant})" if request.variant else language


def _curl(request: Request, base_url: str, key_header: str, key_variable: str) -> Sample:
    url = base_url + re.sub(
        r"\{(\w+)\}", lambda name: quote(str(request.path[name[1]]), safe=""), request.operation.path
    )
    if request.query:
        url += "?" + urlencode({name: _text(value) for name, value in request.query.items()})
    lines = [f'curl "{url}"']
    if request.operation.method != "get":
        lines.append(f"--request {request.operation.method.upper()}")
    if request.streamed:
        lines.append("--no-buffer")
    lines.append(f'--header "{key_header}: ${key_variable}"')
    if request.media_type == FORM:
        lines += [
            f"--data-urlencode {shlex.quote(f'{name}={_text(value)}')}" for name, value in request.bodies[FORM].items()
        ]
    elif request.media_type is not None:
        body = request.bodies[request.media_type]
        text = json.dumps(body, ensure_ascii=False)
        if len(text) > 60:
            text = json.dumps(body, ensure_ascii=False, indent=2)
        lines += [f'--header "Content-Type: {request.media_type}"', f"--data {shlex.quote(text)}"]
    return Sample("Shell", _label("curl", request), " \\\n  ".join(lines))


def _python(request: Request, names: Names, client: dict[str, str]) -> Sample:
    package = client["package"].replace("-", "_")
    method = names.stream if request.streamed else names.iterate or names.method
    body = request.bodies.get(JSON, {})
    asked = {name: value for name, value in {**request.query, **body}.items() if name != SWITCH}
    arguments = [repr(value) for value in request.path.values()]
    arguments += [f"{name}={value!r}" for name, value in asked.items()]
    variable = client["name"].lower()
    call = f"{variable}.{names.resource}.{method}({', '.join(arguments)})"
    if request.streamed:
        use = f"    with {call} as events:\n        for event in events:\n            print(event)"
    elif names.iterate:
        item = names.resource.removesuffix("s")
        use = f"    for {item} in {call}:\n        print({item})"
    else:
        use = f"    print({call})"
    name = client["name"]
    source = f"from {package} import {name}\n\nwith {name}() as {variable}:\n{use}\n"
    return Sample("Python", _label("Python", request), _formatted(source))


def _typescript(request: Request, base_url: str, key_header: str, key_variable: str) -> Sample:
    options: dict[str, Any] = {}
    if request.path or request.query:
        options["params"] = {
            kind: values for kind, values in (("path", request.path), ("query", request.query)) if values
        }
    if request.media_type == FORM:
        options["headers"] = {"Content-Type": FORM}
    if request.media_type is not None:
        options["body"] = request.bodies[request.media_type]
    if request.streamed:
        options["parseAs"] = SWITCH
    head = {"baseUrl": base_url, "headers": {key_header: _Code(f'process.env["{key_variable}"] ?? ""')}}
    arguments = [json.dumps(request.operation.path)] + ([_literal(options)] if options else [])
    if request.streamed:
        use = (
            "if (error) throw new Error(JSON.stringify(error.detail));\n"
            "for await (const text of data!.pipeThrough(new TextDecoderStream())) process.stdout.write(text);"
        )
    else:
        use = "if (error) throw new Error(JSON.stringify(error.detail));\nconsole.log(data);"
    source = f"""import createClient from "openapi-fetch";
import type {{ paths }} from "./backboard.js";

const backboard = createClient<paths, "application/json">({_literal(head)});
const {{ data, error }} = await backboard.{request.operation.method.upper()}({", ".join(arguments)});
{use}
"""
    return Sample("TypeScript", _label("TypeScript", request), source)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


class _Code(str):
    """An expression of TypeScript, which stands in a literal as it is."""


def _literal(value: Any, depth: int = 0) -> str:
    """Write a value as TypeScript does, on one line if it is short."""
    if isinstance(value, _Code):
        return value
    if isinstance(value, dict):
        parts = [f"{name if name.isidentifier() else json.dumps(name)}: {{}}" for name in value]
        values = list(value.values())
        brackets, space = ("{", "}"), " "
    elif isinstance(value, list):
        parts, values = ["{}"] * len(value), value
        brackets, space = ("[", "]"), ""
    else:
        return json.dumps(value, ensure_ascii=False)
    if not values:
        return "".join(brackets)
    short = ", ".join(part.replace("{}", _literal(one, depth + 1)) for part, one in zip(parts, values, strict=True))
    if len(short) <= 60 and "\n" not in short:
        return f"{brackets[0]}{space}{short}{space}{brackets[1]}"
    indent = "  " * (depth + 1)
    lines = [
        f"{indent}{part.replace('{}', _literal(one, depth + 1))},\n" for part, one in zip(parts, values, strict=True)
    ]
    return f"{brackets[0]}\n{''.join(lines)}{'  ' * depth}{brackets[1]}"


@cache
def _formatted(source: str) -> str:
    command = [RUFF, "format", "--isolated", "--line-length", "80", "-"]
    return subprocess.run(command, input=source, capture_output=True, text=True, check=True).stdout
