"""HTTP: requests in, JSON responses and server-sent events out."""
