"""Findings about the server."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from funsies.engine.server_state import ServerState
from funsies.report.numbers import shown_bytes, shown_seconds

from .finding import Finding, Level

_AREA: Final = "server"

NEARLY_FULL: Final = 0.9
CLOCK_SECONDS: Final = 5.0
"""Times in records and logs of machines whose clocks differ by more are misleading."""
SLOW_SECONDS: Final = 0.1
"""Each step costs a round trip."""


def find_in_server(seen: ServerState) -> Iterator[Finding]:
    """Say what is wrong with a server."""
    limit = shown_bytes(seen.limit_bytes) if seen.limit_bytes else "no limit"
    used = f"{shown_bytes(seen.used_bytes)} of memory used, {limit}"
    yield Finding(Level.OK, _AREA, "server", f"{seen.version}, {used}")
    if not seen.persists:
        yield Finding(
            Level.WARNING,
            _AREA,
            "no-persistence",
            "it keeps everything in memory alone: when it ends, all results are lost",
            "turn on its append-only file: CONFIG SET appendonly yes, and in its configuration",
        )
    if seen.write_error:
        yield Finding(
            Level.PROBLEM,
            _AREA,
            "write-error",
            "it could not write to its disk lately",
            "make room on its disk, and look into its log",
        )
    if seen.policy != "noeviction":
        yield Finding(
            Level.PROBLEM,
            _AREA,
            "eviction",
            f"it drops keys when it is full ({seen.policy}): results may vanish",
            "set its policy: CONFIG SET maxmemory-policy noeviction",
        )
    if seen.limit_bytes and seen.used_bytes >= NEARLY_FULL * seen.limit_bytes:
        yield Finding(
            Level.PROBLEM if seen.used_bytes >= seen.limit_bytes else Level.WARNING,
            _AREA,
            "memory",
            f"its memory is nearly full: {used}",
            "raise its maxmemory, keep large values on disk, or forget results (funsies reset)",
        )
    if abs(seen.clock_seconds) > CLOCK_SECONDS:
        side = "ahead of" if seen.clock_seconds > 0 else "behind"
        yield Finding(
            Level.WARNING,
            _AREA,
            "clock",
            f"its clock is {shown_seconds(abs(seen.clock_seconds))} {side} this machine's",
            "set the clocks, by NTP for example",
        )
    if seen.latency_seconds > SLOW_SECONDS:
        yield Finding(
            Level.WARNING,
            _AREA,
            "latency",
            f"a round trip takes {shown_seconds(seen.latency_seconds)}",
            "work nearer to it, or with fewer and longer steps",
        )
