"""Names of the keys in Redis, for what is read without a script.

The scripts name the same keys (``lua/shared/base.lua``). All keys of a namespace share one hash
tag, so that they lie in one slot of a cluster.
"""

from __future__ import annotations

import msgspec

from funsies.core.digest import Digest

DEFAULT_NAMESPACE = "funsies"


class KeyNames(msgspec.Struct, frozen=True):
    """Names of the keys of one namespace.

    Attributes:
        namespace: its name; funsies installations that share a server have different ones.
    """

    namespace: str = DEFAULT_NAMESPACE

    @property
    def prefix(self) -> bytes:
        """How all keys begin."""
        return f"{{{self.namespace}}}:".encode()

    @property
    def definitions(self) -> bytes:
        """Hash: packed definition by operation."""
        return self.prefix + b"D"

    @property
    def artefacts(self) -> bytes:
        """Hash: where an artefact comes from, by artefact."""
        return self.prefix + b"I"

    @property
    def states(self) -> bytes:
        """Hash: packed state by operation, with the record of its last execution."""
        return self.prefix + b"o"

    @property
    def contents(self) -> bytes:
        """Hash: small bytes by content digest."""
        return self.prefix + b"c"

    @property
    def options(self) -> bytes:
        """Hash: encoded options by digest."""
        return self.prefix + b"O"

    @property
    def delegations(self) -> bytes:
        """Hash: output that stands for that of a dynamic operation, signed, by operation."""
        return self.prefix + b"Y"

    def named(self, kind: str) -> bytes:
        """Hash: records of one kind by name."""
        return self.prefix + b"n:" + kind.encode()

    @property
    def logs(self) -> bytes:
        """Hash: log of the last execution by operation."""
        return self.prefix + b"G"

    @property
    def counters(self) -> bytes:
        """Hash: numbers by a letter and the name of the task."""
        return self.prefix + b"C"

    @property
    def failures(self) -> bytes:
        """List: number and operation of the latest failures, newest first."""
        return self.prefix + b"E"

    @property
    def blocked(self) -> bytes:
        """Set: operations that are waiting or delegated."""
        return self.prefix + b"B"

    @property
    def generation(self) -> bytes:
        """Number of the newest request."""
        return self.prefix + b"n"

    @property
    def queues(self) -> bytes:
        """Set: queues on which operations may be ready."""
        return self.prefix + b"Q"

    @property
    def quarantine(self) -> bytes:
        """Hash: what was set aside as it was damaged, by a letter and its address."""
        return self.prefix + b"!"

    def tail(self, operation: Digest) -> bytes:
        """String, for a minute: what a running step has printed."""
        return self.prefix + b"y" + operation

    def consumers(self, operation: Digest) -> bytes:
        """Set: operations with an output of this one as an input, if they are many."""
        return self.prefix + b"k" + operation

    def task(self, task: Digest) -> bytes:
        """Hash: packed task by Python version."""
        return self.prefix + b"t" + task

    def ready(self, queue: str) -> bytes:
        """Sorted set: operations of a queue that are ready."""
        return self.prefix + b"q:" + queue.encode()

    def news(self, client: str) -> bytes:
        """Channel: operations that a client watches and that are finished."""
        return self.prefix + b"news:" + client.encode()
