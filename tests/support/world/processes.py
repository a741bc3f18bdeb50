"""Other people's servers as processes."""

import socket
import subprocess
import time

PATIENCE_SECONDS = 60


def wait_until_listening(process: subprocess.Popen[bytes], port: int) -> None:
    """Wait until a process accepts connections on a port of 127.0.0.1."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        assert process.poll() is None
        assert time.monotonic() < deadline
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return
        except ConnectionRefusedError:
            time.sleep(0.05)
