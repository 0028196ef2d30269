"""mypy that waits for its own processes as long as they take to start and to answer.

It gives them three seconds for the one and ten for the other, and ends with an internal error
on a machine that is busy or reads from a slow disk. Here its clock stands still.
"""

from __future__ import annotations

import socket
import time

from mypy.__main__ import console_entry

time.time = lambda: 0.0
socket.socket.settimeout = lambda _socket, _seconds: None  # type: ignore[method-assign]

if __name__ == "__main__":
    console_entry()
