"""A local server for tests and demonstrations, whose answers, faults and time a test can set.

`LocalServer(database)` is `threads-server serve` on a free port of this machine. Without a database it has a temporary
one, and takes the answers, faults and times that a test gives it (`Controls`). Other languages do the same with
`threads-server serve --testing` and its routes under `/testing` (docs/guide.md).
"""

from threads_server.testing.controls import Controls, RecordedRequest
from threads_server.testing.instructions import BadInstruction
from threads_server.testing.local_server import START_SECONDS, STOP_SECONDS, LocalServer, free_port

__all__ = [
    "START_SECONDS",
    "STOP_SECONDS",
    "BadInstruction",
    "Controls",
    "LocalServer",
    "RecordedRequest",
    "free_port",
]
