"""Imports, out of sight until they are whole.

The assistants of an import belong to an account of its own, whose name no key can have, and its threads to these
assistants. So its rows come in any number of transactions; the last one gives the assistants to the account.
"""

from threads_server.store.transaction import Transaction, one

STAGING = "\x01import-"
"""How the account of an import begins; the time of its start in milliseconds and a UUID follow."""
MAX_MILLISECONDS = 24 * 60 * 60 * 1000
"""How long an import may take: what is left of one that began earlier is removed."""


_DELETE = "UPDATE assistants SET account_id = '', name = '', is_default = 0, body = '{}' WHERE account_id"


def give_up(staging: str) -> Transaction[None]:
    """Delete the rows of an import."""
    yield from one(f"{_DELETE} = ?", staging)


def give_up_old(before: int) -> Transaction[None]:
    """Delete the rows of all imports that began before a time."""
    yield from one(f"{_DELETE} >= ? AND account_id < ?", STAGING, f"{STAGING}{before:015}")
