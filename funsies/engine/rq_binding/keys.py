"""Names of the keys that clients and workers have in common, whatever prefix RQ uses here."""

from __future__ import annotations

from typing import Final

from funsies.engine.names import NAMESPACE

KEY_PREFIX: Final = f"{{{NAMESPACE}}}:rq"

JOB_PREFIX: Final = f"{KEY_PREFIX}:job:"
QUEUE_PREFIX: Final = f"{KEY_PREFIX}:queue:"
QUEUES: Final = f"{KEY_PREFIX}:queues"
WORKER_PREFIX: Final = f"{KEY_PREFIX}:worker:"
WORKERS: Final = f"{KEY_PREFIX}:workers"


def workers_of(queue: str) -> str:
    """Set: keys of the workers that serve a queue."""
    return f"{WORKERS}:{queue}"
