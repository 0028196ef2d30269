"""No program, however odd or half-written, ends mypy or makes a check of the plugin fail."""

from __future__ import annotations

import ast
import random
import subprocess
import sys
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest
from typing_extensions import override

from typecheck_tests.test_cases import HERE, ROOT

CASES = sorted((HERE / "cases_with_plugin").glob("*.py"))
ODD_PROGRAMS_A_CASE = 12

HALF_WRITTEN = [
    "f.reduce(",
    "f.reduce()",
    "f.shell(inp={**x}, out=[*y])",
    "@f.task\ndef f(): ...",
    "@f.task\nclass A: ...",
    "f.task(name='a')(lambda: 1)",
    "f.put()",
    "f.template()",
    "f.template('{{', {})",
    "f.map_each(1)",
    "f.dynamic.sac()",
    "f.reduce(lambda *a, **k: a, *f.put([1]))",
    "f.reduce(f.reduce, f.reduce)",
    "@f.task\n@f.task\ndef g(x: int) -> int: return x\ng(g(1))",
    "def g(x: 'g') -> 'g': ...\nf.reduce(g, 1)",
    "f.shell('a').out[",
    "f.shell('a', out=f).out['a'].map().bind()",
    "f.put(1).map(lambda: f.put(1).map)",
    "'{}'.format(*[f.put(1)], **{'a': f.put(2)})",
    "str(f.put, f.put(1), *f)",
    "f.reduce(len, *(f.put(1), *f.put(2)), **{})",
    "def g(*a: *tuple[int, *tuple[f.Artefact[int], ...]]) -> None:\n    f.reduce(max, *a)",
    "if f.put(1) or (x := f.put(2)) == 1 != x: del x\nwhile not f.put: ...",
    "def g(a: f.Artefact, a: f.Artefact) -> None:\n    if a: f.take(a)",
    "match f.put(1):\n    case x if x: f.take(x)\n    case [*y] if y: ...",
    "'%s %(a)s' % (f.put(1), {**{}, 'a': *f.put(1)})",
    "f.parametric.commit('a', dict(), {1: f.put(1)})\nf.parametric.recall('a', {})['b'][0]",
    "f.parametric.commit('a', {'b': c})\nf.parametric.recall('a', {'b': 1, **d})[:]",
    "type T = list[T]\ndef g(t: T) -> T: ...\nf.reduce(g, f.put(t))",
    "T = list['T']\n@f.task\ndef g(t: T, *u: T, **v: f.Artefact[T]) -> T: ...\ng([], [[]])",
    "a, *b = f.shell('a', 'b').stdouts\nf.shell().stdouts[0]\nf.shell(*[1]).stderrs[9]",
    "f.execute(f, *f, **f)\nf.execute([[[f.put]]])",
    "x: f.Artefact[int] = y = f.put(1)\nif x: global x",
    "class T(f.Task[int, str]): ...\nT()(1)",
    "def h(t: f.Task, u: 'f.Task[..., int]') -> None:\n    t(1); u(a=f.put(1))",
]


class Spoiler(ast.NodeTransformer):
    """Spoils a program: parts are left out, or replaced by parts of other programs."""

    def __init__(self, chance: random.Random, parts: list[ast.expr]) -> None:
        self.chance = chance
        self.parts = parts

    @override
    def generic_visit(self, node: ast.AST) -> ast.AST:
        if isinstance(node, ast.JoinedStr):
            return node
        super().generic_visit(node)
        if isinstance(node, ast.expr) and self.chance.random() < 0.04:
            context = getattr(node, "ctx", None)
            if context is None or isinstance(context, ast.Load):
                return self.chance.choice(self.parts)
        if isinstance(node, ast.Call):
            self._spoil_call(node)
        elif isinstance(node, ast.FunctionDef):
            self._spoil_function(node)
        elif isinstance(node, (ast.If, ast.While, ast.Assert, ast.IfExp)):
            self._spoil_condition(node)
        return node

    def _spoil_condition(self, node: ast.If | ast.While | ast.Assert | ast.IfExp) -> None:
        part = self.chance.choice(self.parts)
        if self.chance.random() < 0.2:
            node.test = ast.BoolOp(ast.Or(), [node.test, part])
        elif self.chance.random() < 0.2:
            node.test = ast.Compare(node.test, [ast.Eq(), ast.In()], [part, part])
        elif self.chance.random() < 0.2:
            node.test = ast.NamedExpr(ast.Name("spoilt", ast.Store()), node.test)

    def _spoil_call(self, node: ast.Call) -> None:
        if self.chance.random() < 0.1:
            node.args = node.args[:-1]
        if self.chance.random() < 0.1:
            node.args.append(ast.Starred(self.chance.choice(self.parts)))
        if self.chance.random() < 0.1:
            node.keywords.append(ast.keyword(None, self.chance.choice(self.parts)))
        if self.chance.random() < 0.05:
            node.keywords = [*node.keywords, ast.keyword("strict", ast.Name("undefined"))]

    def _spoil_function(self, node: ast.FunctionDef) -> None:
        if self.chance.random() < 0.2:
            node.returns = None
        for argument in node.args.args:
            if self.chance.random() < 0.1:
                argument.annotation = self.chance.choice(self.parts)
        if self.chance.random() < 0.2:
            node.decorator_list.append(ast.parse("f.task(strict=False)", mode="eval").body)


def odd_programs(chance: random.Random) -> list[str]:
    texts = [case.read_text() for case in CASES]
    parts = [
        node
        for text in texts
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.expr) and not hasattr(node, "ctx")
    ]
    programs: list[str] = []
    for text in texts * ODD_PROGRAMS_A_CASE:
        tree = ast.parse(text)
        Spoiler(chance, parts).visit(tree)
        if chance.random() < 0.3:
            del tree.body[chance.randrange(len(tree.body))]
        program = ast.unparse(ast.fix_missing_locations(tree))
        if _is_valid(program):
            programs.append(program)
    return programs


def _is_valid(program: str) -> bool:
    """True if Python can read it: mypy looks no further than syntax errors."""
    try:
        with warnings.catch_warnings(action="ignore"):
            compile(program, "odd", "exec", dont_inherit=True)
    except SyntaxError:
        return False
    return True


@pytest.fixture
def place(begin_cache: Callable[..., Path], tmp_path: Path) -> Path:
    """A directory for programs, and a cache of mypy."""
    return begin_cache(tmp_path)


def run(place: Path, *arguments: str) -> str:
    (place / "mypy.ini").write_text("[mypy]\nstrict = true\nplugins = funsies_mypy\n")
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--show-traceback", "--cache-dir", "cache", *arguments],
        cwd=place,
        env={"MYPYPATH": str(ROOT), "PYTHONPATH": str(ROOT), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout + done.stderr


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", [1, 13])
def test_odd_programs_are_checked_to_the_end(seed: int, place: Path) -> None:
    programs = odd_programs(random.Random(seed))  # noqa: S311 - the same programs each time
    for number, program in enumerate(programs):
        (place / f"odd_{number}.py").write_text(program)
    files = {f"odd_{number}.py" for number in range(len(programs))}
    output = run(place, *sorted(files))
    while "errors prevented further checking" in output:  # of files that mypy cannot even read
        files -= {line.partition(":")[0] for line in output.splitlines()}
        output = run(place, *sorted(files))
    assert len(files) > 50
    assert "INTERNAL ERROR" not in output, output[-4000:]
    failures = [line for line in output.splitlines() if "funsies-internal" in line]
    assert failures == []
    assert f"(checked {len(files)} source files)" in output


@pytest.mark.timeout(600)
@pytest.mark.parametrize("is_valid", [True, False])
def test_half_written_code_is_reported_not_crashed_on(is_valid: bool, place: Path) -> None:
    """What is no Python is read apart: mypy looks no further than the first such file."""
    programs = [f"import funsies as f\n{program}\n" for program in HALF_WRITTEN]
    programs = [program for program in programs if _is_valid(program) is is_valid]
    files = [f"half_{number}.py" for number in range(len(programs))]
    for file, program in zip(files, programs, strict=True):
        (place / file).write_text(program)
    output = run(place, *files)
    assert "INTERNAL ERROR" not in output, output
    assert "funsies-internal" not in output
    checked = f"checked {len(files)} source files" if is_valid else "errors prevented further"
    assert checked in output, output
