"""Both kinds of databases, for tests whose subject is a transaction: what comes before it is the same on each."""

import pytest

BOTH_DATABASES = pytest.mark.parametrize("database", ["sqlite", "postgres"], indirect=True)
