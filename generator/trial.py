"""The trial of a new client: every module is imported and every method called once, async and sync.

The program runs in a separate process, against a transport that answers with samples of the document's schemas. It
checks the address and JSON of each request, and that the result equals the sample.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from .client.api import Api
from .client.docstrings import arguments
from .client.methods import Argument, Call, Events
from .client.models import Catalogue
from .document.security import Scheme
from .samples import BY_CLASS, argument_code, json_sample, union_sample

BASE_URL = "https://trial.example/base"
KEY = "trial:key"

PROGRAM = """
import asyncio, base64, importlib, inspect, json, pkgutil, re, sys, warnings
from datetime import datetime

sys.path.insert(0, sys.argv[1])
module = "backboard_threads"
try:
    package = importlib.import_module(module)
    for found in pkgutil.walk_packages(package.__path__, f"{module}."):
        module = found.name
        importlib.import_module(module)
    module = "backboard_threads"
    for name in package.__all__:
        getattr(package, name)
    module = "backboard_threads.models"
    for name in package.models.__all__:
        getattr(package.models, name)
except Exception as error:
    sys.exit(f"the client cannot be imported: {module}: {type(error).__name__}: {error}")

import httpx

warnings.simplefilter("ignore")
seen = []
answer = {}


def handle(request):
    seen.append((request.method, str(request.url), request.read(), dict(request.headers)))
    headers = {"Content-Type": answer["media"]} if answer["body"] is not None else {}
    body = answer["body"] if len(seen) == 1 else answer["second"]
    return httpx.Response(answer["status"], headers=headers, content=body or b"")


async def ahandle(request):
    await request.aread()
    return handle(request)


def plain(value):
    if hasattr(value, "to_dict"):
        return value.to_dict()
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, datetime):
        return value.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return value


def key_of(request_url, headers):
    places = [["header", name, value] for name, value in headers.items() if KEY in value or BASIC in value]
    values = httpx.URL(request_url).params.multi_items()
    return places + [["query", name, value] for name, value in values if KEY in value]


def check(name, expected, path, body, key, wanted, result):
    if len(seen) > (1 if answer["second"] is None else 2):
        raise AssertionError(f"{len(seen)} requests were sent")
    method, url, content, headers = seen[0]
    if method != expected or not re.fullmatch(path, url) or headers["host"] != httpx.URL(url).netloc.decode():
        raise AssertionError(f"{method} {url} was sent, not {expected} {path}")
    if key_of(url, headers) != key:
        raise AssertionError(f"the key was sent in {key_of(url, headers)}, not in {key}")
    if body is not None and json.loads(content) != body:
        raise AssertionError(f"the body was {content!r}, not {body!r}")
    if wanted is not Ellipsis and plain(result) != wanted:
        raise AssertionError(f"the result was {plain(result)!r}, not {wanted!r}")


async def acall(method, arguments, kind):
    made = method(*arguments[0], **arguments[1])
    if kind == "call":
        return await made
    if kind == "iterate":
        return [item async for item in made]
    if kind == "download":
        async with made as download:
            return b"".join([piece async for piece in download.aiter_bytes()])
    async with made as events:
        return [event async for event in events]


def call(method, arguments, kind):
    made = method(*arguments[0], **arguments[1])
    if kind == "call":
        return made
    if kind == "iterate":
        return list(made)
    if kind == "download":
        with made as download:
            return b"".join(download.iter_bytes())
    with made as events:
        return list(events)


BASIC = base64.b64encode(KEY.encode()).decode()


def options():
    return {"api_key": KEY, "base_url": BASE_URL, "max_retries": 0}


def main():
    client = getattr(package, CLIENT)(http_client=httpx.Client(transport=httpx.MockTransport(handle)), **options())
    for name, kind, arguments, response, *expected in CALLS:
        seen.clear()
        answer.update(response)
        resource, method = name.split(".")
        check(name, *expected, call(getattr(getattr(client, resource), method), arguments, kind))


async def amain():
    http = httpx.AsyncClient(transport=httpx.MockTransport(ahandle))
    client = getattr(package, f"Async{CLIENT}")(http_client=http, **options())
    for name, kind, arguments, response, *expected in CALLS:
        seen.clear()
        answer.update(response)
        resource, method = name.split(".")
        check(name, *expected, await acall(getattr(getattr(client, resource), method), arguments, kind))


current = ""
CALLS_MADE = []


class Calls(list):
    def __iter__(self):
        global current
        for one in super().__iter__():
            current = one[0]
            yield one


CALLS = Calls(CALLS)
for run in (main, lambda: asyncio.run(amain())):
    try:
        run()
    except Exception as error:
        sys.exit(f"the trial of {current} failed: {type(error).__name__}: {error}")
"""


def trial_program(api: Api, catalogue: Catalogue) -> str:
    """Return the program that tries the client of an API. A failure exits it with a message on standard error."""
    calls = ",\n    ".join(code for call in api.calls.values() for code in _calls(call, catalogue))
    names = f"CLIENT, BASE_URL, KEY = {(api.table.client['name'], BASE_URL, KEY)!r}\n"
    return f"from datetime import datetime\n\n{names}CALLS = [\n    {calls}\n]\n{PROGRAM}"


def run_trial(program: Path, folder: Path) -> str | None:
    """Run the program of a trial, of the client in a folder, in a separate process. Return what it says if it fails."""
    command = [sys.executable, "-I", "-B", str(program), str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stderr if done.returncode else None


def _calls(call: Call, catalogue: Catalogue) -> Iterator[str]:
    streamed = "stream" if call.events else "download"
    for kind, method in (("call", call.names.method), ("iterate", call.names.iterate), (streamed, call.names.stream)):
        if method is None:
            continue
        used = arguments(call, kind)
        paging = [
            one
            for one in used
            if kind == "iterate" and call.page and one.wire in {call.page.paging.position, call.page.paging.limit}
        ]
        used = [one for one in used if one not in paging and one is not call.key]
        response, wanted = _answer(call, kind, catalogue)
        yield (
            f"({f'{call.names.resource}.{method}'!r}, {kind!r}, {_arguments(used, catalogue)}, {response}, "
            f"{call.operation.method.upper()!r}, {_address(call)!r}, {_body(call, used, kind, catalogue)}, "
            f"{_key(call.security)!r}, {wanted})"
        )


def _arguments(used: list[Argument], catalogue: Catalogue) -> str:
    path = "".join(f"{argument_code(one.shape, catalogue)}, " for one in used if one.place == "path")
    named = ", ".join(f"{one.name!r}: {_code(one, catalogue)}" for one in used if one.place != "path")
    return f"(({path}), {{{named}}})"


def _code(one: Argument, catalogue: Catalogue) -> str:
    if one.place == "query" and (
        one.style == "deepObject" or one.shape.nonnull.kind in {"model", "tagged", "map", "choice"}
    ):
        return '{"key": 1}'
    if one.place == "query" and one.shape.held == "Any":
        return '["a", "b"]'
    code = argument_code(one.shape, catalogue)
    return code.replace(repr(BY_CLASS["str"]), '"a, b"') if one.place == "header" else code


def _address(call: Call) -> str:
    """Return the pattern of the address that is requested."""
    pieces = re.split(r"\{[^{}]*\}", call.operation.path)
    server = urljoin(BASE_URL, call.server) if call.server else BASE_URL
    return re.escape(server.rstrip("/")) + r"[^/?]+".join(re.escape(piece) for piece in pieces) + r"(\?.*)?"


def _key(scheme: Scheme | None) -> list[list[str]]:
    """Return where the key is expected: place, name and value."""
    if scheme is None:
        return []
    key = b64encode(KEY.encode("ascii")).decode("ascii") if scheme.prefix == "Basic " else KEY
    name = scheme.name.lower() if scheme.place == "header" else scheme.name
    return [[scheme.place, name, scheme.prefix + key]]


def _body(call: Call, used: list[Argument], kind: str, catalogue: Catalogue) -> str:
    """Return the JSON that the request carries, or None if it is not JSON by default."""
    if kind == "iterate" or not call.media or any(one.place == "file" for one in used):
        return "None"
    if not call.media[0].partition(";")[0].endswith("json"):
        return "None"
    if call.whole:
        return repr(json_sample(call.at("whole")[0].shape, catalogue))
    body = {one.wire: json_sample(one.shape, catalogue) for one in used if one.place == "body"}
    for _ in call.at("more"):
        body = {**json_sample(call.at("more")[0].shape, catalogue), **body}
    if kind == "stream" and call.switch == "body":
        body["stream"] = True
    return repr(body)


def _answer(call: Call, kind: str, catalogue: Catalogue) -> tuple[str, str]:
    """Return the code of the answer to a call, and of its expected result."""
    if kind == "stream" and call.events is not None:
        return _stream(call.events, catalogue)
    assert call.result is not None
    sample: Any = json_sample(call.result.shape, catalogue) if call.result.kind == "json" else None
    if kind == "iterate" and call.page is not None:
        items = call.page.paging.items
        if call.page.paging.next:
            sample[call.page.paging.next] = None
        wanted = sample[items] if items else sample
        nothing = {**sample, items: []} if items else []
        return _response(200, "application/json", json.dumps(sample).encode(), json.dumps(nothing).encode()), repr(
            wanted
        )
    if call.result.kind == "json":
        media = call.result.media.replace("*/*", "application/json")
        return _response(200, media, json.dumps(sample).encode()), repr(sample)
    if call.result.kind == "none":
        return _response(204, "", None), "None"
    content = "é".encode() if call.result.kind == "text" else b"\x00\xff"
    media = f"{call.result.media}; charset=utf-8" if call.result.kind == "text" else call.result.media
    return _response(200, media, content), repr("é" if call.result.kind == "text" else content)


def _stream(events: Events, catalogue: Catalogue) -> tuple[str, str]:
    """Return the code of a stream of one event, and of its expected result."""
    sample: Any = "é" if events.kind == "text" else json_sample(events.shape, catalogue)
    if events.ends:
        tag = next((tag for tag in events.ends if tag not in events.failures), events.ends[0])
        sample = union_sample(events.shape.types[-1][1], catalogue, tag=tag)
        sample.pop("status", None)
    data = sample if events.kind == "text" else json.dumps(sample)
    return _response(200, "text/event-stream", f"data: {data}\n\n".encode()), repr([sample])


def _response(status: int, media: str, body: bytes | None, second: bytes | None = None) -> str:
    return repr({"status": status, "media": media, "body": body, "second": second})
