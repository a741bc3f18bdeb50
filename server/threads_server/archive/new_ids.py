"""New ids for an archive that is imported beside the account that it came from."""

from collections import defaultdict
from typing import Any

from threads_server.ids import new_id


class NewIds:
    """Replacement of ids, consistent over all records."""

    def __init__(self) -> None:
        self._assistants: defaultdict[str, str] = defaultdict(new_id)

    def replace(self, record: dict[str, Any]) -> dict[str, Any]:
        """A record of an assistant or a thread with new ids."""
        if record["kind"] == "assistant":
            body = record["assistant"]
            return {**record, "assistant": {**body, "assistant_id": self._assistants[body["assistant_id"]]}}
        files: defaultdict[str, str] = defaultdict(new_id)
        runs: defaultdict[str, str] = defaultdict(lambda: f"run_{new_id()}")
        run = record["run"]
        return {
            **record,
            "thread_id": new_id(),
            "assistant_id": self._assistants[record["assistant_id"]],
            "messages": [{**entry, "message": _message(entry["message"], files, runs)} for entry in record["messages"]],
            "files": [{**file, "document_id": files[file["document_id"]]} for file in record["files"]],
            "run": None if run is None else {**run, "run_id": runs[run["run_id"]]},
        }


def _message(message: dict[str, Any], files: defaultdict[str, str], runs: defaultdict[str, str]) -> dict[str, Any]:
    metadata, attachments = message["metadata_"], message["attachments"]
    if metadata and "run_id" in metadata:
        metadata = {**metadata, "run_id": runs[metadata["run_id"]]}
    if attachments:
        attachments = [
            {**file, "document_id": files[file["document_id"]]} if "document_id" in file else file
            for file in attachments
        ]
    return {**message, "message_id": new_id(), "metadata_": metadata, "attachments": attachments}
