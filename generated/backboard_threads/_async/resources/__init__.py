"""The groups of operations that the client offers."""
