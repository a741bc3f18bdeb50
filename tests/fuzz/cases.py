"""Questions about a case of schemathesis."""

from schemathesis import Case
from schemathesis.core.parameters import ParameterLocation


def operation_of(case: Case) -> str:
    return str(case.operation.definition.raw["operationId"])


def is_valid(case: Case, place: ParameterLocation) -> bool:
    """Whether this part of the case was meant to be as the document allows."""
    return case.meta is not None and not case.meta.is_negative_at(place)


def asked_for_a_stream(case: Case) -> bool | None:
    """Whether the case says so where its operation says it; None if the operation has nothing to stream."""
    match operation_of(case):
        case "streamRunEvents":
            return True
        case "submitToolOutputs":
            said = (case.query or {}).get("stream", False)
        case "sendMessage" | "sendChatMessage" | "submitLatestToolOutputs":
            said = case.body.get("stream", False) if isinstance(case.body, dict) else False
        case _:
            return None
    return said is True or said == "true"
