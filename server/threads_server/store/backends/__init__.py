"""The databases that run transactions: SQLite and PostgreSQL, with their schema."""

from typing import TYPE_CHECKING

from threads_server.store import Store, StoreOpenError

if TYPE_CHECKING:
    from threads_server.settings import Settings


async def open_store(
    settings: "Settings", *, serving: bool = False, create: bool = True, any_version: bool = False
) -> Store:
    """Open the database of the settings, and make its tables if it has none.

    `serving`: this process will serve requests, and so must be the only one that does (SQLite). Other commands open
    the same database beside it. Only a server upgrades tables of an older version; everything else is refused, or with
    `any_version` has them as they are. Without `create` there must be a database already. Raises StoreMissing if there
    is none, StoreOpenError when it cannot be used.
    """
    if settings.postgres:
        try:
            from threads_server.store.backends.postgres import PostgresStore
        except ModuleNotFoundError as error:
            if error.name != "asyncpg":
                raise
            raise StoreOpenError(
                "PostgreSQL needs asyncpg: pip install 'backboard-threads[server,postgres]'"
            ) from error
        return await PostgresStore.open(settings, serving=serving, create=create, any_version=any_version)
    from threads_server.store.backends.sqlite import SqliteStore

    return await SqliteStore.open(settings.database, serving=serving, create=create, any_version=any_version)
