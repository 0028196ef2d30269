"""The configuration that mypy is given: the user's, with what a check cannot do without."""

from __future__ import annotations

import configparser
import io
import json
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from funsies.config.urls import ConfigurationError

PLUGIN: Final = "funsies_mypy"
_PLUGIN_OF_RETURNS: Final = "returns.contrib.mypy.returns_plugin"
_TRUTHY_BOOL: Final = "truthy-bool"

_FOR_SCRIPTS: Final[Mapping[str, Any]] = {
    "check_untyped_defs": "true",
    "strict_equality": "true",
    "warn_unreachable": "true",
}
"""Sane where nothing is configured: what is wrong is found, what is untyped is no error."""

_NOT_HERE: Final = re.compile(
    r"files|modules|packages|exclude|ignore_missing_imports|explicit_package_bases"
    r"|warn_unused_configs|install_types|non_interactive|junit_xml|\w+_report"
)
"""Options that say what to check, which the command does, or that write or install things."""


@dataclass(frozen=True, slots=True)
class Configuration:
    """What mypy is told.

    Attributes:
        name: of the file to write it to; its suffix says in which format it is.
        text: what to write there.
        excluded: patterns of files to leave out.
        has_explicit_bases: whether packages begin at ``mypy_path`` only.
        mypy_path: directories where imports are looked for, as they are written.
        is_given: whether any of it is the user's.
    """

    name: str
    text: str
    excluded: tuple[str, ...] = ()
    has_explicit_bases: bool = False
    mypy_path: tuple[str, ...] = ()
    is_given: bool = True


def configuration(config_file: Path | None) -> Configuration:
    """Read the user's configuration, and add to it the plugin of funsies.

    Also imports that do not exist are errors, but for modules that the user names (a check
    tells them from libraries without types), and conditions that are always true, unless the
    user has disabled ``truthy-bool``.

    Args:
        config_file: that of the user; None if there is none.

    Raises:
        ConfigurationError: if it cannot be read.
    """
    if config_file is None:
        return replace(_in_ini({"mypy": dict(_FOR_SCRIPTS)}, {}), is_given=False)
    try:
        text = config_file.read_text(encoding="utf-8")
        if config_file.suffix == ".toml":
            tools = tomllib.loads(text).get("tool", {})
            return _in_toml(_located(tools, config_file.parent))
        parser = configparser.RawConfigParser()
        parser.read_string(text)
    except (OSError, ValueError, configparser.Error) as problem:
        raise ConfigurationError(f"{config_file} cannot be read: {problem}") from problem
    sections = {name: dict(parser.items(name)) for name in parser.sections()}
    given = _located(sections.pop("mypy", {}), config_file.parent)
    return _in_ini({"mypy": given}, _located(sections, config_file.parent))


def _in_ini(own: dict[str, dict[str, Any]], others: dict[str, dict[str, Any]]) -> Configuration:
    given = own["mypy"]
    options = {name: value for name, value in given.items() if not _NOT_HERE.fullmatch(name)}
    options["plugins"] = ", ".join(_plugins(given.get("plugins")))
    options["enable_error_code"] = ", ".join(_enabled(given))
    parser = configparser.RawConfigParser()
    parser.read_dict({"mypy": options, **others})
    text = io.StringIO()
    parser.write(text)
    return _configuration("mypy.ini", text.getvalue(), given)


def _in_toml(tools: dict[str, Any]) -> Configuration:
    given = tools.get("mypy", {})
    options = {name: value for name, value in given.items() if not _NOT_HERE.fullmatch(name)}
    options["plugins"] = _plugins(given.get("plugins"))
    options["enable_error_code"] = _enabled(given)
    text = f"tool = {_toml({**tools, 'mypy': options})}\n"
    return _configuration("mypy.toml", text, given)


def _configuration(name: str, text: str, given: Mapping[str, Any]) -> Configuration:
    excluded = given.get("exclude", ())
    return Configuration(
        name,
        text,
        (excluded,) if isinstance(excluded, str) else tuple(excluded),
        str(given.get("explicit_package_bases", "")).lower() in {"true", "1", "yes", "on"},
        tuple(_items(given.get("mypy_path"), r"[,:\n]")),
    )


def _plugins(given: object) -> list[str]:
    """The user's plugins, and those of funsies and of ``returns`` before them."""
    own = _items(given)
    return [each for each in (PLUGIN, _PLUGIN_OF_RETURNS) if each not in own] + own


def _enabled(given: Mapping[str, Any]) -> list[str]:
    """The codes to enable: the user's, and ``truthy-bool`` unless they have disabled it."""
    enabled = _items(given.get("enable_error_code"))
    is_unwanted = _TRUTHY_BOOL in _items(given.get("disable_error_code"))
    return enabled if is_unwanted else [*enabled, _TRUTHY_BOOL]


def _items(given: object, separators: str = r"[,\n]") -> list[str]:
    """The items of an option, which may be a list, or a text with separators."""
    items = re.split(separators, given) if isinstance(given, str) else given or ()
    return [str(item).strip() for item in items if str(item).strip()]  # type: ignore[attr-defined]


def _located(given: Any, folder: Path, name: str = "") -> Any:
    """Name files from the directory of the configuration: mypy reads a copy elsewhere."""
    each: Callable[[Any, str], Any] = lambda value, key: _located(value, folder, key)  # noqa: E731
    if isinstance(given, dict):
        return {key: each(value, key) for key, value in given.items()}
    if isinstance(given, list):
        return [each(value, name) for value in given]
    if not isinstance(given, str):
        return given
    text = re.sub(r"\$MYPY_CONFIG_FILE_DIR\b|\$\{MYPY_CONFIG_FILE_DIR\}", str(folder), given)
    if name == "plugins":
        text = re.sub(r"[^\s,]+\.py\b", lambda match: str(folder / match[0]), text)
    return text


def _toml(value: Any) -> str:
    """Write what TOML was read to. Text is as in JSON."""
    match value:
        case dict():
            pairs = (f"{_toml(str(key))} = {_toml(each)}" for key, each in value.items())
            return f"{{ {', '.join(pairs)} }}"
        case list():
            return f"[{', '.join(map(_toml, value))}]"
        case str():
            return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
        case bool():
            return str(value).lower()
    return str(value)
