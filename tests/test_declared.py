"""Who checks with funsies on a path (``mypy_path``) needs no more than what it depends on."""

from __future__ import annotations

import re
import sys
from importlib.metadata import packages_distributions, requires

import grimp


def test_what_funsies_imports_by_a_statement_is_installed_with_it() -> None:
    """Type checkers follow each statement; what an extra brings is found by its name."""
    graph = grimp.build_graph("funsies", include_external_packages=True)
    reached = graph.find_upstream_modules("funsies")
    later = {"annotationlib"}  # comes with Python 3.14
    known = {"funsies", "_typeshed", *sys.stdlib_module_names, *later}
    outside = {each.partition(".")[0] for each in reached} - known
    required = [each for each in requires("funsies") or () if "extra ==" not in each]
    names = {re.split(r"[^\w.-]", each)[0].replace("-", "_") for each in required}
    homes = packages_distributions()
    assert outside
    assert {
        each
        for each in outside
        if not names & {home.replace("-", "_") for home in homes.get(each, ())}
    } == set()
