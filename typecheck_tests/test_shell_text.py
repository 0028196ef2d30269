"""The text of shell commands against what steps declare: right steps pass, wrong ones do not.

The steps are in ``shell_text/right.toml`` and ``shell_text/wrong.toml``.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from funsies_mypy.configuration import Configuration
from funsies_mypy.shell_text import (
    NUMBER,
    UNKNOWN,
    Declared,
    Finding,
    findings,
    parser_version,
    words,
)
from funsies_mypy.shell_text.effects import Effects, effects_of
from typecheck_tests.test_cases import HERE
from typecheck_tests.test_runs import Project

pytestmark = pytest.mark.timeout(300)  # mypy reads all of funsies when it does so first


@dataclass
class Step:
    """A step of the data files; ``error`` or ``note`` is a part of what must be said."""

    run: str | list[str]
    inp: list[str] = field(default_factory=list)
    out: list[str] = field(default_factory=list)
    error: str | None = None
    note: str | None = None

    @property
    def commands(self) -> list[str]:
        """The texts, in order."""
        return [self.run] if isinstance(self.run, str) else self.run

    def findings(self) -> list[Finding]:
        """What is said of it."""
        return findings(self.commands, Declared(self.inp, self.out))


def steps(kind: str) -> list[Step]:
    found = tomllib.loads((HERE / "shell_text" / f"{kind}.toml").read_text())
    return [Step(**each) for each in found["step"]]


RIGHT, WRONG = steps("right"), steps("wrong")


def title(step: Step) -> str:
    return step.commands[0].strip().partition("\n")[0][:50]


def said(*commands: str, inp: list[str] | None = None, out: list[str] | None = None) -> str:
    found = findings(commands, Declared(inp, out))
    return "\n".join(f"{'error' if each.is_error else 'note'}: {each.text}" for each in found)


def test_the_parser_is_there_for_these_tests() -> None:
    assert parser_version() is not None, "pip install -e '.[dev]'"


def test_there_are_many_steps() -> None:
    assert len(RIGHT) >= 150
    assert len(WRONG) >= 45


def test_nothing_is_said_of_right_steps() -> None:
    found = {title(step): step.findings() for step in RIGHT}
    assert {name: each for name, each in found.items() if each} == {}


@pytest.mark.parametrize("step", WRONG, ids=title)
def test_wrong_steps_are_found(step: Step) -> None:
    wanted = step.error is not None, step.error or step.note or ""
    assert any(
        (each.is_error, True) == (wanted[0], wanted[1] in each.text) for each in step.findings()
    ), step.findings()


def closed() -> list[tuple[Step, Effects]]:
    found = [(step, effects_of(step.commands)) for step in (*RIGHT, *WRONG)]
    return [(step, each) for step, each in found if each and not each.writes_more]


def test_when_all_that_a_step_writes_is_known_bash_makes_no_other_file(tmp_path: Path) -> None:
    assert len(closed()) >= 50
    for number, (step, effects) in enumerate(closed()):
        place = tmp_path / str(number)
        place.mkdir()
        for name in step.inp:
            file = place / name / "x" if name.endswith("/") else place / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text("b 1\na 2\n")
        before = names_in(place)
        for command in step.commands:
            bash_of = ["bash", "-c", command]
            subprocess.run(
                bash_of, cwd=place, stdin=subprocess.DEVNULL, capture_output=True, check=False
            )
        made = names_in(place) - before - set(effects.writes) - set(effects.makes)
        made = {each for each in made if not each.startswith(tuple(effects.writes))}
        assert made == set(), step


def names_in(place: Path) -> set[str]:
    return {str(path.relative_to(place)) for path in place.rglob("*")}


@pytest.mark.parametrize(
    "command",
    [
        "awk '{print > \"b\"}' a",
        "awk '{print | \"sort > b\"}' a",
        "awk 'BEGIN {while ((getline x < \"b\") > 0) print x}'",
        "awk -f program a",
        "sed -n '/x/w b' a",
        "sed -n 's/x/y/w b' a",
        "sed -i s/x/y/ a",
        "sed -f script a",
        "cp -r a b",
        "cp -t d a",
        "tar xf a.tar",
        "tar -cf a.tar -C d .",
        "cd d; sort a > c",
        "eval 'sort a > b'",
        "source a",
        ". ./a",
        'f() { sort "$1" > "$2"; }; f a b',
        "sort a > $b",
        'sort a > "$(date +%F).txt"',
        "sort $options a",
        "sort --outp=b a",
        "read name; sort a > $name",
        "i=1; ((i++)); sort a > $i",
        "i=1; let i++; sort a > $i",
        'x=b; [ -n "$y" ] && x=c; sort a > $x',
        "flags='-o b'; sort $flags a",
        "if true; then x=a; fi; sort a > ${x}b",
        "xargs -I{} touch {}",
        "find . -exec touch b ;",
        'python3 -c \'open("b", "w")\'',
        "trap 'touch b' EXIT",
        "bash -c 'sort a > b'",
        "split a",
        f"sort {UNKNOWN} a > b",
    ],
)
def test_where_more_may_be_written_nothing_is_said_of_other_outputs(command: str) -> None:
    assert said(command, inp=["a", "a.tar", "program"], out=["other.txt"]) == ""


def test_what_is_not_bash_is_left_alone() -> None:
    assert said("print('x', file=open('b', 'w'))", inp=[], out=["b"]) == ""
    assert said("sort 'a > b", inp=[], out=["c"]) == ""


def test_names_that_are_not_known_are_left_alone() -> None:
    assert said("sort names.txt > b", inp=None, out=["b"]) == ""
    assert said("sort names.txt > b", inp=["names.txt"], out=None) == ""
    assert said("sort a > b", inp=None, out=["c"]) == ""


def test_a_number_in_a_text_is_one_word() -> None:
    made = 'error: No command makes the output "c"; the commands write "b"'
    assert said(f"head -n {NUMBER} a > b", inp=["a"], out=["c"]) == made
    assert said(f"sort a > b{NUMBER}", inp=["a"], out=["c"]) == ""
    assert said(f"sort a{NUMBER}.txt > b", inp=["a7.txt"], out=["b"]) == ""


def test_names_that_tell_files_of_a_kind_apart_are_no_slips() -> None:
    for name, written in {
        "run_2.csv": "run_1.csv",
        "group_b.csv": "group_a.csv",
        "chrY.vcf": "chrX.vcf",
        "mol.bai": "mol.bam",
        "job.opt": "job.out",
        "parser.h": "parser.c",
        "min.txt": "max.txt",
        "a.txt": "b.txt",
    }.items():
        assert said(f"prog > {written}", inp=[], out=[name]) == ""


@pytest.mark.parametrize(
    ("command", "name"),
    [
        ("prog -oresults.txt > result.txt", "results.txt"),
        ("prog O=results.txt > result.txt", "results.txt"),
        ("prog --prefix results > result.txt", "results.txt"),
        ("prog 'open(\"results.txt\")' > result.txt", "results.txt"),
        ("prog --out results/ > result/run.txt", "results/run.txt"),
        ("prog $x.txt > result.txt", "results.txt"),
        ("prog *.txt > result.txt", "results.txt"),
        ("prog . > result.txt", "results.txt"),
        ("prog my\\ results.txt > 'my result.txt'", "my results.txt"),
    ],
)
def test_a_name_that_is_mentioned_anyhow_is_no_slip(command: str, name: str) -> None:
    assert said(command, inp=[], out=[name]) == ""


def test_a_file_that_is_read_where_a_condition_allows_it_is_not_missed() -> None:
    assert said("if [ -f x ]; then cat x; fi", inp=[], out=[]) == ""
    assert said("[ -f x ] && cat x || true", inp=[], out=[]) == ""
    assert said("echo && sort < x", inp=[], out=[]) == ""
    assert said("test -f x || exit 0; sort < x", inp=[], out=[]).startswith("note")


def test_without_the_parser_nothing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "_parser", lambda: None)
    assert said("sort a > b", inp=["a"], out=["c"]) == ""


def test_the_cache_of_mypy_knows_which_parser_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    before = Configuration().fingerprint()
    monkeypatch.setattr("funsies_mypy.configuration.parser_version", lambda: None)
    assert Configuration().fingerprint() != before


PROGRAM = """\
import textwrap
from typing import Final

import funsies as f

TEXT: Final = "sort names.txt > sorted.txt"


def use(name: str, count: int, step: f.ShellOutput) -> None: ...


def steps(name: str, count: int) -> None:
    use(name, count, f.shell(TEXT, inp={"names.txt": "x"}, out=["sorted.tx"]))  # 1
    use(name, count, f.shell(f"head -n {count} a > b", inp={"a": "x"}, out=["c"]))  # 2
    use(name, count, f.shell(f"prog {name} > report.txt", out=["reprot.txt"]))  # 3
    use(name, count, f.shell(f"prog {name}", inp={"a": "x"}, out=["c"]))
    use(name, count, f.shell(textwrap.dedent("sort a > b"), inp={"a": "x"}, out=["c"]))  # 4
    use(name, count, f.shell("sort a " + "> b", inp={"a": "x"}, out=["c"]))  # 5
    use(name, count, f.shell("sort a > b", inp={"a": "x"}, out=["c"], interpreter="sh"))  # 6
    use(name, count, f.shell("a > b", out=["c"], interpreter=["python3", "-c"]))
    use(name, count, f.shell("sort a > b", inp={name: "x"}, out=["c"]))
    use(name, count, f.shell(*["sort a > b"], inp={"a": "x"}, out=["c"]))
    use(name, count, f.shell("sort < a > b", out=["b"]))  # 7
    use(name, count, f.shell("sort < a > b", out=["b"], check=False))
    use(name, count, f.shell("sort < a"))  # type: ignore[funsies-shell]
    use(name, count, f.shell("cat a"))  # type: ignore[funsies-shell]
    use(name, count, f.shell("cat b"))
"""


def test_mypy_reports_errors_and_notes_where_the_names_stand(
    begin_cache: Callable[..., Path], tmp_path: Path
) -> None:
    project = Project(begin_cache(tmp_path))
    project.write("steps.py", PROGRAM)
    lines = PROGRAM.splitlines()
    wrong = {number for number, line in enumerate(lines, 1) if line[-1:].isdigit()}
    reports = [report.split(":", 2) for report in project.mypy("steps.py")]
    assert {int(line) for _, line, text in reports if "error" in text} == wrong
    notes = [int(line) for _, line, text in reports if "note" in text]
    assert notes == [len(lines) - 3, len(lines)]


@pytest.mark.slow
def test_notes_alone_do_not_fail_a_check(shared_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "noted.py").write_text(
        'import funsies as f\n\nf.execute(f.shell("cat left.txt right.txt"))\n'
    )
    done = subprocess.run(
        [str(Path(sys.executable).with_name("funsies")), "check", "noted.py"],
        cwd=tmp_path,
        env={**os.environ, "XDG_CACHE_HOME": str(shared_folder / "cache")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert 'note: "left.txt" is read, but is no input file; name it in inp=' in done.stdout
