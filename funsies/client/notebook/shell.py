"""The IPython shell in which this program runs, if it does."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from funsies.core.encoding.previews import MimeBundle


def shell_at_hand() -> Any:
    """The shell of IPython or of a notebook's kernel; None in other programs.

    Nothing is imported for that.
    """
    ipython = sys.modules.get("IPython")
    return None if ipython is None else ipython.get_ipython()


def is_notebook() -> bool:
    """True in the kernel of a notebook, which can show something and change it later."""
    return hasattr(shell_at_hand(), "kernel")


def display_in_cell(bundle: MimeBundle) -> Any:
    """Show something in the cell that runs; what is returned can change it later."""
    return import_module("IPython.display").display(bundle, raw=True, display_id=True)
