"""Maintenance of a database: its backup, its check, and what is stored for each account."""
