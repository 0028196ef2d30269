"""The only place where RQ is imported: queues of drain jobs, and the worker that runs them.

RQ reads the prefix of its keys once, when it is imported; it is set here before that.
"""

from __future__ import annotations

import os
from typing import Final

from funsies.core.errors import FunsiesError
from funsies.engine.names import NAMESPACE

KEY_PREFIX: Final = f"{{{NAMESPACE}}}:rq"
_VARIABLE: Final = "RQ_KEY_PREFIX"


def _import_rq_with_prefix() -> str:
    """Import RQ with our prefix, leaving the environment as it was."""
    before = os.environ.get(_VARIABLE)
    os.environ[_VARIABLE] = KEY_PREFIX
    try:
        from rq.defaults import RQ_KEY_PREFIX  # noqa: PLC0415 - it reads the variable just set
    finally:
        if before is None:
            del os.environ[_VARIABLE]
        else:
            os.environ[_VARIABLE] = before
    return RQ_KEY_PREFIX


if _import_rq_with_prefix() != KEY_PREFIX:
    raise FunsiesError(
        "rq was imported before funsies, with other keys: import funsies first, or set "
        f"{_VARIABLE}='{KEY_PREFIX}'"
    )
