"""``[tool.funsies]`` of a project: read where the program runs, and nowhere else."""

from __future__ import annotations

import sys
import sysconfig
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from funsies.core.errors import OptionError
from funsies.core.fingerprint.project import is_project_file

_SCRIPTS: Final = sysconfig.get_path("scripts")


def setting(name: str) -> tuple[Path, Any]:
    """What the nearest ``pyproject.toml`` says under a name.

    It is looked for from the directory of the program upwards, and read once.

    Returns:
        The file, and the value; None in the place of the value if it says nothing.

    Raises:
        OptionError: if the file cannot be read.
    """
    file, table = _settings_above(_directory_of_the_program())
    if not isinstance(table, Mapping):
        raise OptionError(f"{file}: [tool.funsies] must be a table, not {table!r}")
    return file, table.get(name)


def frozen_modules() -> tuple[str, ...]:
    """Names of modules whose values travel, since workers cannot import them.

    Raises:
        OptionError: if the project says what has no meaning.
    """
    file, names = setting("frozen")
    if names is None:
        return ()
    if not isinstance(names, list) or not all(isinstance(each, str) for each in names):
        raise OptionError(
            f"{file}: frozen in [tool.funsies] must be a list of names of modules, such as "
            f'["settings"], not {names!r}'
        )
    return tuple(names)


def _directory_of_the_program() -> Path:
    """Where the script is that runs; the current directory if an installed program runs."""
    script = getattr(sys.modules.get("__main__"), "__file__", None)
    if isinstance(script, str) and not script.startswith("<") and is_project_file(script):
        directory = Path(script).absolute().parent
        if str(directory) != _SCRIPTS:
            return directory
    try:
        return Path.cwd()
    except OSError:  # it was removed, and so says nothing
        return Path("/")


@cache
def _settings_above(directory: Path) -> tuple[Path, Any]:
    for folder in (directory, *directory.parents):
        file = folder / "pyproject.toml"
        if file.is_file():
            return file, _read(file)
    return directory / "pyproject.toml", {}


def _read(file: Path) -> Any:
    try:
        text = file.read_text(encoding="utf-8")
        if "funsies" not in text:
            return {}
        import tomllib  # noqa: PLC0415 (takes 3 ms, and most projects do not need it)

        return tomllib.loads(text).get("tool", {}).get("funsies", {})
    except (OSError, ValueError) as problem:
        raise OptionError(
            f"{file} cannot be read ({problem}), so what it says for funsies is not known. "
            "Correct the file"
        ) from problem
