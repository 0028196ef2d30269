"""``shell``: streams, exit codes and files are artefacts of bytes and integers."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, assert_type

import funsies as f

step = f.shell("sort a > b", inp={"a": "text"}, out=["b"])
assert_type(step.stdout, f.Artefact[bytes])
assert_type(step.stderr, f.Artefact[bytes])
assert_type(step.returncode, f.Artefact[int])
assert_type(step.stdouts[0], f.Artefact[bytes])
assert_type(step.returncodes[0], f.Artefact[int])
assert_type(step.out["b"], f.Artefact[bytes])
assert_type(f.take(step.out["b"]), bytes)
assert_type(f.morph(len, step.out["b"]), f.Artefact[int])

directory = f.put_dir("folder")
assert_type(directory, f.Artefact[dict[str, bytes]])
several = f.shell("run", inp={"data/": directory, "b/": {"x": "text"}}, out=["*.csv", "d/"])
assert_type(several.files["*.csv"], f.Artefact[dict[str, bytes]])
assert_type(f.take(several.files["d/"]), dict[str, bytes])
f.shell("run", inp={"data/": several.files["d/"]})
f.morph(lambda files: len(files["a"]), several.files["*.csv"])
several.files[3]  # E: "int"

f.shell("run", "again", inp={"a": b"bytes", "b": f.put([1]), "c": step.stdout, "d": {"k": 1}})
f.shell("run", inp={Path("a"): 3}, out=[Path("b")], env={"A": "b"}, check=False, strict=False)
f.shell("run", interpreter="sh")
f.shell("run", interpreter=["python3", "-c"], out=["b"]).out["b"]
f.shell("run", interpreter=("bash", "-euxo", "pipefail", "-c"), check=False)
with f.Fun(interpreter="bash"), f.ManagedFun(interpreter=["zsh", "-c"]):
    pass
f.shell("run", out=(name for name in ["a", "b"]))


def needs_b(made: f.ShellOutput[Literal["b"]]) -> f.Artefact[bytes]:
    return made.out["b"]


def needs_any(made: f.ShellOutput) -> f.Artefact[bytes]:
    return made.out["b"]


exact: f.ShellOutput[Literal["b", "c"]] = f.shell("run", out=["b", "c"])
needs_b(exact)
needs_any(step)

exact.out["d"]  # E[mypy]: Invalid index type "Literal['d']"
f.shell(3)  # E: incompatible type "int"; expected "str"
f.shell("run", interpreter="zsh")  # E: "Literal['zsh']"; expected
f.shell("run", interpreter=["python3", 3])  # E: incompatible type "int"; expected "str"
f.Fun(interpreter="zsh")  # E: "Fun" has incompatible type "Literal['zsh']"
f.shell("run", env={"A": 1})  # E: has incompatible type "str": "int"
f.shell("run", out=3)  # E: incompatible type "int"
