"""``funsies run`` executes the final results of a script that executes nothing itself."""

from __future__ import annotations

import funsies as f

with f.Fun():
    f.shell("run")
    f.reduce(sum, [1, 2])


def main() -> None:
    with f.Fun():
        f.shell("run")


def helper() -> None:
    f.shell("run")
    step = f.shell("run again")
