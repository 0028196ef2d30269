"""How an operation is run. Options are never part of its identity."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import msgspec

from .digest import Digest, content_digest

DEFAULT_QUEUE: Final = "default"


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How an operation is run.

    Attributes:
        queue: name of the queue; workers say which queues they serve.
        priority: operations of higher priority start first.
        timeout_seconds: longest run time of one attempt; None for no limit.
        retries: how often an operation that failed by itself is started again.
        retry_delay_seconds: pause before such a retry.
        lost_retries: how often it is started again after its worker was lost.
        distributed: False runs it in the process that executes it, without workers.
        evaluate: False takes a result that is at hand and computes nothing.
        reset: True forgets earlier results when it is executed.
        isolated: True runs it in a fresh process of its own.
        env: variables added to the environment, not part of the identity: for secrets and
            thread counts.
        max_output_bytes: longest standard output or error kept of a shell command; more is an
            error.
    """

    queue: str = DEFAULT_QUEUE
    priority: int = 0
    timeout_seconds: float | None = None
    retries: int = 0
    retry_delay_seconds: float = 0.0
    lost_retries: int = 2
    distributed: bool = True
    evaluate: bool = True
    reset: bool = False
    isolated: bool = False
    env: Mapping[str, str] = field(default_factory=dict)
    max_output_bytes: int | None = None

    def __hash__(self) -> int:
        """Hash by content, the environment included."""
        return hash(encode_options(self))


def encode_options(options: Options) -> bytes:
    """Encode options as JSON, with sorted keys."""
    return msgspec.json.encode(options, order="sorted")


def decode_options(data: bytes) -> Options:
    """Read options back.

    Raises:
        msgspec.MsgspecError: if the bytes are not those of options.
    """
    return msgspec.json.decode(data, type=Options)


def options_digest(data: bytes) -> Digest:
    """Address under which encoded options are stored."""
    return content_digest(data)
