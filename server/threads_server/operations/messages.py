"""Operations of messages."""

from collections.abc import Mapping
from typing import Any

from threads_server.errors import HTTPError
from threads_server.http.idempotency import idempotency_request
from threads_server.http.responses import EventStream, Response
from threads_server.openapi import Upload, ValidatedRequest
from threads_server.operations.services import Services
from threads_server.responders import Responder, UnknownModel
from threads_server.runs.run_segment import TurnSettings
from threads_server.runs.turns import SendMessage
from threads_server.runs.unsupported_fields import UNSUPPORTED_FILES, unsupported


async def send_message(call: ValidatedRequest, services: Services) -> Response | EventStream:
    return await services.turns.send(_sending(call, services, call.path["thread_id"]))


async def send_chat_message(call: ValidatedRequest, services: Services) -> Response | EventStream:
    thread_id = call.body.get("thread_id")
    return await services.turns.send(_sending(call, services, thread_id and thread_id.lower()))


def _sending(call: ValidatedRequest, services: Services, thread_id: str | None) -> SendMessage:
    body = call.body
    assistant_id: str | None = body.get("assistant_id")
    # those of the other parts are kept as well: what was sent is not thrown away because nobody here looks at it
    files: list[Upload] = [file for name in ("files", *UNSUPPORTED_FILES) for file in call.files.get(name, ())]
    return SendMessage(
        account=call.account,
        thread_id=thread_id,
        assistant_id=assistant_id and assistant_id.lower(),
        content=body.get("content") or "",
        files=files,
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
        unsupported=unsupported(body, call.files, services.context.responder.unsupported),
        claim=idempotency_request(call),
        if_match=call.headers.get("if-match"),
    )


def _chosen_model(body: Mapping[str, Any], responder: Responder) -> str | None:
    """The model that answers, by the responder's own name of it. Raises a 422 HTTPError that lists the known ones."""
    try:
        return responder.choose_model(body.get("llm_provider"), body.get("model_name"))
    except UnknownModel as error:
        known = ", ".join(map(repr, error.known))
        raise HTTPError(
            422, [{"loc": ["body", error.field], "msg": f"must be one of {known}", "type": "enum"}]
        ) from error
