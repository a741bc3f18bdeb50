"""The reference server of Backboard Threads: `openapi.yaml`, enforced and kept on disk."""
