"""``funsies check``: what a user sees of right and wrong workflows, before anything runs."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from textwrap import dedent

import pytest

pytestmark = pytest.mark.timeout(300)  # mypy reads all of funsies the first time

SCRIPTS_OF_08 = Path(__file__).with_name("scripts_of_08")

RIGHT = """\
import funsies as f
def double(x: int) -> int:
    print("nothing runs")
    return 2 * x
with f.Fun():
    two = f.reduce(double, 1)
    f.execute(two)
    f.wait_for(two)
    print("the result is", f.take(two))
"""

WRONG_TYPE = """\
import funsies as f
def double(x: int) -> int:
    return 2 * x
f.execute(f.reduce(double, "text"))
"""

WRONG_AT_RUN_TIME = """\
import funsies as f
from typing import Any
def double(x: int) -> int:
    return 2 * x
given: Any = "text"
with f.Fun():
    f.execute(f.reduce(double, given))
"""


WITH_ARGUMENTS = """\
import argparse
import funsies as f
parser = argparse.ArgumentParser()
parser.add_argument("number", type=int)
with f.Fun():
    f.execute(f.put(parser.parse_args().number).map(lambda number: number + 1))
raise SystemExit(3)
"""


@pytest.fixture(autouse=True)
def cache(shell, shared_folder: Path) -> None:
    """One cache for all tests, and none of it in the home of who runs them."""
    shell.variables["XDG_CACHE_HOME"] = str(shared_folder / "cache")


def check(shell, *arguments: str):
    return shell.funsies("check", *arguments, within_seconds=200)


@pytest.mark.slow
def test_a_right_workflow_passes_and_nothing_of_it_runs(shell) -> None:
    done = check(shell, "--build", shell.script("right.py", RIGHT))
    assert done.code == 0
    assert "Success" in done.text
    assert "nothing runs" not in done.text
    assert "the result is" not in done.text
    assert "right.py: 1 step can be built" in done.err


UNRELATED = {"unreachable", "funsies-shell"}
"""A script of 0.8 has a command that does not make what it names, on purpose."""


def test_scripts_of_08_are_told_the_edits_that_types_know(shell) -> None:
    """And of nothing else it is said that it is wrong."""
    edited = {}
    for path in SCRIPTS_OF_08.glob("*.txt"):
        text = path.read_text()
        shell.script(f"{path.stem}.py", re.sub(r"  # now \(.*", "", text))
        edited |= {
            (path.stem, number): match[1]
            for number, line in enumerate(text.splitlines(), 1)
            if (match := re.search(r"# now \((.*?)\)", line))
        }
    done = check(shell, "--json", ".")
    found = {
        (each["path"].removesuffix(".py"), each["line"]): (
            each["hint"] or "any more; " in each["message"]
        )
        for each in map(json.loads, done.out.splitlines())
        if each["code"] not in UNRELATED or each["hint"]
    }
    assert found.keys() <= edited.keys()
    hinted = {edited[place] for place, hints in found.items() if hints}
    always = {"connection", "get", "imports", "timeout"}
    assert hinted == always | {"match", "result", "server"}
    assert {place for place, edit in edited.items() if edit in always} <= found.keys()


def test_a_wrong_type_is_shown_with_its_line_and_fails(shell) -> None:
    done = check(shell, shell.script("wrong.py", WRONG_TYPE))
    assert done.code == 1
    assert "wrong.py:4:28: error:" in done.text
    assert "[funsies-arg]" in done.text
    assert '    f.execute(f.reduce(double, "text"))\n' in done.text
    assert f"\n    {' ' * 27}^\n" in done.text


@pytest.mark.slow
def test_what_types_do_not_say_is_found_by_building(shell) -> None:
    script = shell.script("wrong.py", WRONG_AT_RUN_TIME)
    assert check(shell, script).code == 0
    done = check(shell, "--build", script)
    assert done.code == 1
    assert "WiringError" in done.err
    assert 'File "' in done.err


def test_a_script_that_python_cannot_read_fails(shell) -> None:
    done = check(shell, shell.script("broken.py", "import funsies as f\nf.reduce(\n"))
    assert done.code == 1
    assert "broken.py:" in done.text


def test_without_mypy_it_says_what_to_install(shell) -> None:
    hidden = "import sys; sys.modules['mypy'] = None\n"
    (shell.place / "sitecustomize.py").write_text(hidden)
    shell.variables["PYTHONPATH"] = str(shell.place)
    done = check(shell, shell.script("right.py", RIGHT))
    assert done.code == 2
    assert "pip install 'funsies[mypy]'" in done.err


@pytest.mark.slow
def test_scripts_of_the_same_name_are_checked_each_with_what_stands_beside_it(shell) -> None:
    for place, kind in (("a", "int"), ("b", "str")):
        (shell.place / place).mkdir()
        shell.script(f"{place}/helper.py", f"def same(x: {kind}) -> {kind}:\n    return x\n")
        shell.script(
            f"{place}/run.py",
            "import funsies as f\nimport helper\nf.execute(f.reduce(helper.same, 3))\n",
        )
    done = check(shell, "a/run.py", "b/run.py")
    assert done.code == 1
    assert "a/run.py" not in done.text
    assert 'b/run.py:3:33: error: Argument 2 to "reduce" has type "int"' in done.text
    assert "Found 1 error in 1 file (checked 2 source files)" in done.text
    assert check(shell, ".").text == done.text.replace("checked 2", "checked 4")


def test_a_directory_without_scripts_is_no_success(shell) -> None:
    (shell.place / "empty").mkdir()
    done = check(shell, "empty")
    assert done.code == 2
    assert "there is no Python file in empty" in done.err


def test_what_is_wrong_can_be_read_by_programs(shell) -> None:
    done = check(shell, "--json", shell.script("wrong.py", WRONG_TYPE))
    assert done.code == 1
    (line,) = done.text.splitlines()
    found = json.loads(line)
    message, end_column = found.pop("message"), found.pop("end_column")
    assert end_column > 28
    assert message.startswith('Argument 2 to "reduce" has type "str"')
    assert found == {
        "path": "wrong.py",
        "line": 4,
        "column": 28,
        "end_line": 4,
        "severity": "error",
        "code": "funsies-arg",
        "hint": None,
    }
    assert check(shell, "--json", shell.script("right.py", RIGHT)).text == ""


def test_building_gives_a_script_its_arguments(shell) -> None:
    script = shell.script("script.py", WITH_ARGUMENTS)
    refused = check(shell, "--build", script)
    assert refused.code == 1
    assert "the following arguments are required: number" in refused.err
    assert "--arguments gives it what it needs" in refused.err
    done = check(shell, "--build", "--arguments", "3", script)
    assert done.code == 0
    assert "script.py: 1 step can be built" in done.err


def test_a_script_that_fails_by_itself_is_told_of(shell) -> None:
    script = shell.script(
        "script.py", "import funsies as f\nwith f.Fun():\n    raise SystemExit(3)\n"
    )
    done = check(shell, "--build", script)
    assert done.code == 1
    assert "script.py: it ended with exit code 3, after building 0 steps" in done.err


def test_checking_leaves_nothing_behind_in_the_directory(shell) -> None:
    check(shell, shell.script("right.py", RIGHT))
    assert [each.name for each in shell.place.iterdir()] == ["right.py"]


def places(done) -> list[tuple[str, int, str]]:
    """Where something is wrong, and what kind of thing."""
    found = [json.loads(line) for line in done.out.splitlines()]
    return sorted((each["path"], each["line"], each["code"]) for each in found)


def test_an_import_of_what_does_not_exist_is_an_error_and_one_without_types_is_none(
    shell,
) -> None:
    package = shell.place / ".installed" / "untyped_library"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "plotting.py").write_text("def draw(): pass\n")
    shell.variables["PYTHONPATH"] = str(package.parent)
    text = """\
        import funsies as f
        import yaml_that_is_not_there
        import untyped_library
        import untyped_library.plotting
        import untyped_library.ploting
        from funsies import no_such_name
        try:
            import cupy_that_is_not_there
        except ImportError:
            cupy_that_is_not_there = None
        """
    done = check(shell, shell.script("imports.py", dedent(text)))
    assert done.code == 1
    lines = [int(each) for each in re.findall(r"imports\.py:(\d+):", done.text)]
    assert lines == [2, 5, 6]
    assert 'Did you mean "untyped_library.plotting"?' in done.text
    assert "it is not beside the script, not in src/, and not installed here" in done.text


CONFIGURATIONS = {
    "pyproject.toml": """\
        [tool.mypy]
        disallow_untyped_defs = true
        ignore_missing_imports = true
        mypy_path = "$MYPY_CONFIG_FILE_DIR/stubs"
        plugins = ["tools/own.py"]
        exclude = ["^old/"]
        [[tool.mypy.overrides]]
        module = "only_workers_have_it.*"
        ignore_missing_imports = true
        """,
    "mypy.ini": """\
        [mypy]
        disallow_untyped_defs = True
        ignore_missing_imports = True
        mypy_path = stubs
        plugins = tools/own.py
        exclude = ^old/
        [mypy-only_workers_have_it.*]
        ignore_missing_imports = True
        """,
}
OWN_PLUGIN = """\
from mypy.plugin import Plugin
class Own(Plugin):
    def get_function_hook(self, fullname: str):
        return self.say if fullname == "numbers_of.three" else None
    def say(self, context):
        context.api.fail("said by the plugin of the project", context.context)
        return context.default_return_type
def plugin(version: str):
    return Own
"""


@pytest.mark.parametrize(
    "name", ["pyproject.toml", pytest.param("mypy.ini", marks=pytest.mark.slow)]
)
def test_the_configuration_of_a_project_holds_and_the_plugin_is_added(shell, name: str) -> None:
    """Also of one with a ``src`` directory, and from below its root."""
    files = {
        name: dedent(CONFIGURATIONS[name]),
        "tools/own.py": OWN_PLUGIN,
        "stubs/numbers_of.pyi": "def three() -> int: ...\n",
        "src/mol/__init__.py": "",
        "src/mol/core.py": "def size(x: str) -> int:\n    return len(x)\n",
        "old/run.py": "x: int = ''\n",
        "scripts/run.py": """\
            import only_workers_have_it.sub
            import not_there_at_all
            import funsies as f
            from mol.core import size
            from numbers_of import three
            def untyped(x):
                return x
            f.execute(f.reduce(size, 3))
            three()
            """,
    }
    for path, text in files.items():
        (shell.place / path).parent.mkdir(parents=True, exist_ok=True)
        shell.script(path, dedent(text))
    expected = [(2, "import-not-found"), (6, "no-untyped-def"), (8, "funsies-arg"), (9, "misc")]
    done = check(shell, "--json", ".")
    found = [each for each in places(done) if each[0].startswith(("scripts", "old"))]
    assert found == [("scripts/run.py", *each) for each in expected]
    user = shell.elsewhere(shell.place / "scripts")
    user.variables |= shell.variables
    assert places(check(user, "--json", "run.py")) == [("run.py", *each) for each in expected]


@pytest.mark.slow
def test_a_condition_that_is_always_true_is_an_error_unless_the_user_says_that_it_is_none(
    shell,
) -> None:
    text = "class Point: ...\nif Point():\n    print()\n"
    done = check(shell, "--json", shell.script("run.py", text))
    assert places(done) == [("run.py", 2, "truthy-bool")]
    shell.script("mypy.ini", "[mypy]\ndisable_error_code = truthy-bool\n")
    assert check(shell, "run.py").code == 0


def test_a_configuration_that_cannot_be_read_is_named(shell) -> None:
    shell.script("pyproject.toml", "[tool.mypy]\nstrict = tru\n")
    done = check(shell, shell.script("right.py", RIGHT))
    assert done.code == 2
    assert "pyproject.toml cannot be read: " in done.err


@pytest.mark.slow
def test_a_file_that_is_no_python_does_not_hide_the_others(shell) -> None:
    shell.script("broken.py", "import funsies as f\nf.reduce(\n")
    shell.script("spaces.py", "if True:\n    x = 1\n  y = 2\n")
    (shell.place / "latin.py").write_bytes(b"x = '\xe9'\n")
    shell.script("wrong.py", "from broken import anything\nimport latin\n" + WRONG_TYPE)
    done = check(shell, "--json", ".")
    assert done.code == 1
    assert {(path, code) for path, _, code in places(done)} == {
        ("broken.py", "syntax"),
        ("spaces.py", "syntax"),
        ("latin.py", "syntax"),
        ("wrong.py", "funsies-arg"),
    }
    assert "checked 4 source files" in check(shell, ".").text


@pytest.mark.slow
def test_equal_files_in_two_directories_are_not_mixed_up(shell) -> None:
    for place in ("one", "two"):
        (shell.place / place).mkdir()
        done = check(shell, "--json", shell.script(f"{place}/run.py", WRONG_TYPE))
        assert places(done) == [(f"{place}/run.py", 4, "funsies-arg")]
    (shell.place / "one" / "run.py").unlink()
    assert {path for path, _, _ in places(check(shell, "--json", "."))} == {"two/run.py"}


@pytest.mark.slow
def test_an_edit_within_a_second_that_changes_no_size_is_seen(shell) -> None:
    script = shell.place / "run.py"
    for text, code in (("x: int = 33\n", 0), ("x: int = ''\n", 1)):
        script.write_text(text)
        os.utime(script, ns=(0, 10**18 + code))
        assert check(shell, "run.py").code == code


@pytest.mark.slow
def test_packages_without_an_init_file_are_packages_for_those_who_import_them_so(shell) -> None:
    (shell.place / "steps").mkdir()
    shell.script("steps/first.py", "def size(x: str) -> int:\n    return len(x)\n")
    shell.script(
        "steps/second.py",
        "import funsies as f\nfrom steps import first\nf.execute(f.reduce(first.size, 3))\n",
    )
    assert places(check(shell, "--json")) == [("steps/second.py", 3, "funsies-arg")]


def test_an_environment_in_the_directory_is_not_checked(shell) -> None:
    environment = shell.place / "env" / "bin"
    environment.mkdir(parents=True)
    (environment.parent / "pyvenv.cfg").write_text("")
    shell.script("env/bin/activate_this.py", "x: int = ''\n")
    shell.script("right.py", RIGHT)
    assert "checked" not in check(shell, ".").text
    assert "in 1 source file" in check(shell, ".").text


def test_what_was_built_to_be_installed_is_not_checked_once_more(shell) -> None:
    (shell.place / "build" / "lib" / "pipe").mkdir(parents=True)
    shell.script("pyproject.toml", "[project]\nname = 'pipe'\n")
    shell.script("build/lib/pipe/steps.py", "x: int = ''\n")
    shell.script("right.py", RIGHT)
    assert "in 1 source file" in check(shell, ".").text


def test_a_notebook_is_named_with_what_to_do(shell) -> None:
    done = check(shell, shell.script("notes.ipynb", "{}"))
    assert done.code == 2
    assert "notes.ipynb is a notebook" in done.err
    assert "jupyter nbconvert --to script notes.ipynb" in done.err


@pytest.mark.slow
def test_a_module_of_the_user_named_as_one_that_mypy_imports_does_no_harm(shell) -> None:
    shell.script("json.py", "raise SystemExit('this is not the json of Python')\n")
    assert check(shell, shell.script("right.py", RIGHT)).code == 0


@pytest.mark.slow
def test_it_checks_again_when_a_file_changes_and_ends_by_ctrl_c(shell) -> None:
    shell.script("run.py", RIGHT)
    watching = shell.launch("check", "--watch", "--json", "run.py")
    rounds = (json.loads(line) for line in watching.stdout)
    try:
        assert next(rounds)["round"]["exit_code"] == 0
        shell.script("run.py", WRONG_TYPE)
        assert next(rounds)["code"] == "funsies-arg"
        assert next(rounds)["round"]["exit_code"] == 1
        shell.script("mypy.ini", "[mypy]\ndisable_error_code = funsies-arg\n")
        assert next(rounds)["round"]["exit_code"] == 0
    finally:
        shell.interrupt(watching)
        _, err = watching.communicate(timeout=60)
    assert watching.returncode == 130
    assert "Traceback" not in err
