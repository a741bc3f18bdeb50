"""Every kind of change is rated as it should be."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.contract.document import document
from tests.release.document_changes import REDOCLY, Level, document_changes
from tests.release.planted import PLANTED, Document, planted

pytestmark = pytest.mark.skipif(not REDOCLY.exists(), reason="needs Node 20: `make test` installs the rest")


@pytest.fixture(scope="module")
def rated() -> dict[str, str]:
    """The heaviest change that was found, by the name of the planted one."""

    def rate(case: tuple[str, str, Callable[[Document], object]]) -> tuple[str, str]:
        changes = document_changes(document(), planted(case[2]))
        return case[0], max((change.level for change in changes), default=Level.editorial).name

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return dict(pool.map(rate, PLANTED))


@pytest.mark.timeout(300)
@pytest.mark.parametrize(("name", "level"), [(name, level) for name, level, _ in PLANTED])
def test_change_is_rated(rated: dict[str, str], name: str, level: str) -> None:
    assert rated[name] == level


def test_there_are_enough_kinds() -> None:
    assert len(PLANTED) >= 28
    assert len({name for name, _, _ in PLANTED}) == len(PLANTED)


def test_a_document_that_cannot_be_compared_is_named() -> None:
    with pytest.raises(RuntimeError, match="Unsupported OpenAPI version"):
        document_changes(document(), {**document(), "openapi": "9.9.9"})
