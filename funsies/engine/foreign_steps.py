"""Running one operation of another program, for a program that runs steps itself.

A program cannot become another one, and runs the steps that it has defined itself. A step that
another program has defined (found by its hash, recalled by its name) runs in a process of its
own, as a work-horse would run it: the process takes over the claim, and ends after it. If it
dies, this program settles what it left, as a worker does for its child.
"""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import closing, suppress
from typing import IO, Final, cast

import msgspec

from funsies.core.keyring import Keyring
from funsies.core.secret_variables import without_secrets
from funsies.run.evaluate import Evaluator
from funsies.run.machine_faults.memory import out_of_memory_kills
from funsies.run.process_exit import peak_memory_bytes
from funsies.store.connect import Address, open_backend
from funsies.store.ports import GraphStore
from funsies.store.rows import Fence, QueueName

from .drain import drain
from .lease_heartbeat import LeaseHeartbeat, lease_heartbeat
from .slots import InheritedClaim, new_slot
from .supervision.crash_recovery import ChildExit, CrashRecovery, EndedChild
from .timing import Timing

TIMING: Final = Timing()


class _Order(msgspec.Struct):
    """What the process is told; the addresses may hold passwords, so not as arguments."""

    jobs_url: str
    data_url: str | None
    signing_keys: tuple[bytes, ...]
    queue: str
    slot: str
    sequence: int
    fence: bytes

    @property
    def keys(self) -> Keyring:
        """Keys with which is signed what decides what workers run."""
        return Keyring(self.signing_keys)


def run_foreign_step(
    graph: GraphStore, address: Address, queue: QueueName, held: LeaseHeartbeat, worker: str
) -> None:
    """Have a process of its own run the operation that is in hand.

    Args:
        graph: the store.
        address: where its server is.
        queue: from which the operation was claimed.
        held: what is in hand, and under which slot.
        worker: name of this process, for the error if the other one dies.

    Raises:
        KeyboardInterrupt: if the user interrupts it; the process is ended.
    """
    assignment = held.assignment
    if assignment.inherited is None:
        return
    order = _Order(
        address.jobs_url,
        address.data_url,
        address.keys.keys,
        queue,
        assignment.slot,
        assignment.inherited.sequence,
        assignment.inherited.fence,
    )
    status = held.last_status
    ended = EndedChild(assignment.slot, _exit_of_who_does(order), status)
    CrashRecovery(graph, worker, TIMING).recover(ended)


def _exit_of_who_does(order: _Order) -> ChildExit:
    """Run the process to its end."""
    kills_before = out_of_memory_kills()
    process = subprocess.Popen(
        [sys.executable, "-m", __name__],
        stdin=subprocess.PIPE,
        env=without_secrets(os.environ),
        start_new_session=True,
    )
    try:
        with suppress(BrokenPipeError), cast("IO[bytes]", process.stdin) as stream:
            stream.write(msgspec.msgpack.encode(order))
        _, status, usage = os.wait4(process.pid, 0)
    except BaseException:
        process.kill()
        process.wait()
        raise
    process.returncode = os.waitstatus_to_exitcode(status)
    return ChildExit(
        status,
        peak_memory_bytes=peak_memory_bytes(usage),
        out_of_memory=out_of_memory_kills() > kills_before,
    )


def main() -> None:
    """Do as told on standard input."""
    order = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=_Order)
    backend = open_backend(order)
    with closing(backend), lease_heartbeat(backend.graph, order.slot, TIMING) as observer:
        drain(
            backend.graph,
            Evaluator(backend, worker=new_slot(), owns_process=True),
            order.slot,
            QueueName(order.queue),
            lease_ms=TIMING.lease_ms,
            observer=observer,
            inherited=InheritedClaim(order.sequence, Fence(order.fence)),
            slice_seconds=0.0,
        )


if __name__ == "__main__":
    main()
