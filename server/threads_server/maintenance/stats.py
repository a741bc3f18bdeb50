"""The command `stats`: what each account stores."""

from threads_server.store import Store
from threads_server.store.transaction import one
from threads_server.store.usage import Usage, account_after, measure


async def usage_by_account(store: Store) -> dict[str, Usage]:
    """Return the usage of each account. Other work goes on meanwhile. Raises StoreUnavailable."""
    found: dict[str, Usage] = {}
    account = ""
    while (following := await store.read_large(account_after, account)) is not None:
        account = following
        found[account] = await measure(store, account)
    return found


async def database_bytes(store: Store) -> int:
    """Size of the database, including what is free in it or not cleared yet. Raises StoreUnavailable."""
    if store.shared:
        row = await store.read(one, "SELECT pg_database_size(current_database())")
        return int(row[0]) if row else 0
    pages = await store.read(one, "PRAGMA page_count")
    size = await store.read(one, "PRAGMA page_size")
    return int(pages[0]) * int(size[0]) if pages and size else 0
