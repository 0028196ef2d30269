"""What the exit codes of commands say."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """What a command's exit code says. Stable; documented in ``docs/cli.md``."""

    OK = 0
    RESULT_IS_ERROR = 1
    """A result is an error; it is described on stderr."""
    USAGE = 2
    """Wrong arguments or settings."""
    NO_SERVER = 3
    """No server answers, or it cannot be used: wrong password, full, too old."""
    NOT_COMPUTED = 4
    """Not computed yet, or not finished in the time given."""
    UNKNOWN_HASH = 5
    """Nothing has this hash, or several things have it."""
    NO_WORKERS = 6
    """Workers that were started die at once; the end of their log is on stderr."""
    NOT_WELL = 8
    """``funsies doctor`` found something to do."""
    DAMAGED = 9
    """``funsies fsck`` found damage, and it is still there."""
    BUG = 70
    """Something that funsies does not expect; the traceback is printed."""
    NOT_WRITTEN = 74
    """Standard output, or a file, cannot be written: a full disk, a closed stream."""
    VOLATILE = 75
    """All results are there, but some are volatile: executing again computes these again."""
    INTERRUPTED = 130
    """Ended by Ctrl-C."""
    BROKEN_PIPE = 141
    """Whoever read the output went away."""
