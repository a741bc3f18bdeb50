"""A program with the client of `tests/generator/hosted_groups.yaml`, for type checkers; never run."""

from typing import Any, assert_type

from package import Shop, models


def main(shop: Shop, assistant_id: str) -> None:
    document = shop.documents.upload_for_assistant(assistant_id, file=("a.txt", b"text"), tags=["a"], metadata={"a": 1})
    assert_type(document, models.Document)
    assert_type(shop.documents.get_status(document.document_id).metadata, dict[str, Any] | None)
    for one in shop.documents.iterate_for_assistant(assistant_id):
        assert_type(one, models.Document)
    assert_type(shop.documents.delete(document.document_id), models.DocumentDeleted)
    memory = shop.memories.create(assistant_id, content="Ada likes tea.", metadata={"source": "chat"})
    assert_type(shop.memories.search(assistant_id, query="tea"), list[models.Memory])
    assert_type(shop.memories.delete(assistant_id, memory.id), None)
    assert_type(shop.models.list(provider=["a"]), models.ListModelsResponse)
    for model in shop.models.iterate(supports_tools=True):
        assert_type(model, models.ModelInfo)
    assert_type(shop.models.list_providers(), list[str])
