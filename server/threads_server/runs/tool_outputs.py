"""The outputs of tool calls: whether they fit what a run waits for, and the messages that they become."""

from collections.abc import Sequence
from dataclasses import dataclass

from threads_server.errors import HTTPError
from threads_server.runs.message_json import output_text
from threads_server.runs.states import RunState
from threads_server.store.runs import RunRow
from threads_server.store.threads import NewMessage


@dataclass(frozen=True, slots=True)
class ToolOutput:
    """A tool call's output, and the id of the message that will hold it."""

    call_id: str
    output: str
    message_id: str


def output_messages(run: RunRow, outputs: Sequence[ToolOutput], created_at: int) -> list[NewMessage]:
    """The messages of the outputs, in the order of the calls. Raises a 400 HTTPError unless each call has one."""
    awaited = [str(call["id"]) for call in run.awaited]
    given = [output.call_id for output in outputs]
    if unknown := [call for call in dict.fromkeys(given) if call not in awaited]:
        raise HTTPError(400, f"Outputs are given for tool calls that nobody asked for: {', '.join(unknown)}")
    if doubled := [call for call in dict.fromkeys(given) if given.count(call) > 1]:
        raise HTTPError(400, f"Outputs are given more than once for tool calls: {', '.join(doubled)}")
    if missing := [call for call in awaited if call not in given]:
        raise HTTPError(400, f"Outputs are missing for tool calls: {', '.join(missing)}")
    by_call = {output.call_id: output for output in outputs}
    return [
        NewMessage(output_text(run.run_id, call, output.message_id, output.output, RunState.COMPLETED, created_at))
        for call in run.awaited
        for output in [by_call[str(call["id"])]]
    ]
