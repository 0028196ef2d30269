"""``[tool.funsies.libraries]``: what of a library counts, where the project says it itself."""

from __future__ import annotations

import sys
import sysconfig
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from funsies.core.errors import OptionError
from funsies.core.fingerprint.distributions import normalised
from funsies.core.fingerprint.project import is_project_file

NAME: Final = "name"
VERSION: Final = "version"
CONTENT: Final = "content"
RULES: Final = (NAME, VERSION, CONTENT)
TABLE: Final = "[tool.funsies.libraries]"
_SCRIPTS: Final = sysconfig.get_path("scripts")


def rules_of_the_project() -> Mapping[str, str]:
    """What the nearest ``pyproject.toml`` says: normalised name of a library -> rule.

    It is looked for from the directory of the program upwards, and read once.

    Raises:
        OptionError: if it says what has no meaning.
    """
    return _rules_above(_directory_of_the_program())


def _directory_of_the_program() -> Path:
    """Where the script is that runs; the current directory if an installed program runs."""
    script = getattr(sys.modules.get("__main__"), "__file__", None)
    if not isinstance(script, str) or script.startswith("<") or not is_project_file(script):
        return Path.cwd()
    directory = Path(script).absolute().parent
    return Path.cwd() if str(directory) == _SCRIPTS else directory


@cache
def _rules_above(directory: Path) -> Mapping[str, str]:
    for folder in (directory, *directory.parents):
        file = folder / "pyproject.toml"
        if file.is_file():
            return read_rules(file)
    return {}


def read_rules(file: Path) -> Mapping[str, str]:
    """Read the rules of one ``pyproject.toml``.

    Raises:
        OptionError: if it cannot be read, or says what has no meaning.
    """
    table = _table(file)
    if not isinstance(table, dict):
        raise OptionError(
            f'{file}: {TABLE} must be a table with lines such as numpy = "name", not {table!r}'
        )
    return {normalised(name): _rule(file, name, rule) for name, rule in table.items()}


def _table(file: Path) -> Any:
    try:
        text = file.read_text(encoding="utf-8")
        if "funsies" not in text:
            return {}
        import tomllib  # noqa: PLC0415 (takes 3 ms, and most projects do not need it)

        document = tomllib.loads(text)
    except (OSError, ValueError) as problem:
        raise OptionError(
            f"{file} cannot be read ({problem}), so what counts of libraries is not known. "
            "Correct the file"
        ) from problem
    own = document.get("tool", {}).get("funsies", {})
    return own.get("libraries", {}) if isinstance(own, dict) else own


def _rule(file: Path, name: str, rule: object) -> str:
    if rule not in RULES:
        raise OptionError(
            f"{file}: in {TABLE}, {name} is {rule!r}. Write {name} = {_choices()}: what of "
            "this library counts for the identity of the steps that use it"
        )
    return str(rule)


def _choices() -> str:
    *first, last = (f'"{rule}"' for rule in RULES)
    return f"{', '.join(first)} or {last}"
