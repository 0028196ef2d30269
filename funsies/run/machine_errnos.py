"""Error numbers of the operating system that tell of the machine, not of the step."""

from __future__ import annotations

import errno
import os
from typing import Final

ERRNOS: Final = frozenset(
    getattr(errno, name)
    for name in (
        *("ENOSPC", "EDQUOT", "ENOMEM", "EMFILE", "ENFILE", "EAGAIN", "ENOLCK"),  # used up
        *("EFBIG",),  # longer than a limit of the process, or the file system, allows
        *("EIO", "EREMOTEIO", "ESTALE", "EROFS", "ENODEV", "ENXIO", "ETXTBSY"),  # disks
        *("ECONNREFUSED", "ECONNRESET", "ECONNABORTED", "ENOTCONN", "ETIMEDOUT"),  # networks
        *("ENETDOWN", "ENETUNREACH", "ENETRESET", "EHOSTDOWN", "EHOSTUNREACH", "EADDRINUSE"),
    )
    if hasattr(errno, name)
)
"""What the operating system says when something of the machine is used up or broken."""

MESSAGES: Final = tuple(map(os.strerror, sorted(ERRNOS)))
"""The same in words, as programs and libraries quote them."""
