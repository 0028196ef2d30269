"""Error numbers of the operating system that tell of the machine, not of the step."""

from __future__ import annotations

import errno
from typing import Final

ERRNOS: Final = frozenset(
    getattr(errno, name)
    for name in (
        *("ENOSPC", "EDQUOT", "ENOMEM", "EMFILE", "ENFILE", "EAGAIN", "ENOLCK"),  # used up
        *("EIO", "EREMOTEIO", "ESTALE", "EROFS", "ENODEV", "ENXIO", "ETXTBSY"),  # disks
        *("ECONNREFUSED", "ECONNRESET", "ECONNABORTED", "ENOTCONN", "ETIMEDOUT"),  # networks
        *("ENETDOWN", "ENETUNREACH", "ENETRESET", "EHOSTDOWN", "EHOSTUNREACH", "EADDRINUSE"),
    )
    if hasattr(errno, name)
)
"""What the operating system says when something of the machine is used up or broken."""
