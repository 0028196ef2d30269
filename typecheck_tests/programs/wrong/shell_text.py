"""Steps whose commands say otherwise than what they declare."""

from __future__ import annotations

from textwrap import dedent
from typing import Final

import funsies as f

# %% the name of an output lacks a letter, that of an input as well
with f.Fun():
    f.execute(
        f.shell(
            "sort names.txt > sorted.txt",
            inp={"name.txt": "b\na\n"},  # E: No command names the input file "name.txt"; did you mean "names.txt", which is read?
            out=["sorted.tx"],  # E: No command makes the output "sorted.tx"; did you mean "sorted.txt"?
        )
    )

# %% the redirection was forgotten
with f.Fun():
    step = f.shell("sort -n values", inp={"values": "2\n1\n"}, out=["sorted"])  # E: No command makes the output "sorted"; the commands write no other file
    f.execute(step.out["sorted"])

# %% the option that names the file was forgotten
with f.Fun():
    step = f.shell("cut -d, -f1 table.csv | sort", inp={"table.csv": "1,2\n"}, out=["ids.txt"])  # E: No command makes the output "ids.txt"
    f.execute(step)

# %% the archive has another name
with f.Fun():
    step = f.shell("tar -czf results.tgz data", inp={"data/": {"a": b"1"}}, out=["results.tar.gz"])  # E: the commands write "results.tgz"
    f.execute(step)

# %% gzip adds its ending
with f.Fun():
    step = f.shell("gzip big.csv", inp={"big.csv": "1\n"}, out=["big.gz"])  # E: No command makes the output "big.gz"
    f.execute(step)

# %% letters are exchanged
with f.Fun():
    step = f.shell("grep -v '^#' run.log | tee clean.log", inp={"run.log": "#\n1\n"}, out=["claen.log"])  # E: did you mean "clean.log"?
    f.execute(step)

# %% a capital letter
with f.Fun():
    step = f.shell("sort Names.txt -o Sorted.txt", inp={"Names.txt": "b\na\n"}, out=["sorted.txt"])  # E: did you mean "Sorted.txt"?
    f.execute(step)

# %% the directory is called otherwise
with f.Fun():
    step = f.shell("mkdir results; sort a > results/b", inp={"a": "2\n1\n"}, out=["result/"])  # E: No command makes the output "result/"; did you mean "results"?
    f.execute(step)

# %% no file matches the pattern
with f.Fun():
    step = f.shell("paste a.txt b.txt > ab.tsv", inp={"a.txt": "1\n", "b.txt": "2\n"}, out=["*.csv"])  # E: No command makes the output "*.csv"
    f.execute(step)

# %% the second of two commands makes another file
with f.Fun():
    f.execute(
        f.shell(
            "head -n 1 t.csv > head.csv",
            "tail -n +2 t.csv | sort >> table.csv",
            inp={"t.csv": "x\n2\n1\n"},
            out=["head.csv", "tables.csv"],  # E: No command makes the output "tables.csv"; did you mean "table.csv"?
        )
    )

# %% a name in a variable of the shell
SCRIPT: Final = """
target=summary.txt
sort values.txt | uniq -c > "$target"
"""
with f.Fun():
    f.execute(f.shell(SCRIPT, inp={"values.txt": "1\n"}, out=["sumary.txt"]))  # E: did you mean "summary.txt"?

# %% a here-document for a file of another name
with f.Fun():
    step = f.shell(
        dedent("""\
            cat > setup.json <<END
            {"a": 1}
            END
        """),
        out=["set-up.json"],  # E: did you mean "setup.json"?
    )
    f.execute(step)

# %% a loop that appends to a file
with f.Fun():
    step = f.shell('for x in *.txt; do sort "$x" >> all.lst; done', inp={"a.txt": "1\n"}, out=["all.lts"])  # E: did you mean "all.lst"?
    f.execute(step)

# %% a number of lines, and a wrong name
def head(count: int) -> f.Artefact[bytes]:
    step = f.shell(f"head -n {count} names > first", inp={"names": "a\n"}, out=["firsts"])  # E: No command makes the output "firsts"
    return step.out["firsts"]


with f.Fun():
    f.execute(head(3))

# %% a program of which nothing is known
with f.Fun():
    step = f.shell("python3 fit.py data.csv > parameters.json", inp={"fit.py": "", "data.csv": ""}, out=["paramters.json"])  # E: No command names the output file "paramters.json"; did you mean "parameters.json", which is written?
    f.execute(step)

# %% a text with a hole, and a name with a slip
def simulate(molecule: str) -> f.ShellOutput:
    return f.shell(f"./simulate {molecule} > trajectory.xyz", inp={"simulate": b""}, out=["trajectry.xyz"])  # E: did you mean "trajectory.xyz", which is written?


with f.Fun():
    f.execute(simulate("water"))

# %% an input that is read under another name
with f.Fun():
    step = f.shell("sqlite3 lab.db < schema.sql", inp={"shema.sql": "", "lab.db": b""})  # E: No command names the input file "shema.sql"; did you mean "schema.sql", which is read?
    f.execute(step)

# %% one of two inputs is called otherwise
with f.Fun():
    step = f.shell("join -t, left.csv right.csv", inp={"left.csv": "1,a\n", "rigth.csv": "1,b\n"})  # E: did you mean "right.csv", which is read?
    f.execute(step)

# %% the shell opens a file that nobody gives it
with f.Fun():
    step = f.shell("tr a-z A-Z < greeting.txt")  # E: "greeting.txt" is read, but is no input file; name it in inp=
    f.execute(step)

# %% awk prints to the stream, not to the file
with f.Fun():
    step = f.shell("awk '{s += $1} END {print s}' numbers.txt", inp={"numbers.txt": "1\n2\n"}, out=["sum.txt"])  # E: No command makes the output "sum.txt"
    f.execute(step)

# %% a copy under a third name
with f.Fun():
    step = f.shell("cp a.txt b.txt && cat b.txt", inp={"a.txt": "a"}, out=["c.txt"])  # E: No command makes the output "c.txt"; the commands write "b.txt"
    f.execute(step)

# %% dd writes another file
with f.Fun():
    step = f.shell("dd if=a.bin of=head.bin bs=4 count=1", inp={"a.bin": b"12345678"}, out=["haed.bin"])  # E: did you mean "head.bin"?
    f.execute(step)

# %% only the errors are written to a file
with f.Fun():
    step = f.shell("sort a.txt 2> error.log", inp={"a.txt": "a"}, out=["errors.log"])  # E: did you mean "error.log"?
    f.execute(step)
