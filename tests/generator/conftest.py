"""Clients of larger documents, and trials without the start of a process."""

from collections.abc import Iterator

import pytest

from tests.support.forked_python import ForkedPython
from tests.support.generator.clients import cases_client, hosted_client, hostile_client

__all__ = ["cases_client", "hosted_client", "hostile_client"]


@pytest.fixture(scope="session", autouse=True)
def _forked_trials(forked_python: ForkedPython) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("generator.package.run_trial", forked_python.run_trial)
        yield
