"""The store: one interface, and a backend for each database.

A *transaction* is a generator function: it yields SQL statements, is sent their rows, and returns its result. It holds
no connection and knows no database, so that the rules of threads, runs and keys are written once.
Statements use what SQLite and PostgreSQL share, with `?` for parameters; `FOR UPDATE` and `group_concat` are put into
the dialect of the database by its backend. A transaction may be run again from the start, so it makes no ids and reads
no clock.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from typing import NamedTuple, ParamSpec, TypeVar

from threads_server.clock import now
from threads_server.ids import new_id
from threads_server.store import api_keys
from threads_server.store.api_keys import KeyRow
from threads_server.store.transaction import Transaction, one

__all__ = ["KeyRow", "ResultTooLarge", "Store", "StoreLoad", "StoreMissing", "StoreOpenError", "StoreUnavailable"]

MAX_VALUE_BYTES = 1024 * 1024
"""Of an SQLite database, a larger value is not read on the event loop."""

caller: ContextVar[str] = ContextVar("caller", default="")
"""The account for which is written; accounts take turns."""

P = ParamSpec("P")
T = TypeVar("T")


class StoreUnavailable(Exception):
    """The store cannot be reached or written now (locked, full, gone); the same request may succeed later."""


class ResultTooLarge(Exception):
    """`read_small` found more than it gives."""


class StoreOpenError(Exception):
    """The store cannot be opened at all. The text is one line that names the database and the reason."""


class StoreMissing(StoreOpenError):
    """There is no database yet, and none was to be made."""


class StoreLoad(NamedTuple):
    """How busy a store is: transactions that wait for a commit or a connection, and its connections."""

    waiting: int = 0
    connections: int = 0
    idle: int = 0


class Store(ABC):
    """A database that runs transactions."""

    shared: bool = False
    """Whether other server processes may use the same database at the same time."""
    observe_commit: Callable[[int], None] | None = None
    """Called after each commit that several transactions may share, in any thread, with their number."""

    @abstractmethod
    async def write(self, transaction: Callable[P, Transaction[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a transaction; its result, once it is committed and synced to disk.

        Exceptions of the transaction roll it back and propagate. Raises StoreUnavailable.
        """

    @abstractmethod
    async def read(self, transaction: Callable[P, Transaction[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run statements that only read, each on its own snapshot of what is committed.

        For small answers: everything else may wait meanwhile. Raises StoreUnavailable.
        """

    async def read_small(self, transaction: Callable[P, Transaction[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        """Like `read`. May raise ResultTooLarge for a value of more than MAX_VALUE_BYTES, without reading it whole."""
        return await self.read(transaction, *args, **kwargs)

    @abstractmethod
    async def read_large(self, transaction: Callable[P, Transaction[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        """Like `read`, for an answer that may be large: everything else goes on meanwhile."""

    @abstractmethod
    async def read_snapshot(self, transaction: Callable[P, Transaction[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        """Like `read_large`, with all statements on one snapshot; writes go on meanwhile."""

    @abstractmethod
    async def close(self) -> None:
        """Finish what was begun, and close the database."""

    def load(self) -> StoreLoad:
        """How busy the store is now."""
        return StoreLoad()

    async def ping(self) -> None:
        """Check that the database answers. Raises StoreUnavailable."""
        await self.read(one, "SELECT 1")

    async def find_key(self, digest: bytes) -> str | None:
        """The account that the key with this SHA-256 digest opens; None for an unknown or revoked key."""
        return await self.read(api_keys.find_key, digest)

    async def add_key(self, name: str, digest: bytes, account: str | None) -> str:
        """Store a key; the account it opens, a new one for None. Raises ValueError if a key of this name is in use."""
        return await self.write(api_keys.add_key, name, digest, account or new_id(), now())

    async def list_keys(self) -> list[KeyRow]:
        """All keys ever made, oldest first."""
        return await self.read(api_keys.list_keys)

    async def rotate_key(self, name: str, digest: bytes) -> str | None:
        """Revoke a key and store another of its name and account, which is returned; None if there is none in use."""
        return await self.write(api_keys.rotate_key, name, digest, now())

    async def note_key_uses(self, uses: Mapping[bytes, int]) -> None:
        """Store when keys were used last, by their digests."""
        await self.write(api_keys.note_uses, uses)

    async def revoke_key(self, name: str) -> str | None:
        """Revoke a key; its account, or None if no key in use has this name."""
        return await self.write(api_keys.revoke_key, name, now())

    async def has_keys(self, *, revoked: bool = False) -> bool:
        """Whether any key is in use; with `revoked` also whether one ever was."""
        return await self.read(api_keys.has_keys, revoked=revoked)
