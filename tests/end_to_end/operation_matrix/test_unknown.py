"""Unknown fields and parameters are ignored, on every operation and in every form of its body."""

import pytest

from tools.document import Operation, operations
from tools.resources import Caller, example

FORMS = [
    pytest.param(operation, media_type, id=f"{operation.id} {media_type or ''}".strip())
    for operation in operations().values()
    for media_type in (operation.bodies or [None])
]


@pytest.mark.parametrize(("operation", "media_type"), FORMS)
def test_unknown_fields_and_parameters_are_ignored(ada: Caller, operation: Operation, media_type: str | None) -> None:
    resources = ada.resources_for(operation)
    response = ada.send(
        operation,
        resources,
        body={**example(operation, resources), "no_such_field": {"deep": [1]}} if media_type else None,
        media_type=media_type,
        query={"no_such_parameter": "1"},
        headers={"X-No-Such-Header": "1"},
    )
    assert response.status_code == 200, response.text
    assert "no_such" not in response.text
