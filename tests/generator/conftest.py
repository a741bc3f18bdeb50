"""Clients of larger documents."""

from tests.support.generator.clients import cases_client, hosted_client, hostile_client

__all__ = ["cases_client", "hosted_client", "hostile_client"]
