"""What is told of a command that failed: advice, and its gist for a line."""

from __future__ import annotations

import re
import signal
from collections.abc import Iterator
from typing import Final

from funsies.core.errors import Error
from funsies.run.step_directories import STEP_PREFIX

BROKEN_PIPE: Final = 128 + signal.SIGPIPE
"""Exit code of a pipe, under ``pipefail``, whose writer was ended because its reader left."""

_SILENT: Final = {
    r"\b[efz]?grep\b": "grep that finds nothing (no failure? write grep ... || test $? = 1)",
    r"\b(diff|cmp)\b": "diff and cmp of files that differ",
    r"\(\(|\blet\b": "(( )) and let whose value is 0 (write i=$((i + 1)))",
    r"\bread\b": "read at the end of its input",
    r"\bexpr\b": "expr whose value is 0",
}
"""Commands that tell something by exit code 1, and what they tell."""


_NO_FILE: Final = re.compile(
    r"""(?P<cd>\bcd: )?(?<![^\s'"\u2018\u2019:])(?P<before>[^\s'"\u2018\u2019:]+)['"\u2019]?"""
    r"""(?: for reading|: Cannot \w+)?: (?:\[Errno 2\] )?No such file(?! or directory: ['"])"""
    r"""|No such file or directory: ['"](?P<after>[^'"]+)"""
)
"""A name is looked for where a word begins: else a long word would take seconds."""


def advice_on_command(text: str, returncode: int, stderr_tail: str) -> str | None:
    """What to do about a command of a shell that failed by itself; None if it says enough.

    Args:
        text: of the command.
        returncode: its exit code.
        stderr_tail: end of its standard error.

    >>> print(advice_on_command("yes | head -1", 141, ""))
    Exit code 141: ...
    >>> print(advice_on_command("wc a.txt", 1, "wc: a.txt: No such file or directory"))
    It runs in a directory of its own, ...put_file("a.txt")}
    """
    if returncode == BROKEN_PIPE:
        return (
            f"Exit code {BROKEN_PIPE}: the reader of a pipe (head, grep -q) left before the "
            "writer had ended, which is a failure of the pipe in a strict shell. Take a reader "
            'that reads to the end ("sed -n 1,10p" for "head", "grep ... > /dev/null" for '
            '"grep -q"), or begin the text with "set +o pipefail"'
        )
    if stderr_tail:
        return _about_files(stderr_tail)
    return "\n".join(_about_silence(text, returncode)) or None


def _about_files(stderr_tail: str) -> str | None:
    """What to do about a file that is where the program runs, and not where the step does."""
    for found in reversed(list(_NO_FILE.finditer(stderr_tail))):
        path = found["before"] or found["after"]
        name = path.rpartition("/")[2] if STEP_PREFIX in path else path
        if name and not name.startswith("/"):
            return (
                "It runs in a directory of its own, with no files but those of inp= and what "
                f"the step has made: {_given(name, is_directory=bool(found['cd']))}"
            )
    return None


def _given(name: str, *, is_directory: bool) -> str:
    """How the step is given what it looks for."""
    path = name.removeprefix("./").rstrip("/")
    if any(each in path for each in "*?[") or not path:
        return "name each of your files, inp={name: put_file(path)}"
    if is_directory:
        return f'inp={{"{path}/": put_dir("{path}")}}'
    return f'inp={{"{path}": put_file("{path}")}}'


def _about_silence(text: str, returncode: int) -> Iterator[str]:
    """What may be behind an exit code that nothing explains."""
    found = [each for pattern, each in _SILENT.items() if re.search(pattern, text)]
    if returncode == 1 and found:
        yield f"Exit code 1 is also how these end: {'; '.join(found)}"
    if "\n" in text.strip():
        yield 'To see which line failed, begin the text with "set -x"'


_SAID: Final = re.compile(r"standard (?:error|output):\n")
_REMARK: Final = re.compile(
    r"^(?:Exit code \d+(?: is also|:)|(?:Somebody|A limit) on .* ended it by|On .* it said \"|"
    r"To see which line failed|It runs in a directory of its own)",
    re.MULTILINE,
)


def gist_of_command(error: Error) -> str:
    r"""Say in a line how a command failed.

    Args:
        error: its details are as a shell step writes them.

    >>> from funsies.core.errors import ErrorKind
    >>> details = "command 1 of 1 ...:\n    sort x\nIts standard error:\nsort: x: No such file"
    >>> gist_of_command(Error(ErrorKind.CommandFailed, details=details, exit_code=2))
    'exit code 2: sort: x: No such file'
    """
    how = error.signal or f"exit code {error.exit_code}"
    said = _said(error.details) or _command(error.details)
    return f"{how}: {said}" if said else how


def _said(details: str) -> str:
    """The last line of what it said, without what funsies remarks on it."""
    places = [each.end() for each in _SAID.finditer(details)]
    if not places:
        return ""
    said = details[places[-1] :]
    remark = _REMARK.search(said)
    lines = said[: remark.start()].split("\n") if remark else said.split("\n")
    return next((line.strip() for line in reversed(lines) if line.strip()), "")


def _command(details: str) -> str:
    """The text of one that said nothing: its lines are indented."""
    lines = details.split("\n")[1:]
    return next((line.strip() for line in lines if line.startswith("    ")), "")
