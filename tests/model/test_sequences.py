"""Sequences of the machine's steps that drawn ones reach seldom or never, on both stores, each readable by itself."""

import itertools
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.model.comparison import KEYS
from tests.model.driver import COUNTS
from tests.model.machine import Machine, postgres_machine
from tests.model.state import DAY, Thread, entity_tags
from tests.support.database.postgres import PostgresServer
from tests.support.database.store_faults import DISK_FULL, LOSES_CONFIRMATION, SlowConnection

STATES = {"COMPLETED", "FAILED", "CANCELLED", "REQUIRES_ACTION", "IN_PROGRESS"}


@pytest.fixture(autouse=True)
def _no_counts() -> None:
    COUNTS.clear()


@pytest.fixture(params=["sqlite", "postgres"])
def machine(request: pytest.FixtureRequest) -> type[Machine]:
    return Machine if request.param == "sqlite" else postgres_machine(request.getfixturevalue("postgres_server"))


def play(machine: type[Machine], steps: Callable[[Any, Machine], None], examples: int = 1) -> None:
    """Play steps on a machine whose accounts have two threads each."""

    @settings(max_examples=examples)
    @given(data=st.data())
    def played(data: Any) -> None:
        one = machine()
        try:
            one.begin()
            for _ in range(2):
                one.send_to_default()
            steps(data, one)
            one.everything_agrees()
            one.check_export()
        finally:
            one.close()

    played()


def send(data: Any, machine: Machine, content: str, key: str | None = None, fault: str | None = None) -> None:
    """Send a message to an idle thread, streamed or not."""
    stream = data.draw(st.booleans(), label="stream")
    machine.send(
        data, content, one_call=False, stream=stream, send_to_llm=True, idempotency_key=key, fault=fault, pause=0,
        prompt=False, files=(("a.txt", b"a"),), tools=None, where=3,
    )  # fmt: skip


def submit(data: Any, machine: Machine, *, wrong: bool = False, again: bool = False, fault: str | None = None) -> None:
    machine.submit(
        data, latest=False, stream=False, idempotency_key="outputs" if fault else None, wrong=wrong, again=again,
        tools=["look"], fault=fault, pause=0,
    )  # fmt: skip


def keep_to(machine: Machine, thread: Thread) -> None:
    """Let further steps take no other idle thread."""
    idle = machine.idle
    machine.idle = lambda *, busy=False: [one for one in idle(busy=busy) if one[1] is thread]  # type: ignore[method-assign]


def keep_one_key(machine: Machine) -> None:
    """Let further steps use no other key."""
    for name in [name for name in machine.names if name != "a1"]:
        machine.revoke_key(name)
    machine.used_keys = []


@pytest.mark.timeout(1800)
def test_first_of_several_callers_leaves_at_each_await(machine: type[Machine]) -> None:
    def steps(data: Any, one: Machine) -> None:
        for pause in range(0, 36, 3):
            one.hold(data, stream=pause % 2 == 0, keyed=True, log_fails=False)
            one.join(data, leaves=True, pause=pause)
            while one.held:
                one.let_go(data)

    play(machine, steps, examples=2)
    assert COUNTS["first caller left"] == 24


@pytest.mark.timeout(1800)
def test_caller_of_tool_outputs_leaves_at_each_await(machine: type[Machine]) -> None:
    """His run goes on: who repeats the request gets its answer."""

    def steps(data: Any, one: Machine) -> None:
        keep_to(one, one.idle()[0][1])
        for pause in range(0, 36, 3):
            one.ask_for_tools(data, calls=1, stream=False, keyed=False, prompt=False)
            one.submit(
                data, latest=False, stream=False, idempotency_key=f"outputs-{pause}", wrong=False, again=False,
                tools=None, fault="caller leaves", pause=pause,
            )  # fmt: skip

    play(machine, steps)
    assert COUNTS["fault: caller leaves"] > 6


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("how", ["crash", "restart"])
def test_events_sent_and_not_written_keep_their_numbers(machine: type[Machine], how: str) -> None:
    def steps(data: Any, one: Machine) -> None:
        one.hold(data, stream=True, keyed=True, log_fails=True)
        one.interrupt(how)
        one.runs = one.runs[-1:]
        one.events(data)

    play(machine, steps)
    assert sum(count for name, count in COUNTS.items() if name.endswith("with events sent and not written")) == 1
    assert COUNTS["streamRunEvents: 200"] == 1


def test_version_is_checked_on_idle_running_and_waiting_threads() -> None:
    def steps(data: Any, one: Machine) -> None:
        one.ask_for_tools(data, calls=1, stream=False, keyed=False, prompt=False)
        one.hold(data, stream=False, keyed=False, log_fails=False)
        one.send_to_default()
        for key, account in {name: key for key, name in one.model.keys.items()}.items():
            for thread, tag in itertools.product(one.model.accounts[key].threads, entity_tags(1)):
                if_match = entity_tags(thread.version)[tag]
                arguments = {"content": "/say hi", "thread_id": thread.thread_id, "if_match": if_match}
                one.send_with(account, arguments)

    play(Machine, steps)
    expected = itertools.product(entity_tags(1), ("idle", "IN_PROGRESS", "REQUIRES_ACTION"))
    assert not {f"If-Match {tag}: {state}" for tag, state in expected} - COUNTS.keys()


def test_runs_and_streams_at_once_are_limited_and_a_replay_needs_no_run() -> None:
    def steps(data: Any, one: Machine) -> None:
        one.revoke_key("b1")
        one.send_to_default()
        for _ in range(3):
            one.hold(data, stream=True, keyed=True, log_fails=False)
        for _ in range(2):
            one.join(data, leaves=False, pause=0)
        while one.held:
            one.let_go(data)

    play(Machine, steps)
    assert [COUNTS[kind] for kind in ("run held", "hold: 429", "run joined", "join: 429")] == [2, 1, 1, 1]


def test_caller_who_joins_is_at_work_before_the_next_fault() -> None:
    """On a slow disk the joining request was still to be stored, and was answered 503 for the disk that was full."""

    def steps(data: Any, one: Machine) -> None:
        one.ask_for_tools(data, calls=1, stream=False, keyed=False, prompt=False)
        store = one.server.services.store
        store.writer = SlowConnection(store.writer, 0.03)
        one.hold(data, stream=False, keyed=True, log_fails=True)
        one.join(data, leaves=False, pause=0)
        submit(data, one, fault=DISK_FULL)
        one.let_go(data)

    play(Machine, steps)
    assert COUNTS["run let go"] == 1


def test_revoked_key_cuts_its_stream_and_not_the_run(machine: type[Machine]) -> None:
    """Its caller was taken for one who waits on: he got StreamInterrupted where steps took half a second."""

    def steps(data: Any, one: Machine) -> None:
        one.names = {name: key for name, key in one.names.items() if name != "a2"}  # the run is of a1 or b1
        one.hold(data, stream=True, keyed=True, log_fails=False)
        one.join(data, leaves=False, pause=0)
        name = next(name for name, (key, _) in one.names.items() if key == one.held[0].key)
        one.revoke_key(name)
        one.let_go(data)
        one.add_key(name, name[0])

    play(machine, steps)
    assert COUNTS["stream of a revoked key cut"] == 2
    assert COUNTS["key made again"] == 1


@pytest.mark.parametrize("fault", LOSES_CONFIRMATION)
def test_end_whose_commit_is_not_confirmed_is_answered_like_its_replay(machine: type[Machine], fault: str) -> None:
    """The first caller was told that the run had been ended by another server process."""

    def steps(data: Any, one: Machine) -> None:
        send(data, one, "/say hi", "a", f"{fault} at the end")
        one.ask_for_tools(data, calls=2, stream=False, keyed=False, prompt=True)
        submit(data, one, again=True, fault=f"{fault} at the end")

    play(machine, steps)
    assert COUNTS[f"fault: {fault} at the end"] == 2


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("target", ["sqlite", "postgres"])
def test_import_of_an_export_is_the_identity_for_runs_in_every_state(
    machine: type[Machine], target: str, request: pytest.FixtureRequest
) -> None:
    """An account with a run in each state goes on in another database: messages, replays, outputs, events, ends."""

    def steps(data: Any, one: Machine) -> None:
        for _ in range(3):
            one.send_to_default()
        send(data, one, "/say hi there", "a")
        send(data, one, "/fail no luck")
        for calls in (1, 2):
            one.ask_for_tools(data, calls=calls, stream=calls == 1, keyed=True, prompt=calls == 2)
        one.runs.reverse()
        cancel = one.runs[0]
        submit(data, one, wrong=True)
        one.hold(data, stream=True, keyed=True, log_fails=False)
        one.runs = [cancel]
        one.cancel(data, idempotency_key="c", fault=None, pause=0)
        one.ask_for_tools(data, calls=2, stream=False, keyed=False, prompt=True)
        submit(data, one, again=True)
        one.notice()
        known = list(one.runs)
        if target == "sqlite":
            one.move(one.server.next_file())
        else:
            postgres = request.getfixturevalue("postgres_server")
            one.move(postgres.emptied("other"))
        send(data, one, "What do you know?", "a")  # its key stayed behind, and is another thread's now
        for run in known:
            one.runs = [run]
            one.events(data)
        while one.waiting():
            submit(data, one)
        for run in known:
            one.runs = [run]
            one.cancel(data, idempotency_key=None, fault=None, pause=0)

    play(machine, steps)
    assert {name.rpartition(" ")[2] for name in COUNTS if name.startswith("move of a run")} == STATES


def test_request_is_repeated_under_its_key_in_every_later_state(machine: type[Machine]) -> None:
    """A repeat checks the key before the version and the run, and gives the events of its own round alone."""

    def steps(data: Any, one: Machine) -> None:
        def repeat_all() -> None:
            for request in list(one.keyed):
                one.repeat_request(request)

        keep_one_key(one)
        key, thread = one.idle()[0]
        arguments = {"thread_id": thread.thread_id, "if_match": f'"{thread.version}"', "idempotency_key": "a"}
        one.send_with(key, arguments | {"content": "/say hi"})
        one.runs = one.runs[-1:]
        one.cancel(data, idempotency_key="c", fault=None, pause=0)
        keep_to(one, thread)
        one.ask_for_tools(data, calls=1, stream=True, keyed=True, prompt=False)
        repeat_all()
        one.submit(
            data, latest=False, stream=True, idempotency_key="b", wrong=False, again=True, tools=["look"],
            fault=None, pause=0,
        )  # fmt: skip
        repeat_all()
        submit(data, one)
        repeat_all()
        one.hold(data, stream=False, keyed=False, log_fails=False)
        repeat_all()
        one.let_go(data)
        one.interrupt("restart")
        repeat_all()
        for _ in range(2):
            one.send_to_default()
            while one.model.accounts["a"].assistants:
                one.delete_assistant(data)
        repeat_all()
        one.run(one.server.sweep(0))
        repeat_all()

    play(machine, steps)
    kinds = ("sendMessage", "cancelRun", "askForTools", "submitToolOutputs")
    assert [COUNTS[f"repeated: {kind}"] for kind in kinds] == [5, 5, 5, 4]


def test_key_and_event_log_expire_after_a_day_to_the_millisecond() -> None:
    def steps(data: Any, one: Machine) -> None:
        keep_one_key(one)
        send(data, one, "/say hi", "a")
        one.runs = one.runs[-1:]
        for step, retain_days in ((DAY - 1, 1), (1, 0)):  # a sweep leaves them there, and later they need none
            one.pass_time(step, retain_days)
            one.events(data)
            one.repeat_request(one.keyed[0])

    play(Machine, steps)
    kinds = ("streamRunEvents: 200", "streamRunEvents: 404", "repeated: sendMessage")
    assert [COUNTS[kind] for kind in kinds] == [1, 1, 1]


def test_late_end_of_a_run_leaves_another_request_under_its_key_alone(machine: type[Machine]) -> None:
    """Its response was replaced by the one of the run, which had used the key more than a day before."""

    def steps(data: Any, one: Machine) -> None:
        keep_one_key(one)
        one.hold(data, stream=False, keyed=True, log_fails=False)
        one.pass_time(DAY, retain_days=0)
        key, name = one.held[0].key, one.held[0].arguments["idempotency_key"]
        one.send_with(key, {"content": "Keep this.", "one_call": True, "idempotency_key": name})
        one.let_go(data)
        one.repeat_request(one.keyed[-1])

    play(machine, steps)
    assert COUNTS["repeated: sendChatMessage"] == 1


def test_expired_key_begins_anew_also_for_those_who_join(machine: type[Machine]) -> None:
    def steps(data: Any, one: Machine) -> None:
        one.names = {name: key for name, key in one.names.items() if name == "a1"}
        key, thread = one.idle()[0]
        for name in (*KEYS, "hold-1"):
            one.send_with(key, {"content": "/say hi", "thread_id": thread.thread_id, "idempotency_key": name})
        one.pass_time(DAY, retain_days=0)
        keep_to(one, thread)
        one.hold(data, stream=False, keyed=True, log_fails=False)
        one.join(data, leaves=False, pause=0)
        one.let_go(data)

    play(machine, steps)
    assert COUNTS["run joined"] == 1


def test_expired_key_of_one_account_leaves_that_of_another(machine: type[Machine]) -> None:
    def steps(data: Any, one: Machine) -> None:
        body = {"content": "/say hi", "one_call": True, "idempotency_key": KEYS[0]}
        for name in ("a1", "b1"):
            one.send_with(one.names[name][0], body)
            one.pass_time(DAY // 2, retain_days=0)
        one.send_with(one.names["a1"][0], body)
        one.repeat_request(one.keyed[-2])

    play(machine, steps)
    assert COUNTS["repeated: sendChatMessage"] == 1


def test_retention_spares_what_is_used_and_no_run_that_waits(machine: type[Machine]) -> None:
    def steps(data: Any, one: Machine) -> None:
        for _ in range(2):
            one.send_to_default()
        one.ask_for_tools(data, calls=1, stream=False, keyed=True, prompt=False)
        one.hold(data, stream=False, keyed=True, log_fails=False)
        one.pass_time(DAY, retain_days=1)
        one.pass_time(1, retain_days=1)
        one.let_go(data)

    play(machine, steps)
    assert all(COUNTS[f"unchanged thread removed: {state}"] for state in ("idle", "REQUIRES_ACTION"))


@pytest.mark.parametrize("learns", [True, False])
def test_process_that_was_taken_over_answers_what_is_stored(postgres_server: PostgresServer, learns: bool) -> None:
    """One that did not learn of it in time told its caller of a completed run."""

    def steps(data: Any, one: Machine) -> None:
        for stream in (False, True):
            one.hold(data, stream=stream, keyed=True, log_fails=False)
        one.interrupt("crash", learns)

    play(postgres_machine(postgres_server), steps)
    assert COUNTS["answered after a takeover"] == 2


def test_message_in_one_call_goes_where_its_ids_say(machine: type[Machine]) -> None:
    def steps(data: Any, one: Machine) -> None:
        key, thread = one.idle()[0]
        account = one.model.accounts[one.model.keys[key]]
        assistants = [None, *(assistant.body["assistant_id"] for assistant in account.assistants)]
        for thread_id, assistant_id in itertools.product((None, thread.thread_id), assistants):
            ids = {"thread_id": thread_id, "assistant_id": assistant_id}
            one.send_with(key, {"content": "/say hi", "one_call": True} | ids)
        one.send_with(key, {"content": "/say hi", "one_call": True, "if_match": "*"})

    play(machine, steps)
    given = ("nothing", "thread_id", "assistant_id", "thread_id and assistant_id")
    assert all(COUNTS[f"one call with {ids}"] for ids in given)
    assert [COUNTS[f"sendChatMessage: {status}"] for status in (404, 412)] == [1, 1]
