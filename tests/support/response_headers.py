"""Headers of a response, against the document."""

import httpx

from tools.document import Operation, resolve
from tools.schema_validation import faults


def check_headers(operation: Operation, response: httpx.Response) -> None:
    """Every documented header that came fits its schema, every one that must come came, no other of ours came."""
    declared = operation.responses[str(response.status_code)].get("headers", {})
    for name, node in declared.items():
        header = resolve(node)
        value = response.headers.get(name)
        assert value is not None or not header.get("required"), f"{name} is missing"
        if value is not None:
            typed = int(value) if header["schema"].get("type") == "integer" else value
            assert faults(header["schema"], typed) == [], f"{name}: {value}"
    ours = {"x-request-id", "etag", "idempotency-replayed", "retry-after", "allow"} & {*response.headers}
    assert ours <= {name.lower() for name in declared}, "a header that the document does not know"
