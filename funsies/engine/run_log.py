"""The log of what was run: which step, how it ended, how long it took."""

from __future__ import annotations

import logging

from funsies.core.cutting import printable
from funsies.core.digest import short_hash
from funsies.run.decision import Delegate, Publish
from funsies.store.rows import Claim

_log = logging.getLogger(__name__)


def log_run(claim: Claim, decision: Publish | Delegate) -> None:
    """Log the end of an operation: what failed for a reason outside of itself is a warning."""
    level = logging.WARNING if _is_warning(decision) else logging.INFO
    if _log.isEnabledFor(level):
        report = decision.report if isinstance(decision, Delegate) else decision.completion
        _log.log(
            level,
            "%s %s %s in %d ms (attempt %d)",
            printable(claim.operation.task_name),
            short_hash(claim.operation.digest),
            _outcome(decision),
            report.busy_ms,
            claim.attempt,
        )


def _is_warning(decision: Publish | Delegate) -> bool:
    if isinstance(decision, Delegate):
        return False
    return decision.completion.volatile and bool(decision.errors)


def _outcome(decision: Publish | Delegate) -> str:
    if isinstance(decision, Delegate):
        return f"goes on as {short_hash(decision.target)}"
    if decision.errors:
        first = decision.errors[0]
        named = f" ({first.exception})" if first.exception else ""
        return f"failed: {first.kind}{named}"
    return "cached" if decision.completion.linked else "done"
