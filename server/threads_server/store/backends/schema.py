"""The tables, as migrations: a database at version n has had the first n of them.

Never change one that has been released; add another. `SERIAL` is an integer key that the database counts up, `BYTES` a
column of bytes: each backend has its own word for them.
"""

from threads_server.store import StoreOpenError

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        """
        CREATE TABLE api_keys (
            digest BYTES PRIMARY KEY,
            name TEXT NOT NULL,
            account_id TEXT NOT NULL,
            created_at BIGINT NOT NULL,
            revoked_at BIGINT
        )
        """,
        "CREATE UNIQUE INDEX api_keys_in_use ON api_keys (name) WHERE revoked_at IS NULL",
        # `body` is the assistant as it is sent; the other columns are what it is looked up by
        """
        CREATE TABLE assistants (
            assistant_id TEXT PRIMARY KEY,
            account_id TEXT NOT NULL,
            name TEXT NOT NULL,
            created_at BIGINT NOT NULL,
            is_default INTEGER NOT NULL,
            body TEXT NOT NULL
        )
        """,
        "CREATE INDEX assistants_of_account ON assistants (account_id, created_at, assistant_id)",
        "CREATE INDEX assistants_of_name ON assistants (account_id, name, created_at, assistant_id)",
        "CREATE UNIQUE INDEX assistant_of_default ON assistants (account_id) WHERE is_default = 1",
        # message_count, first_user_message and updated_at repeat what the messages say, so that a light list is
        # constant work per row; `active_run` is the run that holds the thread, and is NULL when a turn may begin
        """
        CREATE TABLE threads (
            thread SERIAL,
            thread_id TEXT NOT NULL UNIQUE,
            account_id TEXT NOT NULL,
            assistant_id TEXT NOT NULL REFERENCES assistants (assistant_id) ON DELETE CASCADE,
            created_at BIGINT NOT NULL,
            updated_at BIGINT NOT NULL,
            version BIGINT NOT NULL,
            message_count BIGINT NOT NULL,
            first_user_message TEXT,
            title TEXT,
            metadata TEXT NOT NULL,
            active_run TEXT
        )
        """,
        "CREATE INDEX threads_of_account ON threads (account_id, created_at, thread_id)",
        "CREATE INDEX threads_of_assistant ON threads (assistant_id, created_at, thread_id)",
        # `version` is the thread's version that the message made: the order of the history, free of clocks
        """
        CREATE TABLE messages (
            thread BIGINT NOT NULL REFERENCES threads (thread) ON DELETE CASCADE,
            version BIGINT NOT NULL,
            body TEXT NOT NULL,
            PRIMARY KEY (thread, version)
        )
        """,
        """
        CREATE TABLE files (
            document_id TEXT PRIMARY KEY,
            thread BIGINT NOT NULL REFERENCES threads (thread) ON DELETE CASCADE,
            version BIGINT NOT NULL,
            filename TEXT NOT NULL,
            content_type TEXT NOT NULL,
            content BYTES NOT NULL
        )
        """,
        "CREATE INDEX files_of_thread ON files (thread)",
        # `leg` counts the stretches between tool rounds and fences off a late writer of an earlier one;
        # `idempotency_key` is the key whose answer the end of the leg completes; `awaited` are the tool calls that the
        # message of version `asked_at` asks for
        """
        CREATE TABLE runs (
            run_id TEXT PRIMARY KEY,
            thread BIGINT NOT NULL REFERENCES threads (thread) ON DELETE CASCADE,
            status TEXT NOT NULL,
            leg INTEGER NOT NULL,
            owner TEXT NOT NULL,
            settings TEXT NOT NULL,
            awaited TEXT,
            asked_at BIGINT,
            last_event BIGINT NOT NULL,
            idempotency_key TEXT,
            started_at BIGINT NOT NULL,
            ended_at BIGINT,
            has_log INTEGER NOT NULL
        )
        """,
        "CREATE INDEX runs_of_thread ON runs (thread)",
        "CREATE INDEX runs_in_progress ON runs (owner) WHERE status = 'IN_PROGRESS'",
        "CREATE INDEX runs_with_log ON runs (ended_at) WHERE has_log = 1",
        # events are written many at a time: `lines` holds one JSON text per line, the first numbered `first_event`
        """
        CREATE TABLE run_events (
            run_id TEXT NOT NULL REFERENCES runs (run_id) ON DELETE CASCADE,
            first_event BIGINT NOT NULL,
            last_event BIGINT NOT NULL,
            lines TEXT NOT NULL,
            PRIMARY KEY (run_id, first_event)
        )
        """,
        # an answer is `body`, or the events of `run_id` from `first_event` on; a NULL body without them is still coming
        """
        CREATE TABLE idempotency_keys (
            account_id TEXT NOT NULL,
            idempotency_key TEXT NOT NULL,
            fingerprint BYTES NOT NULL,
            created_at BIGINT NOT NULL,
            thread BIGINT REFERENCES threads (thread) ON DELETE CASCADE,
            assistant_id TEXT REFERENCES assistants (assistant_id) ON DELETE CASCADE,
            streamed INTEGER NOT NULL,
            run_id TEXT,
            first_event BIGINT,
            version BIGINT,
            body TEXT,
            PRIMARY KEY (account_id, idempotency_key)
        )
        """,
        "CREATE INDEX idempotency_keys_of_thread ON idempotency_keys (thread) WHERE thread IS NOT NULL",
        "CREATE INDEX idempotency_keys_of_assistant ON idempotency_keys (assistant_id) WHERE assistant_id IS NOT NULL",
        "CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at)",
    ),
    (
        # server processes on one database: each counts its `beat` up while it lives
        "CREATE TABLE processes (owner TEXT PRIMARY KEY, beat BIGINT NOT NULL)",
        # the line in front of a busy thread, if several processes have someone in it
        """
        CREATE TABLE places (
            thread BIGINT NOT NULL REFERENCES threads (thread) ON DELETE CASCADE,
            place BIGINT NOT NULL,
            owner TEXT NOT NULL,
            PRIMARY KEY (thread, place)
        )
        """,
        # what another process wants of the owner of the run
        "ALTER TABLE runs ADD COLUMN cancel_asked INTEGER NOT NULL DEFAULT 0",
    ),
    # the lines of run_events are kept short (events.py), which a server before this version could not read
    (),
    # the assistant of deleted threads (clearing.py), whose account no key opens
    (
        "INSERT INTO assistants (assistant_id, account_id, name, created_at, is_default, body)"
        " VALUES ('', '', '', 0, 0, '{}')",
    ),
    # when a key was used last, to the minute (KeyUses)
    ("ALTER TABLE api_keys ADD COLUMN used_at BIGINT",),
)

UPGRADED = "%s was upgraded: its tables were at version %d, and are at %d"


def check_version(shown: str, version: int, known: int, *, older: bool) -> None:
    """Raise StoreOpenError for tables of a newer version and, unless `older` is set, for those of an older one."""
    if version > known:
        raise StoreOpenError(
            f"{shown} was written by a newer version of the server: its tables are at version {version}, this one "
            f"knows {known}"
        )
    if 0 < version < known and not older:
        raise StoreOpenError(
            f"{shown} was written by an older version of the server: its tables are at version {version}, this one "
            f"needs {known}; back it up, then upgrade it with: threads-server serve"
        )
