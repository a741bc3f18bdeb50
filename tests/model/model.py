"""The threads API as plain Python in memory: the specification that executes, written from openapi.yaml.

Ids that the server chooses are `Id`s here, which the comparison binds to the first value that it meets. Times are
milliseconds of the model's own clock. The responder answers as `threads_server.responders.offline` does.
"""

import copy
from collections.abc import Callable
from itertools import count

from tests.model.interruptions import Interruptions
from tests.model.state import (
    AGAIN,
    ASSISTANT_FIELDS,
    CANCELLED,
    COMPLETED,
    DAY,
    FAILED,
    IN_PROGRESS,
    NAME,
    RATE,
    RUNS_AT_ONCE,
    STREAMS_AT_ONCE,
    WAITING,
    Account,
    Assistant,
    Files,
    Id,
    Json,
    Rejected,
    Response,
    Run,
    Stored,
    Thread,
    names_version,
    page,
    passes,
    said,
    timestamp,
    tool_names,
)


class Model(Interruptions):
    """All accounts of a server. Operations take the key of a caller first and raise Rejected."""

    def __init__(self, now: int) -> None:
        super().__init__(now)
        self.keys: dict[str, str] = {}
        """Keys in use, with their accounts."""
        self.conversations: list[Json] = []
        """Requests to the responder: instructions, tools, and the number of messages."""

    def account(self, key: str, *, streams: bool = False) -> Account:
        """The account of a key, which needs room for one more event stream if the request `streams`."""
        if key not in self.keys:
            raise Rejected(401)
        account = self.accounts.setdefault(self.keys[key], Account())
        if streams and account.open_streams >= STREAMS_AT_ONCE:
            raise Rejected(429)
        return account

    # assistants

    def create_assistant(self, key: str, fields: Json, idempotency_key: str | None) -> Response:
        account = self.account(key)

        def create() -> tuple[Response, Assistant]:
            made = self._new_assistant(account, fields)
            return Response(200, copy.deepcopy(made.body)), made

        return self._once(account, idempotency_key, ("create_assistant", fields), create)

    def list_assistants(self, key: str, name: str | None, skip: int | None, limit: int | None) -> Response:
        account = self.account(key)
        found = [one for one in account.assistants if name is None or one.body["name"] == name]
        return Response(200, [one.body for one in page(found, skip, limit)])

    def get_assistant(self, key: str, assistant_id: Id) -> Response:
        return Response(200, self._assistant(self.account(key), assistant_id).body)

    def update_assistant(self, key: str, assistant_id: Id, fields: Json) -> Response:
        assistant = self._assistant(self.account(key), assistant_id)
        assistant.body |= fields
        return Response(200, assistant.body)

    def clone_assistant(self, key: str, assistant_id: Id, fields: Json, idempotency_key: str | None) -> Response:
        account = self.account(key)

        def clone() -> tuple[Response, Assistant]:
            source = self._assistant(account, assistant_id).body
            copied = {"name": f"{source['name']} Copy"[:NAME]} | fields
            made = self._new_assistant(account, {**source, **copied})
            body = {"assistant": copy.deepcopy(made.body), "documents_cloned": 0, "memories_cloned": 0}
            return Response(200, body), made

        return self._once(account, idempotency_key, ("clone_assistant", assistant_id, fields), clone)

    def delete_assistant(self, key: str, assistant_id: Id) -> Response:
        account = self.account(key)
        assistant = self._assistant(account, assistant_id)
        account.assistants.remove(assistant)
        if account.default is assistant:
            account.default = None
        for thread in [one for one in account.threads if one.assistant is assistant]:
            self.drop(account, thread)
        account.stored = {name: one for name, one in account.stored.items() if one.about is not assistant}
        deleted = {"message": "Assistant deleted", "assistant_id": assistant_id, "deleted_at": timestamp(self.now)}
        return Response(200, deleted)

    # threads

    def create_thread(self, key: str, assistant_id: Id, idempotency_key: str | None) -> Response:
        account = self.account(key)

        def create() -> tuple[Response, Thread]:
            made = self._new_thread(account, self._assistant(account, assistant_id))
            return Response(200, copy.deepcopy(made.whole())), made

        return self._once(account, idempotency_key, ("create_thread", assistant_id), create)

    def list_threads(
        self,
        key: str,
        assistant_id: Id | None,
        skip: int | None = None,
        limit: int | None = None,
        include_messages: bool = True,
    ) -> Response:
        account = self.account(key)
        if assistant_id is not None:
            assistant = self._assistant(account, assistant_id, before=lambda: page([], skip, limit))
            found = [one for one in account.threads if one.assistant is assistant]
        else:
            found = account.threads
        return Response(200, [one.whole() if include_messages else one.light() for one in page(found, skip, limit)])

    def get_thread(self, key: str, thread_id: Id, if_none_match: str | None) -> Response:
        thread = self._thread(self.account(key), thread_id)
        if if_none_match is not None and names_version(if_none_match, thread.version, weak=True):
            return Response(304, etag=thread.version)
        return Response(200, thread.whole(), thread.version)

    def delete_thread(self, key: str, thread_id: Id, if_match: str | None) -> Response:
        account = self.account(key)
        thread = self._thread(account, thread_id)
        self._check_version(thread, if_match)
        self.drop(account, thread)
        body = {"message": "Thread deleted", "thread_id": thread_id, "deleted_at": timestamp(self.now)}
        return Response(200, body)

    # messages and runs

    def send(
        self,
        key: str,
        content: str,
        *,
        thread_id: Id | None = None,
        assistant_id: Id | None = None,
        one_call: bool = False,
        system_prompt: str | None = None,
        tools: list[str] | None = None,
        files: Files = (),
        stream: bool = False,
        send_to_llm: bool = True,
        if_match: str | None = None,
        idempotency_key: str | None = None,
        abandoned: bool = False,
    ) -> Response:
        """Send a message; the run of `/hold` stays in progress, and its response comes from `let_go` or an end.

        An `abandoned` run was begun without a confirmation, and ended once that was noticed.
        """
        account = self.account(key, streams=stream)
        request = ("send", content, thread_id, assistant_id, one_call, system_prompt, tools, files, stream, send_to_llm)

        def send() -> tuple[Response, Thread]:
            self._check_room(account if send_to_llm else None)
            thread = self._thread_to_send_to(account, thread_id, assistant_id, if_match)
            message_id = self.new("message")
            self.add(thread, message_id, "user", content, COMPLETED, None, files=files)
            if not send_to_llm:
                return self.stored_only(thread, message_id, content, stream), thread
            run = Run(self.new("run"), stream=stream, began_at=self.now, started_at=self.now)
            run.system_prompt = system_prompt
            thread.active = thread.runs[run.run_id] = run
            if abandoned:
                return self.end_abandoned(thread, run), thread
            self.emit(thread, run, "user_message", assistant_id=self._assistant_id(thread), message_id=message_id)
            assert run.events is not None
            run.events[-1] |= {"content": content, "message": None}
            self.emit(thread, run, "run_started")
            offered = self.ask(thread, run, tools)
            if content.startswith("/hold "):
                self.emit(thread, run, "content_streaming", content="so far ")
                return run.response, thread
            if content.startswith("/call ") and content.split()[1] in offered:
                return self.ask_for_tools(thread, run, content), thread
            if content.startswith(("/call ", "/fail ")):
                reason = content.removeprefix("/fail ")
                if content.startswith("/call "):
                    names = ", ".join(offered) or "none"
                    reason = f"There is no tool {content.split()[1]}; the tools of this turn are: {names}"
                return self.end(thread, run, FAILED, "", reason), thread
            text = self.say(thread, run, said(content, thread.messages))
            return self.end(thread, run, COMPLETED, text, "Message added"), thread

        return self._once(account, idempotency_key, request, send)

    def let_go(self, thread: Thread, run: Run, content: str) -> Response:
        """The responder of a run in progress says the rest."""
        rest = said(content, [])
        self.emit(thread, run, "content_streaming", content=rest)
        return self.end(thread, run, COMPLETED, f"so far {rest}", "Message added")

    def submit(
        self, key: str, thread_id: Id, run_id: Id | None, outputs: list[tuple[str, str]], *,
        tools: list[str] | None = None, stream: bool = False, idempotency_key: str | None = None,
        abandoned: bool = False,
    ) -> Response:  # fmt: skip
        """Submit tool outputs to a run, or without `run_id` to the one that waits; `abandoned` as in `send`."""
        account = self.account(key, streams=stream)

        def submit() -> tuple[Response, Thread]:
            self._check_room(account)
            thread = self._thread(account, thread_id)
            if run_id is None and thread.active is None:
                raise Rejected(409)
            run = self._run(thread, run_id) if run_id is not None else thread.active
            assert run is not None
            if run.state != WAITING:
                raise Rejected(409, run.run_id)
            if sorted(call for call, _ in outputs) != sorted(call["id"] for call in run.calls):
                raise Rejected(400)
            thread.messages[-1]["status"] = COMPLETED
            calls, run.calls, run.state, texts = run.calls, [], IN_PROGRESS, dict(outputs)
            run.stream, run.first, run.response = stream, len(run.events or ()), Response(200)
            run.began_at, run.segment = self.now, run.segment + 1
            for call in calls:
                self.output(thread, run, call, texts[call["id"]], COMPLETED)
            if abandoned:
                return self.end_abandoned(thread, run), thread
            offered = self.ask(thread, run, tools)
            if "look" in offered and AGAIN in texts.values():
                return self.ask_for_tools(thread, run, "/call look {}"), thread
            text = "\n".join(f"{call['function']['name']} returned: {texts[call['id']]}" for call in calls)
            self.say(thread, run, text)
            asked = [call for one in thread.messages if self._asks(one, run) for call in one["metadata_"]["tool_calls"]]
            more = {} if stream else {"all_run_tool_calls": asked}
            return self.end(thread, run, COMPLETED, text, "Tool outputs submitted", more), thread

        return self._once(account, idempotency_key, ("submit", thread_id, run_id, outputs, tools, stream), submit)

    def cancel(self, key: str, thread_id: Id, run_id: Id, idempotency_key: str | None = None) -> Response:
        """Cancel a run: at once if it waits for tools; one in progress ends with what it has said."""
        account = self.account(key)

        def cancel() -> tuple[Response, Thread]:
            thread = self._thread(account, thread_id)
            return self._cancel(thread, self._run(thread, run_id)), thread

        return self._once(account, idempotency_key, ("cancel", thread_id, run_id), cancel)

    def _cancel(self, thread: Thread, run: Run) -> Response:
        if run.state == WAITING:
            run.response = Response(200)  # the one before is stored under its key
            thread.messages[-1]["status"] = CANCELLED
            for call in run.calls:
                self.output(thread, run, call, "Cancelled", CANCELLED)
            self.end(thread, run, CANCELLED, "", "The run was cancelled", model=None)
        elif run.state == IN_PROGRESS:
            self.end(thread, run, CANCELLED, "so far ", "The run was cancelled")
        return Response(200, {"thread_id": thread.thread_id, "run_id": run.run_id, "cancelled": run.state == CANCELLED})

    def events(self, key: str, thread_id: Id, run_id: Id, after: int) -> Response:
        run = self._run(self._thread(self.account(key, streams=True), thread_id), run_id)
        if not run.has_log or (run.ended_at is not None and run.ended_at <= self.now - DAY):
            raise Rejected(404)
        if run.events is None:
            return Response(200, after=run.sent)
        return Response(200, run.events[after:], first=after + 1)

    def take(self, key: str, passed: list[float], now: float) -> None:
        """Count a request for the rate limit, after those that `passed`."""
        self.account(key)
        if not passes(passed, now, RATE):
            raise Rejected(429, retry_after=next(wait for wait in count(1) if passes(passed, now + wait, RATE)))
        passed.append(now)

    # parts

    def _check_room(self, account: Account | None) -> None:
        """Raise Rejected for one run too many of an account."""
        threads = account.threads if account is not None else []
        if sum(one.active is not None and one.active.state == IN_PROGRESS for one in threads) >= RUNS_AT_ONCE:
            raise Rejected(429)

    def ask(self, thread: Thread, run: Run, tools: list[str] | None) -> list[str]:
        """Ask the responder with what the turn, or else the assistant, has; return the names of its tools."""
        assistant = thread.assistant.body
        offered = tools if tools is not None else tool_names(assistant["tools"])
        prompt = run.system_prompt or assistant["system_prompt"] or assistant["description"]
        self.conversations.append((prompt, offered, len(thread.messages)))
        return offered

    def _asks(self, message: Json, run: Run) -> bool:
        metadata = message["metadata_"] or {}
        return metadata.get("run_id") == run.run_id and "tool_calls" in metadata

    def _once(
        self,
        account: Account,
        idempotency_key: str | None,
        request: Json,
        perform: Callable[[], tuple[Response, Thread | Assistant]],
    ) -> Response:
        """Perform a request, or replay the response that its key has."""
        stored = account.stored.get(idempotency_key or "")
        if stored is not None and stored.created_at > self.now - DAY:
            if stored.request != request:
                raise Rejected(409)
            kept = stored.response
            etag = kept.etag if not isinstance(kept.body, list) else None
            return Response(kept.status, kept.body, etag, True, kept.first)
        response, about = perform()
        if idempotency_key is not None:
            account.stored[idempotency_key] = Stored(copy.deepcopy(request), self.now, response, about)
        return response

    def _new_assistant(self, account: Account, fields: Json) -> Assistant:
        body = {"name": fields["name"], "tok_k": 10} | dict.fromkeys(ASSISTANT_FIELDS) | fields
        body |= {"assistant_id": self.new("assistant"), "created_at": timestamp(self.now)}
        assistant = Assistant(body, self.now)
        account.assistants.append(assistant)
        return assistant

    def _new_thread(self, account: Account, assistant: Assistant) -> Thread:
        thread = Thread(self.new("thread"), assistant, self.now, self.now)
        account.threads.append(thread)
        return thread

    def _assistant(self, account: Account, assistant_id: Id, before: Callable[[], object] = bool) -> Assistant:
        before()
        for one in account.assistants:
            if one.body["assistant_id"] == assistant_id:
                return one
        raise Rejected(404)

    def _thread(self, account: Account, thread_id: Id) -> Thread:
        for one in account.threads:
            if one.thread_id == thread_id:
                return one
        raise Rejected(404)

    def _run(self, thread: Thread, run_id: Id) -> Run:
        if run_id not in thread.runs:
            raise Rejected(404)
        return thread.runs[run_id]

    def _thread_to_send_to(
        self, account: Account, thread_id: Id | None, assistant_id: Id | None, if_match: str | None
    ) -> Thread:
        if thread_id is None:
            assistant = None if assistant_id is None else self._assistant(account, assistant_id)
            if if_match is not None:
                raise Rejected(412)
            if assistant is None:
                account.default = account.default or self._new_assistant(account, {"name": "Default"})
                assistant = account.default
            return self._new_thread(account, assistant)
        thread = self._thread(account, thread_id)
        if assistant_id not in (None, self._assistant_id(thread)):
            raise Rejected(404)
        self._check_version(thread, if_match)
        if thread.active is not None:
            raise Rejected(409, thread.active.run_id, *(call["id"] for call in thread.active.calls))
        return thread

    def _check_version(self, thread: Thread, if_match: str | None) -> None:
        if if_match is not None and not names_version(if_match, thread.version):
            raise Rejected(412)

    def _assistant_id(self, thread: Thread) -> Id:
        found: Id = thread.assistant.body["assistant_id"]
        return found
