"""Operations of messages."""

from collections.abc import Mapping
from typing import Any

from threads_server.http.etags import precondition
from threads_server.http.idempotency import idempotency_request
from threads_server.http.responses import EventStream, Response
from threads_server.ids import new_id
from threads_server.openapi import ValidatedRequest
from threads_server.openapi.validation_errors import validation_error, validation_failed
from threads_server.operations.assistant_json import DEFAULT_NAME, new_assistant
from threads_server.operations.services import Services
from threads_server.operations.turn_response import turn_response
from threads_server.responders import Responder, UnknownModel
from threads_server.runs.turn_settings import TurnSettings
from threads_server.runs.turns import SendMessage
from threads_server.runs.unsupported_fields import UNSUPPORTED_FILES, unsupported
from threads_server.store.assistants import AssistantRow
from threads_server.store.turns import FileRow
from threads_server.store.usage import Usage


async def send_message(request: ValidatedRequest, services: Services) -> Response | EventStream:
    return await _send(request, services, request.path["thread_id"])


async def send_chat_message(request: ValidatedRequest, services: Services) -> Response | EventStream:
    return await _send(request, services, request.body.get("thread_id"))


async def _send(request: ValidatedRequest, services: Services, thread_id: str | None) -> Response | EventStream:
    body = request.body
    assistant_id: str | None = body.get("assistant_id")
    message = SendMessage(
        account=request.account,
        thread_id=thread_id and thread_id.lower(),
        assistant_id=assistant_id and assistant_id.lower(),
        fresh_assistant=None if thread_id or assistant_id else _default_assistant(request.account, services),
        content=body.get("content") or "",
        # files of the parts without effect are stored as well: nothing that was sent is thrown away
        files=[
            FileRow(new_id(), file.filename, file.content_type, file.data)
            for name in ("files", *UNSUPPORTED_FILES)
            for file in request.files.get(name, ())
        ],
        metadata=body.get("metadata"),
        streamed=bool(body.get("stream")),
        send_to_llm=body.get("send_to_llm") not in (False, "false"),
        settings=TurnSettings(
            system_prompt=body.get("system_prompt"),
            model_name=_chosen_model(body, services.context.responder),
            json_output=bool(body.get("json_output")),
            thinking=body.get("thinking"),
        ),
        tools=body.get("tools"),
        unsupported=unsupported(body, request.files, services.context.responder.unsupported),
        idempotency=await idempotency_request(request),
        check_version=precondition(request.headers.get("if-match")),
    )
    if services.quotas is not None:
        await services.quotas.check(request.account, _stored(message), message.idempotency)
    return turn_response(await services.turns.send(message))


def _stored(message: SendMessage) -> Usage:
    """Usage that a message adds. Its reply counts as one message without a size."""
    size = len(message.content.encode("utf-8", "surrogatepass")) + sum(len(file.content) for file in message.files)
    return Usage(threads=int(message.thread_id is None), messages=1 + message.send_to_llm, bytes=size)


def _default_assistant(account: str, services: Services) -> AssistantRow:
    return new_assistant(account, {**services.create_assistant.defaults, "name": DEFAULT_NAME})


def _chosen_model(body: Mapping[str, Any], responder: Responder) -> str | None:
    """Return the model that answers, by the responder's own name. Raises a 422 HTTPError that lists the known ones."""
    try:
        return responder.choose_model(body.get("llm_provider"), body.get("model_name"))
    except UnknownModel as error:
        known = ", ".join(map(repr, error.known))
        raise validation_failed([validation_error(("body", error.field), "enum", f"must be one of {known}")]) from error
