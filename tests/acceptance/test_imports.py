"""What programs and commands do not import: most of the time of a short one goes there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = """\
import funsies as f

@f.task
def square(number: int) -> int:
    return number * number

with f.Fun():
    total = f.reduce(sum, f.gather([square(2), square(3)]))
    f.execute(total)
    f.wait_for(total)
    print(f.take(total))
"""

TELLING = """\
import json, sys
from pathlib import Path
{code}
Path("modules").write_text(json.dumps(sorted(sys.modules)))
"""

LIBRARIES = (
    "chevron",
    "cloudpickle",
    "hiredis",
    "jinja2",
    "msgspec",
    "redis",
    "returns",
    "rich",
)
"""What funsies is built on, besides Click and RQ."""

RUNS_STEPS = ("funsies.engine.drain", "funsies.run.evaluate", "funsies.client.local_run")


def modules_after(code: str, place: Path) -> set[str]:
    """The modules that a process has at the end of some code."""
    environment = {name: os.environ[name] for name in ("HOME", "PATH") if name in os.environ}
    done = subprocess.run(
        [sys.executable, "-c", TELLING.format(code=code)],
        cwd=place,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return set(json.loads((place / "modules").read_text()))


def command(*arguments: str) -> str:
    return f"from funsies.cli.main import main\nassert main({[*arguments]!r}) == 0"


def test_import_funsies_imports_no_library_and_only_names(tmp_path: Path):
    modules = modules_after("import funsies", tmp_path)
    heavy = {*LIBRARIES, "rq", "click", "asyncio", "logging", "inspect"}
    assert set() == modules & heavy
    ours = {name for name in modules if name.startswith("funsies")}
    assert ours == {"funsies", "funsies.core", "funsies.core.collector"}


def test_help_imports_no_command_and_no_library_but_click(tmp_path: Path):
    modules = modules_after(command("--help"), tmp_path)
    assert set() == modules & {*LIBRARIES, "rq", "asyncio", "funsies.client", "funsies.store"}


def test_a_program_that_leaves_steps_to_workers_does_not_import_what_runs_them(tmp_path: Path):
    code = "import funsies as f\n[getattr(f, name) for name in f.__all__]"
    modules = modules_after(code, tmp_path)
    assert set() == modules & {"rq", "rich", "jinja2", "click", *RUNS_STEPS}


@pytest.mark.slow
def test_a_run_of_what_is_there_imports_nothing_to_run_or_to_explain_it(tmp_path: Path):
    (tmp_path / "script.py").write_text(SCRIPT)
    first = "from funsies.cli.main import main\n"
    modules_after(f"{first}main(['run', 'script.py', '--workers', '1'])", tmp_path)
    try:
        modules = modules_after(command("run", "script.py"), tmp_path)
    finally:
        modules_after(command("shutdown", "--all"), tmp_path)
    unused = {"rq", "rich.console", "jinja2", "chevron", "multiprocessing", *RUNS_STEPS}
    assert set() == modules & unused
    assert set() == {name for name in modules if name.startswith("funsies.history.why")}


def test_modules_beside_a_script_do_not_stand_in_for_what_draws(tmp_path: Path):
    flow = tmp_path / "flow"
    flow.mkdir()
    (flow / "script.py").write_text(SCRIPT)
    for name in ("rich", "colorsys"):
        (flow / f"{name}.py").write_text("raise RuntimeError")
    try:
        modules = modules_after(command("run", "flow/script.py", "--workers", "1"), tmp_path)
    finally:
        modules_after(command("shutdown", "--all"), tmp_path)
    assert "rich.console" in modules


def test_status_imports_nothing_to_run_steps_or_to_draw_pages(tmp_path: Path):
    code = "import funsies.cli.main, funsies.cli.status"
    modules = modules_after(code, tmp_path)
    assert set() == modules & {"jinja2", "chevron", "starlette", *RUNS_STEPS}
