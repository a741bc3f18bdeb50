"""How `openapi.yaml` becomes the client in `generated/backboard_threads`; run with `python -m generator`."""
