"""`python -m threads_server`, the same as `threads-server`."""

from threads_server.cli import main

main()
