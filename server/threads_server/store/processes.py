"""Transactions of server processes that share a database: their heartbeats, and requests to each other."""

from dataclasses import dataclass

from threads_server.runs.states import RunState
from threads_server.store.transaction import Transaction, every, one


@dataclass(frozen=True, slots=True)
class HeartbeatReport:
    """The state of the other processes, and of this one's runs, at a heartbeat.

    `beats` has the last heartbeat's number of each other process; None for one that has runs in progress and is not
    registered. `runs` are this process's segments in progress, as run and number; `cancelled` those of its runs that
    another process was asked to cancel.
    """

    beats: dict[str, int | None]
    runs: frozenset[tuple[str, int]]
    cancelled: frozenset[str]


def heartbeat(owner: str) -> Transaction[HeartbeatReport]:
    """Count a process's heartbeat up; the first one registers it."""
    yield from one(
        "INSERT INTO processes (owner, beat) VALUES (?, 1) ON CONFLICT (owner) DO UPDATE SET beat = processes.beat + 1",
        owner,
    )
    registered = yield from every("SELECT owner, beat FROM processes WHERE owner <> ?", owner)
    unknown = yield from every(
        "SELECT DISTINCT owner FROM runs WHERE status = 'IN_PROGRESS' AND owner NOT IN (SELECT owner FROM processes)"
    )
    return (yield from _report(owner, dict.fromkeys(row[0] for row in unknown) | dict(registered)))


def report_alone(owner: str) -> Transaction[HeartbeatReport]:
    """The report of a process that shares its database with no other, which need not write for it."""
    return (yield from _report(owner, {}))


def _report(owner: str, beats: dict[str, int | None]) -> Transaction[HeartbeatReport]:
    own = yield from every(
        "SELECT run_id, leg, cancel_asked FROM runs WHERE owner = ? AND status = 'IN_PROGRESS'", owner
    )
    return HeartbeatReport(
        beats=beats,
        runs=frozenset((run_id, segment) for run_id, segment, _ in own),
        cancelled=frozenset(run_id for run_id, _, asked in own if asked),
    )


def deregister(owner: str) -> Transaction[None]:
    """Remove a process that has ended."""
    yield from one("DELETE FROM processes WHERE owner = ?", owner)


def request_cancel(run_id: str) -> Transaction[None]:
    """Ask the process that works on a run to cancel it."""
    yield from one("UPDATE runs SET cancel_asked = 1 WHERE run_id = ? AND status = ?", run_id, RunState.IN_PROGRESS)
