"""snakemake by its command line: values are in files, and a file that changes is read again."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from adapter import main

RULES = """\
rule noop:
    output: "noop/{number}"
    run:
        open(output[0], "w").write(wildcards.number)

rule echo:
    output: "echo/{number}"
    shell: "echo {wildcards.number} > {output}"

rule successor:
    input: lambda wildcards: f"chain/{int(wildcards.number) - 1}"
    output: "chain/{number,[0-9]+}"
    run:
        open(output[0], "w").write(str(int(open(input[0]).read()) + 1))

rule parse:
    input: "text/{at}"
    output: "parsed/{at}"
    shell: "cp {input} {output}"

rule double:
    input: "parsed/{at}"
    output: "doubled/{at}"
    shell: "echo $((2 * $(cat {input}))) > {output}"
"""

GATHERING = """\

rule all:
    input: {inputs}
    output: "all-{first}"
    run:
        texts = [open(path).read() for path in input]
        open(output[0], "w").write(str({expression}))
"""


class Snakemake:
    """Rules in a directory."""

    distribution = "snakemake"
    cases = ("wide", "chain", "shell", "cached", "incremental")
    largest = 10
    has_workers = False

    @contextmanager
    def running(self, workers: int, directory: Path) -> Iterator[None]:
        """Say where files are: there is nothing to start."""
        self.workers, self.directory = workers, directory
        yield

    def wide(self, n: int, first: int) -> int:
        """Ask for the sum of files."""
        inputs = [f"noop/{first + number}" for number in range(n)]
        return self._gather(first, inputs, "sum(map(int, texts))")

    def chain(self, n: int, first: int) -> int:
        """Ask for the last file."""
        start = self.directory / "chain" / f"{first}"
        start.parent.mkdir(exist_ok=True)
        start.write_text(f"{first}")
        self._make(RULES, f"chain/{first + n}")
        return int((self.directory / "chain" / f"{first + n}").read_text())

    def shell(self, n: int, first: int) -> int:
        """Ask for the number of lines in files."""
        inputs = [f"echo/{first + number}" for number in range(n)]
        return self._gather(first, inputs, 'sum(text.count("\\n") for text in texts)')

    def incremental(self, texts: Sequence[str]) -> int:
        """Write texts that have changed, and ask for the sum."""
        place = self.directory / "text"
        place.mkdir(exist_ok=True)
        for at, text in enumerate(texts):
            path = place / f"{at}"
            if not path.exists() or path.read_text() != text:
                path.write_text(text)
        inputs = [f"doubled/{at}" for at in range(len(texts))]
        return self._gather(0, inputs, "sum(map(int, texts))")

    def _gather(self, first: int, inputs: list[str], expression: str) -> int:
        rule = GATHERING.format(inputs=inputs, first=first, expression=expression)
        self._make(RULES + rule, f"all-{first}")
        return int((self.directory / f"all-{first}").read_text())

    def _make(self, rules: str, target: str) -> None:
        (self.directory / "Snakefile").write_text(rules)
        command = [sys.executable, "-m", "snakemake", "--cores", str(self.workers)]
        subprocess.run(
            [*command, "--quiet", "all", "--nocolor", target],
            cwd=self.directory,
            check=True,
            capture_output=True,
        )


if __name__ == "__main__":
    main(Snakemake())
