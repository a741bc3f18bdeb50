"""The databases that run transactions: SQLite and PostgreSQL, with their schema."""
