"""``shell``: output names, input values, file names, streams of several commands."""

from __future__ import annotations

from pathlib import Path
from typing import Final, Literal, assert_type

import funsies as f

RESULT: Final = "results.csv"
NAMES: Final = ("x.txt", "y.txt")
number = f.put(1)
step = f.shell("run", inp={"in.txt": "text"}, out=["results.csv", "log"])

assert_type(step.out["results.csv"], f.Artefact[bytes])
assert_type(step.out[RESULT], f.Artefact[bytes])
step.out["result.csv"]  # E: This shell step has no output "result.csv" (out= names "results.csv", "log"); did you mean "results.csv"?
step.out["other"]  # E: This shell step has no output "other" (out= names "results.csv", "log")
f.shell("run").out["a"]  # E: This shell step has no output "a": name it in shell(..., out=["a"])
f.shell("run", out=("a", "b")).out["c"]  # E: This shell step has no output "c"
f.shell("run", out=NAMES).out["x.txt"]
f.shell("run", out=NAMES).out["z.txt"]  # E: This shell step has no output "z.txt"
f.shell("run", out=[RESULT]).out["log"]  # E: This shell step has no output "log"
f.shell("run", out={"a", "b"}).out["a"]
f.shell("run", out=[*NAMES, "c"]).out["d"]  # E: This shell step has no output "d"


def names() -> list[str]:
    return ["a"]


f.shell("run", out=names()).out["whatever"]
f.shell("run", out=[Path("a")]).out["a"]
for each in names():
    step.out[each]
step.out[3]  # E: Invalid index type "int"


class Holder:
    def __init__(self) -> None:
        self.step = f.shell("run", out=["held"])


Holder().step.out["held"]
Holder().step.out["hold"]  # E: did you mean "held"?


def make() -> f.ShellOutput[Literal["made"]]:
    return f.shell("run", out=["made", "more"])


def not_made() -> f.ShellOutput[Literal["made"]]:
    return f.shell("run", out=["other"])  # E: Incompatible return value type


make().out["made"]
make().out["more"]  # E: This shell step has no output "more"


def use(any_step: f.ShellOutput) -> f.Artefact[bytes]:
    return any_step.out["whatever"]


use(step)

# names of files
f.shell("run", inp={"/etc/x": "a"})  # E: "/etc/x" is an absolute path; shell files live in the job directory
f.shell("run", out=["../x"])  # E: "../x" contains ".."; shell files live in the job directory
f.shell("run", out=["a", "a"])  # E: Duplicate output file "a"; name each output file once
f.shell("run", inp={"a": 1, "a": 2})  # E: Duplicate input file "a"
f.shell("run", out=["a", "a/b"])  # E: "a" cannot be an output file and the directory of "a/b"; rename one of them
f.shell("run", out=["*", "*/*.csv", "**", "**/*.csv"])
f.shell("run", out=["dir//"])  # E: "dir//" can be written shorter; write "dir/"
f.shell("run", out=[""])  # E: A file name is empty
f.shell("run", out=["./a"])  # E: "./a" can be written shorter; write "a"
f.shell("run", out="results.csv")  # E: out= is a list of file names: out=['results.csv']
f.shell("run", inp={"a/b": b"", "a/c": b"", "d": "text"}, out=["a/b", "d e"])
f.shell()  # E: shell() needs at least one command

# values of files
f.shell("run", inp={"a": number, "b": {"c": [1]}, "d": step.stdout, "e": [Path("x")]})
f.shell("run", inp={"e": Path("x")})  # E: Input file "e" is "Path", which is not the content of a file; use put_file(path)
f.shell("run", inp={"e": f.put(Path("x"))})  # E: Input file "e" is "Artefact[Path]", which is not the content of a file
f.shell("run", inp={"a": open("file")})  # E: Input file "a" is "TextIOWrapper[_WrappedBuffer]", which has no encoding
f.shell("run", inp={"a": [number]})  # E: Input file "a" is "list[Artefact[int]]", a container with artefacts inside
f.shell("run", inp={"a": lambda: 1})  # E: Input file "a" is "Callable[[], int]", which has no encoding

# directories and patterns
many = f.shell("run", out=["*.csv", "results/", "a.txt"])
assert_type(many.out["a.txt"], f.Artefact[bytes])
assert_type(f.morph(len, many.out["results/"]), f.Artefact[int])
many.out["results"]  # E: This shell step has no output "results" (out= names "*.csv", "results/", "a.txt"); did you mean "results/"?
f.shell("run", inp={"d/": many.out["results/"], "e/": {"x": b""}, "f/": f.put_dir("x")})
f.shell("run", inp={"d/": many.out["a.txt"]})  # E: Input directory "d/" is "Artefact[bytes]"; give it a dict of file names
f.shell("run", inp={"d/": "text"})  # E: Input directory "d/" is "str"; give it a dict of file names
f.shell("run", inp={"d/": Path("x")})  # E: Input directory "d/" is "Path"; give it a dict of file names to bytes or text, put_dir(path)
f.shell("run", out=["d/", "d/a", "*"])
f.shell("run", inp={"d/": {"a": b""}, "d/b": b""})

# streams
several = f.shell("first", "second")
assert_type(several.stdouts[1], f.Artefact[bytes])
assert_type(step.stdout, f.Artefact[bytes])
several.stdout  # E: This shell step runs 2 commands, so "stdout" is not the output of one; use stdouts[i] for the i-th
first, second = several.stdouts
first, second, third = several.returncodes  # E: Need more than 2 values to unpack
several.stdouts[2]  # E: Tuple index out of range
f.shell(*names()).stdouts[7]
several.returncode  # E: use returncodes[i] for the i-th
f.shell("a", "b", "c").stderr  # E: This shell step runs 3 commands
f.shell(*names()).stdout
