"""Turns and runs: from a user message to the stored reply."""
