"""An amount of which each account, and the whole process, may take so much at once."""

from collections import Counter

from threads_server.errors import HTTPError

RESERVE_DIVISOR = 8
"""An account's reserve is its bound divided by this."""

RETRY_AFTER = {"Retry-After": "1"}


class Budget:
    """An amount that requests in flight share. The first request always passes, however much it takes.

    A reserve of each account is free for it whatever the others hold: a large request refuses nobody's small ones.
    """

    def __init__(self, noun: str, per_account: int, per_process: int) -> None:
        self._noun = noun
        self._per_account = per_account
        self._per_process = per_process
        self._reserve = per_account // RESERVE_DIVISOR
        self._accounts: Counter[str] = Counter()
        self._total = 0

    def used(self, account: str) -> int:
        """The amount that an account has taken."""
        return self._accounts.get(account, 0)

    def check(self, account: str, amount: int = 0) -> None:
        """Raise HTTPError: 429 if the account would exceed its part, 503 if the process would."""
        used = self.used(account)
        if used and used + amount > self._per_account:
            raise HTTPError(429, f"Too many {self._noun} are in flight for this key", RETRY_AFTER)
        if used + amount > self._reserve and self._total and self._total + amount > self._per_process:
            raise HTTPError(503, f"Too many {self._noun} are in flight", RETRY_AFTER)

    def take(self, account: str, amount: int) -> None:
        """Take `amount`, which `check` may have refused."""
        self._accounts[account] += amount
        self._total += amount

    def give_back(self, account: str, amount: int) -> None:
        """Return what was taken."""
        self._total -= amount
        self._accounts[account] -= amount
        if not self._accounts[account]:
            del self._accounts[account]
