"""The client beside others."""
