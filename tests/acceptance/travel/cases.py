"""Cases: small programs whose functions are called plainly, and as steps."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

import pytest

WAYS = [
    "plain",
    "memory",
    "pool",
    pytest.param("moved", marks=pytest.mark.slow),
    pytest.param("installed", marks=pytest.mark.slow),
]
"""How a case is run.

``plain``: the functions are called, without funsies. ``memory``: in one process. ``pool``: by
workers that run elsewhere. ``moved``: by a worker that starts when the project is gone.
``installed``: client and workers have funsies from ``pip install``, not from its sources.
"""

DRIVER = """

CALLS = [
{calls}
]
NAME = {name!r}


def show(label, outcome):
    print(f"{{label}} -> {{outcome}}", flush=True)


def build(funsies):
    for label, function, arguments in CALLS:
        try:
            yield label, funsies.reduce(function, *arguments, name=f"{{NAME}}: {{label}}")
        except funsies.FunsiesError as refusal:
            show(label, "refused: " + " | ".join(str(refusal).splitlines()))


def look(funsies, label, step):
    try:
        show(label, funsies.take(step))
    except funsies.FunsiesError as problem:
        lines = [line.strip() for line in str(problem).splitlines() if line.strip()]
        show(label, "failed: " + " ... ".join(dict.fromkeys([lines[0], lines[-1]])))


def run_steps(mode):
    import funsies

    with funsies.Fun(defaults=funsies.options(timeout_seconds=25)):
        steps = dict(build(funsies))
        if mode != "take":
            funsies.execute(*steps.values())
        if mode == "steps":
            funsies.wait_for(*steps.values())
        if mode != "submit":
            for label, step in steps.items():
                look(funsies, label, step)


if __name__ == "__main__":
    import sys

    if sys.argv[1] == "plain":
        for label, function, arguments in CALLS:
            show(label, function(*arguments))
    else:
        run_steps(sys.argv[1])
"""
"""The end of each program: what is asked of it, by the first argument.

``plain`` calls the functions; ``steps`` makes them steps, executes and shows them; ``submit``
only executes, and ``take`` only shows. Steps have names of their own, since the same function
at another place is the same step, whose result is known.
"""


@dataclass(frozen=True)
class Case:
    """A program, and what its functions return in plain Python.

    Attributes:
        name: what it is about.
        main: the script, but for the calls.
        calls: by the text of a call ``function(argument, ...)``, what ``print`` shows of its
            result.
        files: other files of the project, by their names.
        needs: libraries without which the case is skipped.
        starts_processes: True if they depend on how the program itself was started; so it is
            started as users do.
    """

    name: str
    main: str
    calls: dict[str, str]
    files: dict[str, str] = field(default_factory=dict)
    needs: tuple[str, ...] = ()
    starts_processes: bool = False

    def __str__(self) -> str:
        return self.name.replace(" ", "-")

    def project(self) -> dict[str, str]:
        """All files of the project."""
        calls = "\n".join(f"    {_as_data(each)}," for each in self.calls)
        return {**self.files, "main.py": self.main + DRIVER.format(calls=calls, name=self.name)}

    def check(self, outcomes: dict[str, str], *, or_refused: bool = False) -> None:
        """Fail with a line for each call that came out otherwise than expected.

        Args:
            outcomes: by the text of the call.
            or_refused: True if a call may be refused when the graph is built, as well.
        """
        wrong = [
            f"{call} -> {outcomes.get(call, 'nothing')}   (expected: {expected})"
            for call, expected in self.calls.items()
            if outcomes.get(call) != expected
            and not (or_refused and outcomes.get(call, "").startswith("refused: "))
        ]
        if wrong:
            pytest.fail("\n".join(wrong), pytrace=False)


def _as_data(call: str) -> str:
    """The text of a tuple (label, function, arguments)."""
    tree = ast.parse(call, mode="eval").body
    assert isinstance(tree, ast.Call)
    arguments = "".join(f"{ast.unparse(each)}, " for each in tree.args)
    return f"({call!r}, {ast.unparse(tree.func)}, ({arguments}))"


def outcomes(printed: str) -> dict[str, str]:
    """What a program printed, by the text of the call."""
    lines = [line.partition(" -> ") for line in printed.splitlines()]
    return {label: outcome for label, arrow, outcome in lines if arrow}
