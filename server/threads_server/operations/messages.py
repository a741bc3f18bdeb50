"""Operations of messages."""

from threads_server.http.idempotency import claim_of
from threads_server.http.responses import Answer, EventStream
from threads_server.openapi import Call, Upload
from threads_server.operations.services import Services
from threads_server.runs.run_segment import TurnSettings
from threads_server.runs.turns import Sending
from threads_server.runs.unsupported_fields import OUTSIDE_FILES, not_done


async def send_message(call: Call, services: Services) -> Answer | EventStream:
    return await services.turns.send(_sending(call, services, call.path["thread_id"]))


async def send_chat_message(call: Call, services: Services) -> Answer | EventStream:
    thread_id = call.body.get("thread_id")
    return await services.turns.send(_sending(call, services, thread_id and thread_id.lower()))


def _sending(call: Call, services: Services, thread_id: str | None) -> Sending:
    body = call.body
    assistant_id: str | None = body.get("assistant_id")
    # those of the other parts are kept as well: what was sent is not thrown away because nobody here looks at it
    files: list[Upload] = [file for name in ("files", *OUTSIDE_FILES) for file in call.files.get(name, ())]
    return Sending(
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
            model_name=body.get("model_name"),
            json_output=bool(body.get("json_output")),
            thinking=body.get("thinking"),
        ),
        tools=body.get("tools"),
        not_done=not_done(body, call.files, services.desk.responder.not_done),
        claim=claim_of(call),
        if_match=call.headers.get("if-match"),
    )
