"""In a worker all keys of RQ begin with ours. Import this before anything imports RQ.

RQ reads the prefix of its keys once, when it is imported.
"""

from __future__ import annotations

import os
from typing import Final

from funsies.core.errors import FunsiesError

from .rq_records import KEY_PREFIX

VARIABLE: Final = "RQ_KEY_PREFIX"


def _import_rq_with_prefix() -> str:
    """Import RQ with our prefix, leaving the environment as it was."""
    before = os.environ.get(VARIABLE)
    os.environ[VARIABLE] = KEY_PREFIX
    try:
        from rq.defaults import RQ_KEY_PREFIX  # noqa: PLC0415 - it reads the variable just set
    finally:
        if before is None:
            del os.environ[VARIABLE]
        else:
            os.environ[VARIABLE] = before
    return RQ_KEY_PREFIX


if _import_rq_with_prefix() != KEY_PREFIX:
    raise FunsiesError(
        "this process cannot become a worker: it has imported rq, with other keys than those "
        "of funsies; start workers with: funsies worker"
    )
