"""The page of error codes is true: each wrong program has its error, each right one none."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from funsies_mypy import codes
from typecheck_tests.test_cases import ROOT
from typecheck_tests.test_runs import Project

PAGE = (ROOT / "docs" / "error-codes.md").read_text(encoding="utf-8")
PROGRAM = re.compile(r"```python\n(# (\w+)\.py\n.*?)```", re.DOTALL)
SECTION = re.compile(r"^## (funsies-[a-z]+)$", re.MULTILINE)
CODES = sorted(
    code.code for name, code in vars(codes).items() if name.isupper() and name[0] != "_"
)


def test_every_code_has_a_section() -> None:
    assert sorted(SECTION.findall(PAGE)) == CODES


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    project = Project(tmp_path_factory.mktemp("codes"))
    project.write("pyproject.toml", '[tool.funsies]\nqueues = ["default", "gpu"]\n')
    names = []
    for program, name in PROGRAM.findall(PAGE):
        project.write(f"{name}.py", program)
        names.append(f"{name}.py")
    return project.mypy(*names)


@pytest.mark.slow
@pytest.mark.parametrize("code", [code for code in CODES if code != "funsies-internal"])
@pytest.mark.timeout(300)
def test_the_wrong_program_has_this_error_and_the_right_one_none(
    code: str, reports: list[str]
) -> None:
    topic = code.removeprefix("funsies-")
    wrong = [line for line in reports if line.startswith(f"wrong_{topic}.py")]
    assert wrong
    assert all(line.endswith(f"[{code}]") for line in wrong)
    assert not [line for line in reports if line.startswith(f"right_{topic}.py")]


def test_the_page_on_types_names_the_page_on_codes() -> None:
    assert "(error-codes.md)" in Path(ROOT / "docs" / "typing.md").read_text(encoding="utf-8")
