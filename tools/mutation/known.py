"""Mutations that no test catches, by name, each with the reason why it changes no behaviour."""

KNOWN: dict[str, str] = {}
