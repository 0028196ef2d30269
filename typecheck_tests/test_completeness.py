"""Every type that users of funsies can reach is declared: no type checker has to guess.

``basedpyright --verifytypes`` looks at the package from outside. A symbol's type is complete if
it is written down, or so plain that all type checkers infer the same.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from typecheck_tests.test_cases import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]  # half a minute for one look at it

PACKAGE = ROOT / "funsies"


@pytest.fixture(scope="module")
def completeness() -> dict[str, Any]:
    """What basedpyright says of the package; types of other packages are their own affair."""
    # Here basedpyright ignores --pythonpath, and asks the first interpreter that PATH names.
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    command = [sys.executable, "-m", "basedpyright", "--outputjson"]
    done = subprocess.run(
        [*command, "--verifytypes", "funsies", "--ignoreexternal"],
        cwd=ROOT,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (0, 1), done.stdout + done.stderr
    report: dict[str, Any] = json.loads(done.stdout)["typeCompleteness"]
    return report


def incomplete(report: dict[str, Any]) -> dict[str, list[str]]:
    """Names of the symbols whose type is unknown or ambiguous, with what is wrong with each."""
    return {
        symbol["name"]: [each["message"] for each in symbol["diagnostics"]]
        for symbol in report["symbols"]
        if not symbol["isTypeKnown"] or symbol["isTypeAmbiguous"]
    }


def test_the_package_of_this_tree_says_that_it_is_typed(completeness: dict[str, Any]) -> None:
    found = completeness["packageRootDirectory"]
    assert found == str(PACKAGE), "only an installed package is found: pip install -e ."
    assert completeness.get("pyTypedPath") == str(PACKAGE / "py.typed")


def test_the_plugin_says_that_it_is_typed() -> None:
    assert (ROOT / "funsies_mypy" / "py.typed").is_file()


def test_every_symbol_has_a_declared_type(completeness: dict[str, Any]) -> None:
    assert incomplete(completeness) == {}
    assert completeness["completenessScore"] == 1


def test_what_the_package_offers_is_among_what_was_looked_at(
    completeness: dict[str, Any],
) -> None:
    names = {symbol["name"] for symbol in completeness["symbols"] if symbol["isExported"]}
    assert {
        "funsies.Fun",
        "funsies.builder.artefact.Artefact.bind",
        "funsies.parametric.commit",
        "funsies.shell",
    } <= names
