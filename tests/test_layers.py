"""The layers of the architecture hold."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]

# A process of its own: it sets up logging, and disables every logger that is there already.
CHECK = """
import sys
from importlinter.cli import lint_imports
sys.exit(lint_imports(sys.argv[1], no_cache=True))
"""


def test_a_module_imports_only_from_the_layers_below_it() -> None:
    """See the contracts in pyproject.toml, and the layers in docs/architecture.md."""
    done = subprocess.run(
        [sys.executable, "-c", CHECK, str(ROOT / "pyproject.toml")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
