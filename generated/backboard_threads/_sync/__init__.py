"""The modules of the async client that wait."""
