"""The layers of the architecture hold."""

from __future__ import annotations

from pathlib import Path

from importlinter.cli import lint_imports

ROOT = Path(__file__).parents[1]


def test_a_module_imports_only_from_the_layers_below_it() -> None:
    """See the contracts in pyproject.toml, and the layers in docs/architecture.md."""
    assert lint_imports(str(ROOT / "pyproject.toml"), no_cache=True) == 0
