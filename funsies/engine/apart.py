"""Running one operation of another program, for a program that runs steps itself.

A program cannot become another one, and runs the steps that it has defined itself. A step that
another program has defined (found by its hash, recalled by its name) runs in a process of its
own, as a work-horse would run it: the process takes over the claim, and ends after it.
"""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import closing
from typing import Final

import msgspec

from funsies.core.secret_variables import without_secrets
from funsies.core.signing import Keyring
from funsies.run.evaluate import Evaluator
from funsies.store.connect import open_backend
from funsies.store.rows import Fence, QueueName

from .address import Address
from .drain import drain
from .names import new_slot
from .renewing import renewed
from .succession import Inherited, Post
from .timing import Timing

TIMING: Final = Timing()


class _Order(msgspec.Struct):
    """What the process is told; the addresses may hold passwords, so not as arguments."""

    jobs_url: str
    data_url: str | None
    keys: tuple[bytes, ...]
    queue: str
    slot: str
    sequence: int
    fence: bytes


def run_apart(address: Address, queue: QueueName, post: Post) -> None:
    """Have a process of its own run the operation that is claimed under a slot.

    Args:
        address: where the server is.
        queue: from which it was claimed.
        post: the slot, and the claim.

    Raises:
        KeyboardInterrupt: if the user interrupts it; the process is ended.
    """
    if post.inherited is None:
        return
    order = _Order(
        address.jobs_url,
        address.data_url,
        address.keys.keys,
        queue,
        post.slot,
        post.inherited.sequence,
        post.inherited.fence,
    )
    subprocess.run(
        [sys.executable, "-m", __name__],
        input=msgspec.msgpack.encode(order),
        env=without_secrets(os.environ),
        check=False,  # if it dies, its lease runs out, and the operation is claimed again
        start_new_session=True,
    )


def main() -> None:
    """Do as told on standard input."""
    order = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=_Order)
    backend = open_backend(order.jobs_url, order.data_url, Keyring(order.keys))
    with closing(backend), renewed(backend.graph, order.slot) as observer:
        drain(
            backend.graph,
            Evaluator(backend, worker=new_slot(), owns_process=True),
            order.slot,
            QueueName(order.queue),
            lease_ms=TIMING.lease_ms,
            observer=observer,
            inherited=Inherited(order.sequence, Fence(order.fence)),
            slice_seconds=0.0,
        )


if __name__ == "__main__":
    main()
