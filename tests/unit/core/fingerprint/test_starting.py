"""The same code has the same fingerprint, however and wherever it is started."""

import sys
import zipfile

import pytest

SHOW = (
    "from funsies.core.fingerprint import fingerprint\nprint(fingerprint(task).digest.hex())\n"
)

LIB = """
from dataclasses import dataclass
NAMES = {"a", "b", "c", "d"}
@dataclass
class Box:
    size: int = 3
    def double(self): return self.size * 2
def helper(x): return x, NAMES, Box().double()
"""

WORK = f"""
from lib import helper
KINDS = frozenset({{"x", "y", "z"}})
def task(x):
    key = lambda each: (each in KINDS, each in {{"p", "q", "r"}})
    return sorted([x, helper(x)], key=key)
if __name__ == "__main__":
    {SHOW.replace(chr(10), chr(10) + "    ")}
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "lib.py").write_text(LIB)
    (tmp_path / "work.py").write_text(WORK)
    return tmp_path


def test_hash_seed_and_directory_do_not_matter(folder, run, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "lib.py").write_text(LIB)
    (elsewhere / "work.py").write_text("# moved\n" + WORK)
    seen = {
        run("work.py", cwd=folder, seed="1"),
        run("work.py", cwd=folder, seed="2"),
        run(str(elsewhere / "work.py"), cwd=folder, seed="3"),
    }
    assert len(seen) == 1


def test_script_module_import_and_zip_agree(folder, run):
    with zipfile.ZipFile(folder / "app.zip", "w") as archive:
        archive.writestr("lib.py", LIB)
        archive.writestr("work.py", WORK)
    imported = f"from work import task\n{SHOW}"
    seen = {
        run("work.py", cwd=folder),
        run("-m", "work", cwd=folder),
        run("-c", imported, cwd=folder),
        run("-c", f"import sys; sys.path.insert(0, 'app.zip')\n{imported}", cwd=folder),
        run("-O", "work.py", cwd=folder),
    }
    assert len(seen) == 1


def test_code_without_source_is_known_by_its_bytecode(folder, run):
    """From -c, stdin and exec: stable, and never the same for another function."""
    typed = f"from lib import helper\ndef task(x): return helper(x) + 1\n{SHOW}"
    executed = f"from lib import helper\nexec('def task(x): return helper(x) + 1')\n{SHOW}"
    ways = [(("-c", typed), ""), (("-",), typed), (("-c", executed), "")]
    for arguments, stdin in ways:
        first, second = (run(*arguments, cwd=folder, seed=seed, stdin=stdin) for seed in "12")
        changed = [each.replace("+ 1", "+ 2") for each in arguments]
        other = run(*changed, cwd=folder, stdin=stdin.replace("+ 1", "+ 2"))
        assert first == second != other


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX paths")
def test_compiled_files_without_source_work(folder, run):
    run("-m", "compileall", "-q", "-b", ".", cwd=folder)
    (folder / "lib.py").unlink()
    (folder / "work.py").unlink()
    assert len(run("-c", f"from work import task\n{SHOW}", cwd=folder)) == 64
