"""The half of the client that waits with `await`."""
