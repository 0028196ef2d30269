"""Codecs of a project's own: workers use them, and their code counts."""

from __future__ import annotations

GRIDS = """
import funsies as f

class Grid:
    def __init__(self, size: int) -> None:
        self.size = size

def write(grid: Grid) -> bytes:
    return str(grid.size).encode()

def read(data: bytes) -> Grid:
    return Grid(int(data))

f.register_codec("grid", Grid, write, read)
"""

SCRIPT = """
import funsies as f
from grids import Grid

@f.task
def area(grid: Grid) -> int:
    return grid.size**2

def build(size: int) -> f.Artefact[int]:
    return area(Grid(size))

with f.Fun():
    built = f.put(3).bind(build)
    f.execute(built).wait()
    print(f.take(built), f.take(area(Grid(3))))
"""


def test_what_a_worker_builds_is_what_the_script_would_build(shell) -> None:
    """The second value was never asked for: it is that of the step that the first built."""
    shell.script("grids.py", GRIDS)
    done = shell.funsies("run", shell.script("areas.py", SCRIPT))
    assert done.text == "9 9\n", done.err


def test_a_new_codec_of_the_same_name_computes_anew(shell) -> None:
    shell.script("grids.py", GRIDS)
    script = shell.script("areas.py", SCRIPT)
    shell.funsies("run", script)
    shell.script("grids.py", GRIDS.replace("Grid(int(data))", "Grid(10 * int(data))"))
    done = shell.funsies("run", script)
    assert done.text == "900 900\n", done.err


NOTES = """
import funsies as f

class Grid:
    pass

f.register_codec("grid", Grid, lambda grid: b"\\xff\\x00", lambda data: Grid())

with f.Fun():
    grid = f.reduce(lambda: Grid(), out=Grid)
    f.execute(grid).wait()
    print(grid.hash[:10])
"""


def test_a_terminal_is_told_whose_bytes_these_are(shell) -> None:
    """Nobody's code is run to show them; a pipe gets them."""
    name = shell.funsies("run", shell.script("notes.py", NOTES)).text.strip()
    code, shown = shell.on_terminal("cat", name)
    assert code == 0
    assert shown.startswith(
        "written by the codec 'grid': f.take(f.get(its hash)) reads it in a"
    )
    assert shell.funsies("cat", name).out == b"\xff\x00"
