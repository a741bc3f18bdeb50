"""An archive as Markdown, for reading. It cannot be imported."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from threads_server.encoding import counted

QUOTE = "> "


class Markdown:
    """Reader of the lines of an archive, which makes a text of each."""

    def __init__(self) -> None:
        self.assistants = 0
        self.threads = 0
        self._names: dict[str, str] = {}

    def read(self, line: str) -> str:
        """The text of a line, with its end."""
        record = json.loads(line)
        if record["kind"] == "assistant":
            self.assistants += 1
            assistant = record["assistant"]
            self._names[assistant["assistant_id"]] = assistant["name"]
            return ""
        if record["kind"] == "thread":
            self.threads += 1
            assistant_id: str = record["assistant_id"]
            return thread_text(record, self._names.get(assistant_id, assistant_id))
        return f"# Account {_line(record['account'])}\n\n" if record["kind"] == "archive" else ""


def thread_text(record: Mapping[str, Any], assistant: str) -> str:
    """A thread of an archive: its heading, then each message under its role and time."""
    messages = [one["message"] for one in record["messages"]]
    named = f"Thread `{record['thread_id']}` w" if record["title"] else "W"
    lines = [
        f"## {_line(record['title'] or 'Thread ' + record['thread_id'])}",
        "",
        f"{named}ith {_line(assistant)}, begun {record['created_at']}, {counted(len(messages), 'message')}.",
        "",
    ]
    for message in messages:
        lines += [f"### {message['role']}, {message['created_at']}", "", *_message(message)]
    return "\n".join(lines) + "\n"


def _message(message: Mapping[str, Any]) -> Iterator[str]:
    metadata = message["metadata_"] or {}
    if message["status"] != "COMPLETED":
        reason = metadata.get("error")
        yield f"*{message['status']}{f': {_line(reason)}' if reason else ''}*"
        yield ""
    if "tool_name" in metadata:
        yield f"Output of `{_line(metadata['tool_name'])}`:"
        yield ""
    if message["content"]:
        yield from (QUOTE + line for line in message["content"].splitlines())
        yield ""
    for call in metadata.get("tool_calls", ()):
        function = call["function"]
        yield f"- calls `{_line(function['name'])}` with `{_line(function['arguments'])}`"
    for file in message["attachments"] or ():
        yield f"- file {_line(file['filename'])}, {counted(file['file_size_bytes'], 'byte')}"
    if metadata.get("tool_calls") or message["attachments"]:
        yield ""


def _line(text: str) -> str:
    return " ".join(str(text).split())
