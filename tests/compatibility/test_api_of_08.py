"""Nothing of the API of funsies 0.8 differs in silence.

``api_of_08.json`` lists the public names of funsies 0.8.1, members of its classes, parameters
of its functions with positions and defaults, and options of its commands. Each is the same
here, or is refused with a message that says what to write, and the guide names it.
"""

from __future__ import annotations

import inspect
import json
import re
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import funsies as f
from funsies.cli.main import funsies as funsies_command
from funsies.cli.start import start as start_command

HERE = Path(__file__).parent
GUIDE = (HERE.parents[1] / "docs" / "coming-from-0.8.md").read_text(encoding="utf-8")
API = json.loads((HERE / "api_of_08.json").read_text(encoding="utf-8"))
GONE = re.escape(" of funsies 0.8 is gone: ")

STEP = f.shell("true")
SAMPLES: dict[str, Any] = {
    "funsies.config.Options": f.Options(),
    "funsies.config.Server": f.Server("memory://"),
    "funsies.errors.Error": f.Error(f.ErrorKind.NotFound),
    "funsies.errors.ErrorKind": f.ErrorKind,
    "funsies.types.Artefact": STEP.stdout,
    "funsies.types.Encoding": f.types.Encoding,
    "funsies.types.Operation": STEP.operation,
    "funsies.types.ShellOutput": STEP,
}
"""What has the members of each class that is still there."""

MADE_BY_STEPS = {f.Artefact, f.types.Operation, f.ShellOutput}
"""Classes whose objects nobody makes by hand: the guide says so in one line."""

SAME_MEANING = {
    ("funsies.config.Options", "timeout"): "-1 is no limit, as None is",
    ("funsies.dynamic.sac", "out"): "may be left out now",
    ("funsies.errors.Error", "details"): "no details are an empty text",
    ("funsies.utils.concat", "join"): "bytes or text, as the pieces are",
    ("funsies.utils.truncate", "separator"): "bytes or text, as the input is",
}
"""Parameters whose defaults are written otherwise."""


def in_guide(name: str) -> bool:
    """True if the guide has a name in code."""
    return re.search(rf"`[^`\n]*(?<![\w-]){re.escape(name)}\b[^`\n]*`", GUIDE) is not None


def present(name: str) -> Any:
    """What has a dotted name, looked for from the longest module on; None if it is gone."""
    parts = name.split(".")
    if name.startswith("funsies.template."):
        return f.template  # of the module there only is the function left
    depth = max(n for n in range(1, len(parts)) if ".".join(parts[:n]) in API["modules"])
    thing: Any = import_module(".".join(parts[:depth]))
    for part in parts[depth:]:
        thing = getattr(thing, part, None)
    return thing


@pytest.mark.parametrize("name", API["names"])
def test_a_name_is_there_or_says_what_to_write(name: str) -> None:
    module, _, last = name.rpartition(".")
    statement = f"from {module} import {last}"
    if module == "funsies.template":
        with pytest.raises(ImportError, match=f"{GONE}write `from funsies import template`"):
            exec(statement)  # noqa: S102 - what a script says
        assert in_guide("funsies.template")
    elif hasattr(import_module(module), last):
        exec(statement)  # noqa: S102 - what a script says
    else:
        with pytest.raises(AttributeError, match=f"{name}{GONE}"):
            getattr(import_module(module), last)
        with pytest.raises(ImportError, match=f"{name}{GONE}"):
            exec(statement)  # noqa: S102 - what a script says
        assert in_guide(last)


@pytest.mark.parametrize(
    ("owner", "name"),
    [(owner, name) for owner, names in API["members"].items() for name in names],
)
def test_a_member_is_there_or_says_what_to_write(owner: str, name: str) -> None:
    sample = SAMPLES.get(owner)
    if sample is None:
        assert in_guide(owner.rpartition(".")[2])  # the class is gone
    elif not hasattr(sample, name):
        kind = sample if isinstance(sample, type) else type(sample)
        for each in (sample, kind):
            with pytest.raises(AttributeError, match=f"{name}{GONE}"):
                getattr(each, name)
        assert in_guide(name)


@pytest.mark.parametrize(
    ("function", "position"),
    [(function, n) for function, taken in API["functions"].items() for n in range(len(taken))],
)
def test_a_parameter_is_taken_or_says_what_to_write(function: str, position: int) -> None:
    name, kind, default = API["functions"][function][position]
    now = present(function)
    if now is None or now in MADE_BY_STEPS:
        assert any(in_guide(part) for part in function.split(".")[2:])
        return
    taken = list(inspect.signature(now).parameters.values())
    if kind in {"star", "stars"}:
        assert {"star": "VAR_POSITIONAL", "stars": "VAR_KEYWORD"}[kind] in {
            each.kind.name for each in taken
        }
        return
    by_name = {each.name: each for each in taken}
    if name in by_name:
        assert (function, name) in SAME_MEANING or _default(by_name[name]) == default
    else:
        with pytest.raises(f.FunsiesError, match=rf"\({name}=\.\.\.\){GONE}"):
            now(**{name: None})
        assert in_guide(name)
    if kind == "either" and not _takes_at(taken, position, name):
        with pytest.raises(f.FunsiesError, match=rf"{GONE}|write {name}="):
            now(*[None] * (position + 1))


def _default(parameter: inspect.Parameter) -> str | None:
    return None if parameter.default is parameter.empty else repr(parameter.default)


def _takes_at(taken: list[inspect.Parameter], position: int, name: str) -> bool:
    """True if an argument at this position goes where it went, alone or as one of several."""
    if position >= len(taken):
        return False
    here = taken[position]
    is_alone = here.kind is here.POSITIONAL_OR_KEYWORD and here.name == name
    return is_alone or here.kind is here.VAR_POSITIONAL


OPTIONS = [name for name, *_ in API["functions"]["funsies.config.Options"]]


@pytest.mark.parametrize("name", OPTIONS)
def test_an_option_is_taken_or_says_what_to_write(name: str) -> None:
    values: dict[str, Any] = {
        "queue": "gpu",
        "timeout": -1,
        "serializer": "rq.serializers.JSON",
    }
    given = {name: values.get(name, 60 if name.endswith("ttl") else False)}
    if name == "serializer":
        with pytest.raises(f.FunsiesError, match=rf"serializer=\.\.\.\){GONE}"):
            f.options(**given)
        assert in_guide(name)
    else:
        assert isinstance(f.options(**given), f.Options)


@pytest.mark.parametrize(
    ("command", "option"),
    [
        (command, option)
        for command, options in API["commands"].items()
        for each in options
        for option in each
        if option.startswith("-")
    ],
)
def test_an_option_of_a_command_is_taken_or_says_what_to_write(
    command: str, option: str
) -> None:
    name, *sub = command.split()
    group = funsies_command if name == "funsies" else start_command
    said = CliRunner().invoke(group, [*sub, "--help"]).output
    if re.search(rf"(?<![\w-]){option}\b", said) is None:
        refused = CliRunner().invoke(group, [*sub, option, "info"])
        assert refused.exit_code == 2
        assert re.search(f"{option}{GONE}", refused.output)
        assert in_guide(option)


def test_a_file_for_the_log_says_what_to_write() -> None:
    refused = CliRunner().invoke(funsies_command, ["--log", "log.txt", "status"])
    assert refused.exit_code == 2
    assert "funsies --log info ... 2> log.txt" in refused.output
