"""The server, measured beside what it is made of: a bare ASGI application on the same server, and SQLite itself.

The load comes from wrk on one core, and what is measured runs on another, in turns of a few seconds.
"""
