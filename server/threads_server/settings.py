"""Settings of the server: options of the command line, their environment variables, and fixed tuning."""

import re
from dataclasses import dataclass

EVENT_LOG_RETENTION_HOURS = 24
"""How long the events of a run are stored after it ended."""
IDEMPOTENCY_KEY_RETENTION_HOURS = 24
"""How long an idempotency key and its response are stored."""
FIRST_USER_MESSAGE_CHARACTERS = 200
"""How much of the first user message a light list shows."""
MILLISECONDS_PER_HOUR = 3_600_000


@dataclass(frozen=True, slots=True)
class Settings:
    """Every choice of `threads-server serve`, with its default. Times are seconds; 0 of a rate or of a wait is off."""

    host: str = "127.0.0.1"
    port: int = 8000
    database: str = "threads.db"
    """A path of an SQLite file, or a `postgresql://` URL."""
    workers: int = 1
    responder: str = "offline"
    """`offline` or `openai`."""
    llm_base_url: str | None = None
    llm_api_key: str | None = None
    llm_model: str | None = None
    busy_wait: float = 10.0
    """How long a message waits for its thread's running turn before it is answered 409."""
    run_timeout: float = 300.0
    """A run whose responder gives no sign for this long ends as FAILED."""
    rate_limit: float = 0.0
    """Requests per second and key; 0 is no limit."""
    cors_origins: tuple[str, ...] = ()
    metrics: bool = False
    api_key: str | None = None
    """`THREADS_SERVER_API_KEY`: a key that opens the account `default`, on loopback only."""

    @property
    def postgres(self) -> bool:
        """Whether the database is PostgreSQL; otherwise it is an SQLite file."""
        return self.database.startswith(("postgresql://", "postgres://"))

    @property
    def shown_database(self) -> str:
        """The database as it may be printed: without a password."""
        if not self.postgres:
            return self.database
        without = re.sub(r"(?<=//)([^:/?#@]*):.*@", r"\1@", self.database)
        return re.sub(r"(?<=[?&]password=)[^&]*", "…", without)
