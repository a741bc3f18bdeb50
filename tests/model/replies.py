"""Output of the model for a thread: messages, events, and the responses of its turns."""

import itertools
from base64 import b64encode

from tests.model.state import (
    COMPLETED,
    FAILED,
    UNUSED_TURN_FIELDS,
    WAITING,
    Files,
    Id,
    Json,
    Response,
    Run,
    Thread,
    timestamp,
    words,
)


class Replies:
    """Ids, the clock, and the writing of turns."""

    def __init__(self, now: int) -> None:
        self.now = now
        self._numbers = itertools.count()

    def new(self, kind: str) -> Id:
        return Id(kind, next(self._numbers))

    def add(
        self, thread: Thread, message_id: Id, role: str, content: Json, status: str, metadata: Json,
        model: str | None = None, created_at: int | None = None, files: Files = (),
    ) -> None:  # fmt: skip
        version, attached = thread.version + 1, []
        for name, data in files:
            file = {"document_id": self.new("file"), "filename": name}
            attached.append(file | {"status": "indexed", "file_size_bytes": len(data), "summary": None})
            stored = {"version": version, "content_type": "text/plain", "content": b64encode(data).decode()}
            thread.files.append(file | stored)
        message = {"message_id": message_id, "role": role, "content": content, "status": status}
        message |= {
            "created_at": timestamp(self.now if created_at is None else created_at),
            "metadata_": metadata,
            "attachments": attached or None,
        }
        thread.messages.append(message | {"model_provider": model, "model_name": model})
        thread.updated_at = self.now

    def output(self, thread: Thread, run: Run, call: Json, text: str, status: str) -> None:
        metadata = {"run_id": run.run_id, "tool_call_id": call["id"], "tool_name": call["function"]["name"]}
        self.add(thread, self.new("message"), "tool", text, status, metadata)

    def emit(self, thread: Thread, run: Run, kind: str, **fields: Json) -> None:
        if run.events is not None:
            run.events.append({"type": kind, "thread_id": thread.thread_id, "run_id": run.run_id, **fields})

    def say(self, thread: Thread, run: Run, text: str) -> str:
        for word in words(text):
            self.emit(thread, run, "content_streaming", content=word)
        return text

    def ask_for_tools(self, thread: Thread, run: Run, content: str) -> Response:
        for number, line in enumerate(content.splitlines(), 1):
            function = {"name": line.split()[1], "arguments": "{}"}
            call = {"id": f"call_{number}", "type": "function", "function": function}
            run.calls.append(call)
            self.emit(thread, run, "tool_call_start", tool_call_id=call["id"], name=function["name"])
            self.emit(thread, run, "tool_call_ready", tool_call=call)
        return self.end(thread, run, WAITING, "", "Tool outputs are required")

    def end(
        self,
        thread: Thread,
        run: Run,
        state: str,
        text: Json,
        message: str,
        more: Json = None,
        model: str | None = "offline",
    ) -> Response:
        """Store the reply of a run and end its segment."""
        message_id, calls = self.new("message"), list(run.calls) if state == WAITING else []
        metadata = {"run_id": run.run_id} | ({"tool_calls": calls} if calls else {}) | (more or {})
        metadata |= {"error": message} if state == FAILED else {}
        answered = thread.messages[-1]
        attached = answered["attachments"] if answered["role"] == "user" else None
        run.began_at = self.now if model is None else run.began_at  # otherwise ended by another than its segment
        self.add(thread, message_id, "assistant", text, state, metadata, model, run.began_at)
        if state == COMPLETED:
            self.emit(thread, run, "run_ended", status="completed", final_content=text, message_id=message_id)
            if run.events is not None:
                models = {"model_provider": "offline", "model_name": "offline"}
                run.events[-1] |= {"message": message, "memory_operation_id": None} | models
        elif state == WAITING:
            self.emit(thread, run, "tool_submit_required", tool_calls=calls)
        elif state == FAILED:
            self.emit(thread, run, "run_failed", error=message, message=message)
        else:
            self.emit(thread, run, "run_cancelled")
        run.state = state
        if state != WAITING:
            thread.active, run.ended_at, run.calls = None, self.now, []
        response = run.response
        if run.stream:
            response.body = None if run.events is None else run.events[run.first :]
            response.first = None if run.events is None else run.first + 1
        else:
            turn = self.turn(thread, message, "assistant", text, message_id, state, model)
            turn |= {"created_at": timestamp(run.began_at), "attachments": attached}
            response.body = turn | {"run_id": run.run_id, "tool_calls": calls or None}
            response.etag = thread.version
        return response

    def stored_only(self, thread: Thread, message_id: Id, content: str, stream: bool) -> Response:
        """The response to a message that no run answers."""
        if not stream:
            turn = self.turn(thread, "Message added", "user", content, message_id, COMPLETED, None)
            turn["attachments"] = thread.messages[-1]["attachments"]
            return Response(200, turn | {"run_id": None, "tool_calls": None}, thread.version)
        ids = {
            "thread_id": thread.thread_id,
            "assistant_id": thread.assistant.body["assistant_id"],
            "message_id": message_id,
        }
        ended = {"type": "run_ended", **ids, "status": "completed", "message": "Message added"}
        return Response(200, [{"type": "user_message", **ids, "content": content}, ended])

    def turn(
        self, thread: Thread, message: str, role: str, content: Json, message_id: Id, status: str, model: str | None
    ) -> Json:
        turn = {
            "message": message,
            "thread_id": thread.thread_id,
            "assistant_id": thread.assistant.body["assistant_id"],
        }
        turn |= {"role": role, "content": content, "message_id": message_id, "status": status}
        turn |= {"model_provider": model, "model_name": model, "created_at": timestamp(self.now)}
        return turn | dict.fromkeys(UNUSED_TURN_FIELDS) | {"timestamp": timestamp(self.now)}
