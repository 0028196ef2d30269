"""A keyword of funsies 0.8 that is gone is told with the edit."""

from __future__ import annotations

import funsies as f


def half(x: int) -> float:
    return x / 2


with f.Fun() as db:
    f.reduce(half, 3, connection=db)  # E: any more; leave it out: building a step asks no server
    f.morph(half, inp=b"x")  # E: Argument 2 to "morph" has type "bytes"
