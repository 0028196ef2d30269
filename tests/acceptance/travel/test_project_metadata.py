"""A project that is installed to be edited has its version and its plug-ins on workers."""

from __future__ import annotations

import json

import pytest

PACKAGE = {
    "src/measured/__init__.py": """\
from importlib.metadata import version

__version__ = version("measured")
""",
    "src/measured/core.py": """\
def version_of(x: int) -> str:
    import measured

    return measured.__version__


def by_plugins(x: int) -> int:
    from importlib.metadata import entry_points

    (found,) = entry_points(group="measured.plugins")
    return found.load()(x)
""",
    "src/measured/plugin.py": "def twice(x):\n    return 2 * x\n",
    "main.py": """\
import funsies as f
from measured import core

with f.Fun():
    steps = [f.reduce(core.version_of, 1), f.reduce(core.by_plugins, 1)]
    f.execute(*steps)
    f.wait_for(*steps)
    print([f.take(step) for step in steps])
""",
}
ABOUT = "Metadata-Version: 2.1\nName: measured\nVersion: 1.7\n"
PLUGINS = "[measured.plugins]\ntwice = measured.plugin:twice\n"


@pytest.mark.parametrize("way", ["by a link to it", "as setuptools leaves it"])
def test_the_version_and_plugins_of_the_project_are_on_workers(way, project) -> None:
    """``pip install --editable`` writes them beside libraries or beside the sources."""
    if way == "by a link to it":
        place = "site-packages/measured-1.7.dist-info"
        link = {"url": project.place.as_uri(), "dir_info": {"editable": True}}
        files = {f"{place}/METADATA": ABOUT, f"{place}/direct_url.json": json.dumps(link)}
    else:
        place = "src/measured.egg-info"
        files = {f"{place}/PKG-INFO": ABOUT, f"{place}/SOURCES.txt": "src/measured/core.py"}
    project.write_files({**PACKAGE, **files, f"{place}/entry_points.txt": PLUGINS})
    folders = [str(project.place / name) for name in ("site-packages", "src")]
    project.variables["PYTHONPATH"] = ":".join(folders)
    assert project.run("main.py").lines == ["['1.7', 2]"]
