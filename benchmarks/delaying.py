"""A proxy before a server on a Unix socket, as if it were some milliseconds away.

``python delaying.py LISTENS LEADS_TO MILLISECONDS`` runs until its standard input ends.
"""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import SimpleQueue
from typing import Final, TypeAlias

_Held: TypeAlias = "SimpleQueue[tuple[float, bytes]]"

CHUNK_BYTES: Final = 1 << 18


@contextmanager
def delayed(leads_to: Path, round_trip_ms: float) -> Iterator[Path]:
    """Give a socket that leads to another one, with half of a round trip's time each way.

    It is a process of its own, so that it waits for nobody's lock.
    """
    listens = leads_to.with_name(f"delayed-{round_trip_ms:g}.sock")
    command = [sys.executable, __file__, str(listens), str(leads_to), str(round_trip_ms)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as proxy:
        if proxy.stdout is not None:
            proxy.stdout.readline()
        try:
            yield listens
        finally:
            proxy.communicate()
            listens.unlink(missing_ok=True)


def serve(listens: str, leads_to: str, one_way_seconds: float) -> None:
    """Pass connections on until standard input ends."""
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(listens)
        listening.listen(100)
        _begin(_accept, listening, leads_to, one_way_seconds)
        print("listens", flush=True)
        sys.stdin.read()


def _accept(listening: socket.socket, leads_to: str, one_way_seconds: float) -> None:
    while True:
        near, _ = listening.accept()
        far = socket.socket(socket.AF_UNIX)
        far.connect(leads_to)
        for source, target in ((near, far), (far, near)):
            held: _Held = SimpleQueue()
            _begin(_take, source, held, one_way_seconds)
            _begin(_hand_on, held, target)


def _begin(act: Callable[..., None], *arguments: object) -> None:
    threading.Thread(target=act, args=arguments, daemon=True).start()


def _take(source: socket.socket, held: _Held, one_way_seconds: float) -> None:
    data = b"?"
    while data:
        data = b""
        with suppress(OSError):
            data = source.recv(CHUNK_BYTES)
        held.put((time.perf_counter() + one_way_seconds, data))


def _hand_on(held: _Held, target: socket.socket) -> None:
    with target, suppress(OSError):
        while True:
            due, data = held.get()
            time.sleep(max(0.0, due - time.perf_counter()))
            if not data:
                target.shutdown(socket.SHUT_RDWR)
                return
            target.sendall(data)


if __name__ == "__main__":
    serve(sys.argv[1], sys.argv[2], float(sys.argv[3]) / 2000)
