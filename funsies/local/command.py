"""The command line of this very funsies, run by this very Python."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

_PROGRAM: Final = Path(__file__).parents[1] / "cli" / "__main__.py"


def funsies_command(*arguments: str) -> list[str]:
    """Command that runs funsies with the interpreter and the package of this process.

    The current directory is kept off the module path (``-P``): a file ``random.py`` beside the
    user's script must not take the place of a module that workers need.
    """
    return [sys.executable, "-P", str(_PROGRAM), *arguments]
