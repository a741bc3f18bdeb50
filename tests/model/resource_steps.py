"""Steps on keys, assistants and threads."""

import asyncio
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from backboard_threads import StreamInterrupted
from tests.model.comparison import NAMES, TOOL, Data, ModelMachine, given
from tests.model.driver import COUNTS, Answered, answered
from tests.model.state import Json
from tests.support.database.store_faults import STORE_FAULTS


class ResourceSteps(ModelMachine):
    """Rules that read and manage what is stored."""

    @rule(data=st.data(), what=st.sampled_from(["list_assistants", "list_threads", "get_thread", "events"]))
    def look(self, data: Data, what: str) -> None:
        """Read something."""
        if (what != "get_thread" or self.threads) and (what != "events" or self.runs):
            getattr(self, what)(data)

    @rule(
        data=st.data(),
        what=st.sampled_from(
            ["create_assistant", "update_assistant", "clone_assistant", "delete_assistant", "change_key"]
        ),
    )
    def manage(self, data: Data, what: str) -> None:
        """Change an assistant or a key."""
        if what != "delete_assistant" or (len(self.assistants) > 3 and self.calm > 2):
            getattr(self, what)(data)

    # keys

    def change_key(self, data: Data) -> None:
        """Revoke a key, or make one; the name of a revoked key can be used again, for another key."""
        names = ["a1", "a2", "b1", "b2"]
        revoked = [name for name in names if name not in self.names]
        name = data.draw(st.sampled_from(revoked * 4 + names), label="name")
        if name not in self.names:
            self.add_key(name, name[0])
        elif len(self.names) > 1:
            self.revoke_key(name)

    def revoke_key(self, name: str) -> None:
        """Revoke a key: the streams that it opened are cut, and their runs go on."""
        assert self.run(self.server.revoke_key(name))
        key, _ = self.names.pop(name)
        del self.model.keys[key]
        COUNTS["key revoked"] += 1
        for held in self.held:
            if held.key == key and held.run.stream:
                for task, _ in held.waiting:
                    with pytest.raises(StreamInterrupted):
                        self.run(self.finished(task))
                    COUNTS["stream of a revoked key cut"] += 1
                held.waiting = []

    # assistants

    def create_assistant(self, data: Data) -> None:
        name = data.draw(st.sampled_from(NAMES), label="name")
        tools, prompt = data.draw(st.booleans(), label="tools"), data.draw(st.booleans(), label="prompt")
        idempotency_key, fault, pause = self.disturbance(data)
        key = self.key(data)
        fields: Json = (
            {"name": name} | ({"tools": [TOOL]} if tools else {}) | ({"system_prompt": "Be."} if prompt else {})
        )
        client = self.server.client(key)
        made = self.perform(
            "createAssistant",
            lambda: answered(
                lambda: client.assistants.with_response.create(**fields, idempotency_key=given(idempotency_key))
            ),
            lambda: self.model.create_assistant(key, fields, idempotency_key),
            fault, idempotency_key is not None, pause,
        )  # fmt: skip
        if made is not None and not made.replayed:
            self.assistants.append(made.body["assistant_id"])

    def update_assistant(self, data: Data) -> None:
        change: Json = data.draw(
            st.sampled_from(
                [{"name": "Guide"}, {"description": "D"}, {"tools": [TOOL]}, {"tools": [], "system_prompt": ""}]
            ),
            label="change",
        )
        fault = data.draw(st.sampled_from([None, None, None, *STORE_FAULTS]), label="fault")
        key = self.key(data)
        assistant_id = self.own(data, key, self.assistants)
        client, real = self.server.client(key), self.binding.real(assistant_id)
        self.perform(
            "updateAssistant",
            lambda: answered(lambda: client.assistants.with_response.update(real, **change)),
            lambda: self.model.update_assistant(key, assistant_id, change),
            fault,
        )

    def clone_assistant(self, data: Data) -> None:
        change: Json = data.draw(st.sampled_from([{}, {"name": "Guide"}, {"system_prompt": ""}]), label="change")
        idempotency_key, fault, pause = self.disturbance(data)
        key = self.key(data)
        assistant_id = self.own(data, key, self.assistants)
        client, real = self.server.client(key), self.binding.real(assistant_id)
        made = self.perform(
            "cloneAssistant",
            lambda: answered(
                lambda: client.assistants.with_response.clone(real, **change, idempotency_key=given(idempotency_key))
            ),
            lambda: self.model.clone_assistant(key, assistant_id, change, idempotency_key),
            fault, idempotency_key is not None, pause,
        )  # fmt: skip
        if made is not None and not made.replayed:
            self.assistants.append(made.body["assistant"]["assistant_id"])

    def delete_assistant(self, data: Data) -> None:
        key = self.key(data)
        assistant_id = self.own(data, key, self.assistants)
        client, real = self.server.client(key), self.binding.real(assistant_id)
        self.perform(
            "deleteAssistant",
            lambda: answered(lambda: client.assistants.with_response.delete(real)),
            lambda: self.model.delete_assistant(key, assistant_id),
        )
        self.forget_deleted()

    def list_assistants(self, data: Data) -> None:
        key = self.key(data)
        client = self.server.client(key)
        account = self.model.accounts.get(self.model.keys.get(key, ""))
        assistants = account.assistants if account else ()
        used = [one.body["name"] for one in assistants]  # a name with several the more often
        name = data.draw(st.sampled_from([None, *NAMES, *used]), label="name")
        skip, limit = self.page(data)
        times = [one.created_at for one in assistants if one.body["name"] == name]
        COUNTS["page of a name with ties in time"] += bool((skip or limit) and len(set(times)) < len(times))
        self.perform(
            "listAssistants",
            lambda: answered(
                lambda: client.assistants.with_response.list(name=given(name), skip=given(skip), limit=given(limit))
            ),
            lambda: self.model.list_assistants(key, name, skip, limit),
        )

    # threads

    @precondition(lambda self: self.assistants)
    @rule(data=st.data())
    def create_thread(self, data: Data) -> None:
        idempotency_key, fault, pause = self.disturbance(data)
        key = self.key(data)
        assistant_id = self.own(data, key, self.assistants)
        client, real = self.server.client(key), self.binding.real(assistant_id)
        made = self.perform(
            "createThread",
            lambda: answered(
                lambda: client.threads.with_response.create(real, idempotency_key=given(idempotency_key))
            ),
            lambda: self.model.create_thread(key, assistant_id, idempotency_key),
            fault, idempotency_key is not None, pause,
        )  # fmt: skip
        if made is not None and not made.replayed:
            self.threads.append(made.body["thread_id"])

    def list_threads(self, data: Data) -> None:
        of_assistant, include_messages = data.draw(st.booleans()), data.draw(st.booleans())
        skip, limit = self.page(data)
        key = self.key(data)
        assistant_id = self.own(data, key, self.assistants) if of_assistant and self.assistants else None
        threads, real = self.server.client(key).threads.with_response, self.binding.real(assistant_id)
        query: Any = {"skip": given(skip), "limit": given(limit), "include_messages": include_messages}
        self.perform(
            "listThreads",
            lambda: answered(
                lambda: threads.list(**query) if real is None else threads.list_for_assistant(real, **query)
            ),
            lambda: self.model.list_threads(key, assistant_id, skip, limit, include_messages),
        )

    def get_thread(self, data: Data) -> None:
        key = self.key(data)
        thread_id = self.own(data, key, self.threads)
        version = self.version(data, thread_id)
        client, real = self.server.client(key), self.binding.real(thread_id)
        self.perform(
            "getThread",
            lambda: answered(lambda: client.threads.with_response.get(real, if_none_match=given(version))),
            lambda: self.model.get_thread(key, thread_id, version),
        )

    @precondition(lambda self: len(self.threads) > 2 and self.calm > 1)
    @rule(data=st.data())
    def delete_thread(self, data: Data) -> None:
        key = self.key(data)
        thread_id = self.own(data, key, self.threads)
        version = self.version(data, thread_id)
        fault = data.draw(st.sampled_from([None, None, None, *STORE_FAULTS]), label="fault")
        client, real = self.server.client(key), self.binding.real(thread_id)
        self.perform(
            "deleteThread",
            lambda: answered(lambda: client.threads.with_response.delete(real, if_match=given(version))),
            lambda: self.model.delete_thread(key, thread_id, version),
            fault,
        )
        self.forget_deleted()

    def forget_deleted(self) -> None:
        """Requests that wait for a run of a deleted thread get an answer too."""
        alive = {id(thread) for account in self.model.accounts.values() for thread in account.threads}
        for held in [one for one in self.held if id(one.thread) not in alive]:
            self.held.remove(held)
            for task, _ in held.waiting:
                answer = self.run(self.finished(task))
                assert answer.status == 404 or answer.body[-1]["type"] == "run_cancelled", answer
                COUNTS["run deleted"] += 1

    async def finished(self, task: "asyncio.Task[Answered]") -> Answered:
        return await task
