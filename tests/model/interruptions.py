"""What the model keeps when its server stops, crashes, forgets or moves, and what it exports."""

from collections import Counter

from tests.model.replies import Replies
from tests.model.state import ABANDONED, DAY, FAILED, IN_PROGRESS, STOPPED, Account, Id, Json, Response, Run, Thread


class Interruptions(Replies):
    """The accounts of a server, and what happens to all of them at once."""

    def __init__(self, now: int) -> None:
        super().__init__(now)
        self.accounts: dict[str, Account] = {}

    def export(self, name: str) -> list[tuple[Id, Json]]:
        """The records that an account exports, by their ids."""
        account = self.accounts.get(name, Account())
        records: list[tuple[Id, Json]] = []
        for one in account.assistants:
            record = {"kind": "assistant", "is_default": one is account.default, "assistant": one.body}
            records.append((one.body["assistant_id"], record))
        return records + [(thread.thread_id, thread.exported()) for thread in account.threads]

    def stop(self, *, crash: bool) -> None:
        """End the runs in progress as failed; a crash may lose what they had said."""
        for account in self.accounts.values():
            for thread in account.threads:
                run = thread.active
                if run is not None and run.state == IN_PROGRESS:
                    text = self.new("text") if crash else "so far "
                    if crash:
                        run.sent, run.events = len(run.events or ()), None
                    self.end(thread, run, FAILED, text, STOPPED, model=None if crash else "offline")

    def end_abandoned(self, thread: Thread, run: Run) -> Response:
        """End a run that no task works on as failed; there is a gap in the numbers of its events."""
        run.events = None
        return self.end(thread, run, FAILED, "", ABANDONED, model=None)

    def sweep(self, retain_days: int = 0) -> Counter[str]:
        """Forget for good what has expired, as a server does when it starts.

        With `retain_days` also the threads that were not changed for so long and that no run works on; counts them by
        the states of their runs.
        """
        removed: Counter[str] = Counter()
        for account in self.accounts.values() if retain_days else ():
            for thread in list(account.threads):
                state = "idle" if thread.active is None else thread.active.state
                if thread.updated_at < self.now - retain_days * DAY and state != IN_PROGRESS:
                    self.drop(account, thread)
                    removed[state] += 1
        expired = self.now - DAY
        for account in self.accounts.values():
            account.stored = {name: one for name, one in account.stored.items() if one.created_at > expired}
            for run in (run for thread in account.threads for run in thread.runs.values()):
                run.has_log &= run.ended_at is None or run.ended_at > expired
        return removed

    def drop(self, account: Account, thread: Thread) -> None:
        """Delete a thread, and with it the responses about it."""
        account.threads.remove(thread)
        account.stored = {name: one for name, one in account.stored.items() if one.about is not thread}

    def move(self) -> None:
        """Export to an archive and import elsewhere: event logs, idempotency keys and runs in progress stay behind."""
        for account in self.accounts.values():
            account.stored = {}
            for thread in account.threads:
                if thread.active is not None and thread.active.state == IN_PROGRESS:
                    thread.active = None
                thread.runs = {thread.active.run_id: thread.active} if thread.active else {}
                for run in thread.runs.values():
                    run.has_log = False
