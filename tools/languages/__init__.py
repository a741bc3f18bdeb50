"""Clients in other languages, each generated from openapi.yaml when it is built. One folder is one language."""
