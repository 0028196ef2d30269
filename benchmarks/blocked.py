"""For how long a server answers nobody: a client beside, and the server's own log."""

from __future__ import annotations

import json
import select
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

import redis
from harness import Figures, connection

from funsies.session import Session

PAUSE_SECONDS: Final = 0.001
SLOW_US: Final = 10_000
MOST_LOGGED: Final = 100_000


@dataclass(slots=True)
class Blocked:
    """What was seen.

    Attributes:
        ping_ms: the longest time for which a pinging client waited. On a busy machine it may
            have waited for a processor, as may have what is in the server's log.
        slow: for each command or function that took longer than 10 ms, how often it did.
        longest_ms: for each of them, the longest.
    """

    ping_ms: float = 0.0
    slow: Counter[str] = field(default_factory=Counter)
    longest_ms: dict[str, float] = field(default_factory=dict)

    def figures(self) -> Figures:
        """As part of a JSON line."""
        return {
            "ping_milliseconds_longest": self.ping_ms,
            "blocked_milliseconds_longest": max(self.longest_ms.values(), default=0.0),
            "calls_over_10_ms": dict(self.slow),
            "longest_milliseconds_by_call": self.longest_ms,
        }


@contextmanager
def watched(session: Session) -> Iterator[Blocked]:
    """Look for how long the server of a session is blocked meanwhile."""
    seen = Blocked()
    with connection(session) as server:
        server.config_set("slowlog-log-slower-than", SLOW_US)
        server.config_set("slowlog-max-len", MOST_LOGGED)
        server.slowlog_reset()
        command = [sys.executable, __file__, session.server.jobs_url]
        pipe = subprocess.PIPE
        with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as pinger:
            _wait_until_connected(pinger)
            try:
                yield seen
            finally:
                answer, _ = pinger.communicate()
        seen.ping_ms = json.loads(answer)
        for entry in server.slowlog_get(MOST_LOGGED):
            _note(seen, entry["command"].split(), entry["duration"] / 1000)


def _wait_until_connected(pinger: subprocess.Popen[str]) -> None:
    if pinger.stdout is not None:
        pinger.stdout.readline()


def _note(seen: Blocked, words: list[bytes], milliseconds: float) -> None:
    """Take note of a slow call; scripts of funsies are functions of names that end so."""
    name = words[0].decode(errors="replace").lower()
    if name == "fcall" and len(words) > 1:
        name = _function(words[1].decode(errors="replace"))
    seen.slow[name] += 1
    seen.longest_ms[name] = round(max(milliseconds, seen.longest_ms.get(name, 0.0)), 1)


def _function(name: str) -> str:
    """The name of a script in that of its function, ``funsies_<hash>_<name>``."""
    return name.split("_", 2)[-1]


def ping(url: str) -> float:
    """Ping until standard input ends; return the longest wait in milliseconds."""
    with redis.Redis.from_url(url, socket_timeout=None) as client:
        client.ping()
        print("connected", flush=True)
        longest = 0.0
        while not select.select([sys.stdin], [], [], PAUSE_SECONDS)[0]:
            started = time.perf_counter()
            client.ping()
            longest = max(longest, time.perf_counter() - started)
    return round(1000 * longest, 2)


if __name__ == "__main__":
    print(json.dumps(ping(sys.argv[1])))
