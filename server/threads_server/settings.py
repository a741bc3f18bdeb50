"""Settings of the server: options of the command line, their environment variables, and fixed tuning."""

import re
from dataclasses import dataclass, field

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
    pool_size: int = 10
    """PostgreSQL connections of one process; with fewer allowed, it makes do."""
    statement_timeout: float = 10.0
    """Seconds after which a statement counts as lost, with PostgreSQL; it waits for a lock half of that."""
    workers: int = 1
    responder: str = "offline"
    """`offline`, `openai`, or `package.module:name` of a `threads_server.responders.Responder`."""
    models: str | None = None
    """A YAML file of the models that `openai` offers, in place of the one of `llm_base_url`."""
    llm_base_url: str | None = None
    llm_api_key: str | None = field(default=None, repr=False)
    llm_model: str | None = None
    llm_errors: str = "general"
    """Text of a model endpoint's errors that users read: a `general` sentence, or its words in `full`."""
    llm_max_bytes: int = 64 * 1024 * 1024
    """Bytes of an answer as the model endpoint sends it; a longer one has failed."""
    llm_first_piece_timeout: float = 600.0
    """How long the first piece of an answer may take, whatever else the endpoint sends."""
    llm_piece_timeout: float = 300.0
    """How long each other piece may take."""
    max_tool_calls: int = 128
    """Tool calls that an answer may ask for."""
    busy_wait: float = 10.0
    """How long a message waits for its thread's running turn before it is answered 409."""
    run_timeout: float = 300.0
    """A run whose responder gives no sign for this long ends as FAILED."""
    rate_limit: float = 0.0
    """Requests per second and key; 0 is no limit."""
    retain_days: float = 0.0
    """Days after its last change after which a thread is deleted; 0 keeps it for ever."""
    account_threads: int = 0
    """Threads that an account may store; 0 is no limit, here and below."""
    account_messages: int = 0
    account_bytes: int = 0
    """Bytes of messages and files that an account may store."""
    cors_origins: tuple[str, ...] = ()
    metrics: bool = False
    middleware: str | None = None
    """ASGI middleware around the application, `package.module:name`."""
    log_format: str = "text"
    """Lines of the log: `text` or `json`."""
    log_level: str = "warning"
    """Least level that is logged; `info` has a line for each request and each run."""
    allowed_hosts: tuple[str, ...] = ()
    """Names in the Host header that are served; empty for all."""
    max_connections: int = 1000
    """Open connections of one process; further ones are refused with 503."""
    head_timeout: float = 30.0
    """Seconds to the end of a request's head."""
    body_timeout: float = 60.0
    """Seconds without a byte of a request's body, and without a client's reading of its response."""
    api_key: str | None = field(default=None, repr=False)
    """`THREADS_SERVER_API_KEY`: a key that opens the account `default`, on loopback only."""

    testing: bool = False
    """Take instructions of a test under `/testing`; only on loopback and a temporary database."""

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
