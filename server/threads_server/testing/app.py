"""The application of a testing server: the routes under `/testing`, and faults around the API."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from threads_server.http.app import App
from threads_server.openapi import Contract
from threads_server.operations.binding import bind
from threads_server.operations.services import Services
from threads_server.settings import Settings
from threads_server.testing.faulty_response import FaultyResponse
from threads_server.testing.instructions import BadInstruction, Fault
from threads_server.testing.script import ACTIONS, MAX_BODY_BYTES, Script, unknown_action

PREFIX = "/testing"
READ_ONLY = {"requests"}


def create_testing_app(settings: Settings) -> tuple[App, Script]:
    """Make the server as an application whose answers, faults and time a test sets, and the script of these."""
    contract = Contract.read()
    script = Script(contract)
    app = App(
        contract,
        bind(contract),
        settings,
        lambda settings: Services.open(settings, contract, script.responder),
        lambda inner: Testing(inner, contract, script),
    )
    script.sweep = app.sweep
    return app, script


class Testing:
    """ASGI middleware: the routes of `/testing`, and the faults of all others.

    `/testing/api/…` is the API without faults and without a record, for a test that looks.
    """

    def __init__(self, app: ASGIApp, contract: Contract, script: Script) -> None:
        self._app = app
        self._contract = contract
        self._script = script

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The ASGI interface."""
        path = scope["path"]
        if path.startswith(f"{PREFIX}{self._contract.base_path}/"):
            raw = scope.get("raw_path") or path.encode()
            inner = {**scope, "path": path.removeprefix(PREFIX), "raw_path": raw.removeprefix(PREFIX.encode())}
            await self._app(inner, receive, send)
        elif path.rstrip("/") == PREFIX:
            await _respond(send, 200, {"actions": [f"{PREFIX}/{action}" for action in ACTIONS]})
        elif path.startswith(f"{PREFIX}/"):
            await self._control(path.removeprefix(f"{PREFIX}/"), scope, receive, send)
        else:
            await self._serve(scope, receive, send)

    async def _control(self, action: str, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            body = await _read_json(scope, receive, action)
            result = await self._script.perform(action, body)
        except BadInstruction as error:
            await _respond(send, 422, {"detail": str(error)})
        else:
            await _respond(send, 200, result)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        found = self._contract.find((scope.get("raw_path") or scope["path"].encode()).decode("latin-1"))
        if found is None:
            await self._app(scope, receive, send)
            return
        endpoint = found[0].endpoints.get("GET" if scope["method"] == "HEAD" else scope["method"])
        operation = None if endpoint is None else endpoint.operation.id
        received = self._script.record(operation, scope)

        async def recorded() -> Message:
            message = await receive()
            if message["type"] == "http.request" and len(received.body) < MAX_BODY_BYTES:
                received.body += message.get("body", b"")[:MAX_BODY_BYTES]
            return message

        fault = self._script.take_fault(operation, before=True)
        response = FaultyResponse(
            lambda streamed: self._script.take_fault(operation, before=False, streamed=streamed), send
        )
        if fault is None:
            await self._app(scope, recorded, response.send)
            fault = response.lost
        else:
            await _read_all(recorded)
        if fault is None:
            return
        if fault.kind == "status":
            retry = {} if fault.retry_after is None else {"retry-after": f"{fault.retry_after:g}"}
            await _respond(send, fault.status, {"detail": fault.detail or "A fault of the test"}, retry)
        else:
            await self._cut_off(fault, scope, receive)

    async def _cut_off(self, fault: Fault, scope: Scope, receive: Receive) -> None:
        """End the connection, at once or when the client or the test has waited enough."""
        left = asyncio.ensure_future(_until_left(receive))
        if fault.kind == "hang":
            released = asyncio.ensure_future(self._script.wait_for_release())
            await asyncio.wait({left, released}, return_when=asyncio.FIRST_COMPLETED)
            released.cancel()
        transport: asyncio.Transport | None = scope.get("state", {}).get("transport")
        if transport is None:
            left.cancel()
            raise ConnectionResetError("a connection without a socket cannot be cut off in another way")
        if fault.kind == "cut":
            transport.close()  # what was sent before arrives
        else:
            transport.abort()
        await left


async def _until_left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _read_all(receive: Receive) -> None:
    while (await receive()).get("more_body"):
        pass


async def _read_json(scope: Scope, receive: Receive, action: str) -> Mapping[str, Any]:
    """The body of an action. A page of another origin cannot send one, for want of its content type."""
    if action not in ACTIONS:
        raise unknown_action(action)
    if scope["method"] == "GET" and action in READ_ONLY:
        return {}
    kind = dict(scope["headers"]).get(b"content-type", b"").partition(b";")[0]
    if scope["method"] != "POST" or kind != b"application/json":
        raise BadInstruction(f"{action} is a POST of a JSON object, with Content-Type: application/json")
    body = b""
    more = True
    while more and len(body) <= MAX_BODY_BYTES:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    try:
        value = json.loads(body)
    except ValueError as error:
        raise BadInstruction(f"the body is not JSON: {error}") from error
    if not isinstance(value, dict):
        raise BadInstruction("the body is not a JSON object")
    return value


async def _respond(send: Send, status: int, body: object, headers: Mapping[str, str] | None = None) -> None:
    content = json.dumps(body).encode()
    head = {"content-type": "application/json", "content-length": str(len(content)), **(headers or {})}
    encoded = [(name.encode(), value.encode()) for name, value in head.items()]
    await send({"type": "http.response.start", "status": status, "headers": encoded})
    await send({"type": "http.response.body", "body": content})
