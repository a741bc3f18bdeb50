"""The log: lines of text or of JSON on standard error."""

import json
import logging
import sys
from datetime import UTC, datetime

from threads_server.encoding import Json


def fields(**values: Json) -> dict[str, dict[str, Json]]:
    """Make the `extra` of a log call: fields that lines of JSON have beside the message."""
    return {"fields": values}


class JsonFormatter(logging.Formatter):
    """One JSON object for each record: time, level, logger, message, and the record's fields."""

    def format(self, record: logging.LogRecord) -> str:
        """Format a record as one line."""
        line: dict[str, Json] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line)


def configure(log_format: str, level: str) -> None:
    """Write the server's records of a level and above to standard error, and other packages' warnings."""
    handler = logging.StreamHandler(sys.stderr)
    if log_format == "json":
        handler.setFormatter(JsonFormatter())
    else:
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    logging.getLogger("threads_server").setLevel(level.upper())
    # its "Application startup failed" names no cause, and its warnings of broken requests are the client's fault
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
