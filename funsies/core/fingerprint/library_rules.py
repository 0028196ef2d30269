"""``[tool.funsies.libraries]``: what of a library counts, where the project says it itself."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from funsies.core.errors import OptionError
from funsies.core.fingerprint.distributions import normalised
from funsies.core.fingerprint.project_settings import setting

NAME: Final = "name"
VERSION: Final = "version"
CONTENT: Final = "content"
RULES: Final = (NAME, VERSION, CONTENT)
TABLE: Final = "[tool.funsies.libraries]"


def rules_of_the_project() -> Mapping[str, str]:
    """What the nearest ``pyproject.toml`` says: normalised name of a library -> rule.

    Raises:
        OptionError: if it says what has no meaning.
    """
    file, table = setting("libraries")
    if table is None:
        return {}
    if not isinstance(table, dict):
        raise OptionError(
            f'{file}: {TABLE} must be a table with lines such as numpy = "name", not {table!r}'
        )
    return {normalised(name): _rule(file, name, rule) for name, rule in table.items()}


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
