"""The authorities that these tests trust."""

import pytest


@pytest.fixture(scope="session", autouse=True)
def _one_certificate() -> None:
    """All authorities of the machine: these tests install from registries."""
