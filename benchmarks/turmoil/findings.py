"""What a run has found, counted: all of it is to be 0."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

GOALS: Final = {
    "hung": "clients that did not end within the bound",
    "lost": "operations that never got a result",
    "double_commits": "results of which two runs were seen",
    "wrong": "values that are not the truth, apart from volatile ones",
    "raw_exceptions": "exceptions in clients that are not funsies' own",
    "exits": "workers that ended by themselves, or not in order",
    "left_processes": "processes that are still there",
    "left_files": "files and directories that are still there",
    "left_descriptors": "files that workers hold open more than at their start, beyond 16",
    "log_floods": "workers that write more than 2 KB of log a second",
}

TOLD: Final = {
    "hung": "hung",
    "lost": "lost",
    "never settled": "lost",
    "torn": "double_commits",
    "wrong": "wrong",
    "raw exception": "raw_exceptions",
}
"""What clients tell, and as what it counts."""

FLOOD_BYTES_A_SECOND: Final = 2_000
FREE_DESCRIPTORS: Final = 16


@dataclass
class Findings:
    """Counts, and one line for each thing that was found."""

    counts: Counter[str] = field(default_factory=Counter)
    details: list[str] = field(default_factory=list)
    beside: Counter[str] = field(default_factory=Counter)

    def add(self, kind: str, detail: str) -> None:
        """Count something that must not be."""
        self.counts[kind] += 1
        self.details.append(f"{kind}: {detail}")

    @property
    def is_clean(self) -> bool:
        """True if nothing was found."""
        return not self.counts

    def figures(self) -> dict[str, int]:
        """All counts, also those that are 0."""
        return {name: self.counts[name] for name in GOALS}


def lines(path: Path) -> Iterator[dict[str, Any]]:
    """Read a file of JSON lines; it may not be there, and its last line may be cut."""
    if not path.exists():
        return
    for line in path.read_text("utf-8").splitlines():
        try:
            yield json.loads(line)
        except ValueError:
            continue


def read_what_was_told(home: Path, findings: Findings) -> None:
    """Count what clients told, and what they were told to bear."""
    for line in lines(home / "told"):
        what = str(line["what"])
        if what in TOLD:
            findings.add(TOLD[what], json.dumps(line)[:3000])
        else:
            findings.beside[f"{what}: {line['kind']}" if line.get("kind") else what] += 1


def read_commits(home: Path, server_kills: list[float], findings: Findings) -> None:
    """Find steps of which results of two runs were seen.

    Steps that clients reset may run again, what is volatile too, and what a server that was
    killed had not written down yet. Nothing else may.
    """
    first: dict[str, tuple[float, str]] = {}
    for line in sorted(_observations(home), key=lambda each: float(each["at"])):
        key, at, nonce = str(line["key"]), float(line["at"]), str(line["nonce"])
        known_at, known = first.setdefault(key, (at, nonce))
        if known == nonce:
            continue
        if not any(known_at - 2.0 <= kill <= at for kill in server_kills):
            findings.add("double_commits", f"{key}: {known} at {known_at}, {nonce} at {at}")
        first[key] = (at, nonce)


def _observations(home: Path) -> Iterator[dict[str, Any]]:
    """Results that a client has taken, or that a step was given."""
    for line in (*lines(home / "seen"), *lines(home / "runs")):
        if line["volatile"] or "-reset-" in line["key"]:
            continue
        if line.get("taken"):
            yield line
        for key, nonce in line["used"].items():
            yield {"at": line["at"], "key": key, "nonce": nonce}
