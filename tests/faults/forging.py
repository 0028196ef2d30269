"""A server with a worker that has the key, and who can write to the server without one."""

from __future__ import annotations

from dataclasses import dataclass

import redis

import funsies as f
from funsies.config import ResolvedServer
from funsies.core.digest import Digest, content_digest
from funsies.core.keyring import Keyring
from funsies.core.options import Options, encode_options, options_digest
from funsies.local.daemons import wait_until
from funsies.store.redis import RedisStore
from funsies.store.redis.packing import SEALED_RESULT_BYTES, pack_result
from funsies.store.redis.seal import NO_SIGNATURE
from funsies.store.rows import Definitions, Status, StoredResult, Wanted
from funsies.store.submission import queue_name

OURS, NEW = Keyring((b"o" * 32,)), Keyring((b"n" * 32,))
BOTH = Keyring(NEW.keys + OURS.keys)
P = b"{funsies}:"


@f.task
def square(number: int) -> int:
    return number * number


@f.task
def add(one: int, other: int) -> int:
    return one + other


@dataclass
class Site:
    """A server with a worker that has the key, and connections without it."""

    server: ResolvedServer
    redis: redis.Redis
    store: RedisStore

    def execute(self, *steps: f.Artefact) -> None:
        f.execute(*steps).wait(30)

    def forge(self, step: f.Artefact, value: bytes) -> None:
        """Write another result of a finished step."""
        content = content_digest(value)
        self.store.define(Definitions(contents=((content, value),)))
        packed = pack_result(StoredResult(True, content, False, len(value)))
        self.put_result(step, packed + NO_SIGNATURE)

    def result(self, step: f.Artefact) -> bytes:
        """The result of a finished step with one output, as it is kept."""
        return self.redis.hget(P + b"o", operation(step))[-SEALED_RESULT_BYTES:]

    def put_result(self, step: f.Artefact, sealed: bytes) -> None:
        """Put another in its place."""
        row = self.redis.hget(P + b"o", operation(step))
        changed = row[:-SEALED_RESULT_BYTES] + sealed
        self.redis.hset(P + b"o", operation(step), changed)

    def request(self, wanted: Digest, options: Options | None = None) -> Status:
        """Ask for an operation, with options that are stored unsigned, or genuine ones.

        Returns:
            How it ends, once nobody works on it.
        """
        encoded = encode_options(options or Options())
        digest = options_digest(encoded)
        if options is not None:
            self.store.define(Definitions(options=((digest, encoded),)))
        assert self.redis.hexists(P + b"O", digest)
        asked = [Wanted(wanted, queue_name("default"), 0, digest)]
        assert self.store.request(self.store.new_generation(), asked).started == 1
        assert wait_until(lambda: not self.status(wanted).is_pending, 30)
        return self.status(wanted)

    def status(self, wanted: Digest) -> Status:
        return self.store.states([wanted])[0].status


def operation(step: f.Artefact) -> Digest:
    assert step.producer is not None
    return Digest(step.producer)
