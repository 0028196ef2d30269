"""The log of what was run: which step, how it ended, how long it took."""

from __future__ import annotations

import logging

from funsies.run.decision import Publish
from funsies.store.rows import Claim

_log = logging.getLogger(__name__)


def log_run(claim: Claim, published: Publish) -> None:
    """Log the end of an operation: what failed for a reason outside of itself is a warning."""
    completion = published.completion
    level = logging.WARNING if completion.volatile and published.errors else logging.INFO
    if _log.isEnabledFor(level):
        _log.log(
            level,
            "%s %s %s in %d ms (attempt %d)",
            claim.operation.task_name,
            claim.operation.digest.hex()[:10],
            _outcome(published),
            completion.busy_ms,
            claim.attempt,
        )


def _outcome(published: Publish) -> str:
    if published.errors:
        first = published.errors[0]
        named = f" ({first.exception})" if first.exception else ""
        return f"failed: {first.kind}{named}"
    return "cached" if published.completion.linked else "done"
