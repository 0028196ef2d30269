"""Run the command line as ``python -m funsies.cli``, or by the path of this file."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

if find_spec("funsies") is None:
    # Run by its path from a source tree that is not installed.
    sys.path.append(str(Path(__file__).resolve().parents[2]))

from funsies.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
