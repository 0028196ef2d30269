"""Steps whose commands name the files that they declare."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from typing import Final

import funsies as f

NAMES: Final = "Ada\nGrace\nEmmy\nAda\n"
TABLE: Final = "id,mass,charge\n1,2.5,0\n2,1.5,1\n3,4.0,-1\n"


# %% sort into a file
with f.Fun():
    step = f.shell(
        "sort -u names.txt > sorted.txt", inp={"names.txt": NAMES}, out=["sorted.txt"]
    )
    f.execute(step).wait()
    lines = sorted(set(NAMES.split()))
    assert f.take(step.out["sorted.txt"]).decode().split() == lines

# %% the file is an option's value
with f.Fun():
    step = f.shell("sort -ro sorted names", inp={"names": NAMES}, out=["sorted"])
    f.execute(step).wait()
    lines = sorted(NAMES.split(), reverse=True)
    assert f.take(step.out["sorted"]).decode().split() == lines

# %% arguments behind a redirection
with f.Fun():
    step = f.shell(
        "cut > column.txt -d, -f2 table.csv", inp={"table.csv": TABLE}, out=["column.txt"]
    )
    f.execute(step).wait()
    column = [line.split(",")[1] for line in TABLE.split()]
    assert f.take(step.out["column.txt"]).decode().split() == column

# %% what one command writes the next one reads
with f.Fun():
    step = f.shell(
        "tail -n +2 table.csv > body.csv",
        "sort -t, -k2,2n body.csv | cut -d, -f1 > order.txt",
        inp={"table.csv": TABLE},
        out=["order.txt"],
    )
    f.execute(step).wait()
    rows = [line.split(",") for line in TABLE.split()[1:]]
    assert f.take(step.out["order.txt"]).decode().split() == [
        row[0] for row in sorted(rows, key=lambda row: float(row[1]))
    ]

# %% a program in awk
with f.Fun():
    step = f.shell(
        "awk -F, 'NR > 1 {mass += $2; n++} END {print mass / n}' table.csv > mean.txt",
        inp={"table.csv": TABLE},
        out=["mean.txt"],
    )
    masses = [float(line.split(",")[1]) for line in TABLE.split()[1:]]
    mean = f.reduce(lambda text: float(text), step.out["mean.txt"], out=float)
    f.execute(mean).wait()
    assert abs(f.take(mean) - sum(masses) / len(masses)) < 1e-4

# %% awk that writes files which it names itself
with f.Fun():
    step = f.shell(
        """awk -F, 'NR > 1 {print $2 > ("charge_" $3 ".txt")}' table.csv""",
        inp={"table.csv": TABLE},
        out=["charge_0.txt", "charge_*.txt"],
    )
    f.execute(step).wait()
    assert f.take(step.out["charge_0.txt"]) == b"2.5\n"
    assert len(f.take(step.out["charge_*.txt"])) == len(TABLE.split()) - 1

# %% a file that is changed in its place
with f.Fun():
    step = f.shell(
        "sed -i 's/Ada/Lise/' names.txt", inp={"names.txt": NAMES}, out=["names.txt"]
    )
    f.execute(step).wait()
    assert f.take(step.out["names.txt"]).decode() == NAMES.replace("Ada", "Lise")

# %% sed that writes a file by its own command
with f.Fun():
    step = f.shell("sed -n '/^A/w a.txt' names.txt", inp={"names.txt": NAMES}, out=["a.txt"])
    f.execute(step).wait()
    assert f.take(step.out["a.txt"]).decode().split() == [
        name for name in NAMES.split() if name.startswith("A")
    ]

# %% an archive is packed and unpacked
with f.Fun():
    packed = f.shell(
        "tar -czf all.tgz a.txt notes",
        inp={"a.txt": "a", "notes/": {"b.txt": b"b"}},
        out=["all.tgz"],
    )
    unpacked = f.shell(
        "tar -xzf all.tgz",
        inp={"all.tgz": packed.out["all.tgz"]},
        out=["a.txt", "notes/"],
    )
    f.execute(unpacked).wait()
    assert f.take(unpacked.out["a.txt"]) == b"a"
    assert f.take(unpacked.out["notes/"]) == {"b.txt": b"b"}

# %% gzip gives its file another name
with f.Fun():
    step = f.shell(
        "gzip -k names.txt",
        "gunzip -c names.txt.gz > again.txt",
        inp={"names.txt": NAMES},
        out=["names.txt.gz", "again.txt"],
    )
    f.execute(step).wait()
    assert f.take(step.out["again.txt"]).decode() == NAMES

# %% pieces that a pattern takes
with f.Fun():
    step = f.shell("split -l 2 names.txt part-", inp={"names.txt": NAMES}, out=["part-*"])
    f.execute(step).wait()
    pieces = f.take(step.out["part-*"])
    assert b"".join(pieces[name] for name in sorted(pieces)).decode() == NAMES

# %% a directory of results
with f.Fun():
    step = f.shell(
        "mkdir -p results/raw; sort names.txt > results/sorted.txt; cp names.txt results/raw/",
        inp={"names.txt": NAMES},
        out=["results/"],
    )
    f.execute(step).wait()
    assert sorted(f.take(step.out["results/"])) == ["raw/names.txt", "sorted.txt"]

# %% a loop over files whose names are made
with f.Fun():
    step = f.shell(
        'for x in *.txt; do sort "$x" > "${x%.txt}.sorted"; done',
        inp={"a.txt": "2\n1\n", "b.txt": "4\n3\n"},
        out=["a.sorted", "b.sorted"],
    )
    f.execute(step).wait()
    assert f.take(step.out["b.sorted"]) == b"3\n4\n"

# %% names in variables of the shell
with f.Fun():
    step = f.shell(
        """
        input=names.txt
        output=sorted.txt
        sort "$input" > $output
        """,
        inp={"names.txt": NAMES},
        out=["sorted.txt"],
    )
    f.execute(step).wait()
    assert f.take(step.out["sorted.txt"]).decode().split() == sorted(NAMES.split())

# %% a name that comes from the environment
with f.Fun():
    step = f.shell(
        "sort names > $TARGET", inp={"names": NAMES}, out=["t.txt"], env={"TARGET": "t.txt"}
    )
    f.execute(step).wait()
    assert f.take(step.out["t.txt"]).decode().split() == sorted(NAMES.split())

# %% a here-document
with f.Fun():
    step = f.shell(
        dedent("""\
            cat > settings.json <<'END'
            {"steps": [1, 2]}
            END
        """),
        out=["settings.json"],
    )
    f.execute(step).wait()
    assert json.loads(f.take(step.out["settings.json"])) == {"steps": [1, 2]}

# %% two files that are sorted on the way
with f.Fun():
    step = f.shell(
        "comm -12 <(sort left) <(sort right) | tee common | wc -l > count",
        inp={"left": "b\na\n", "right": "c\nb\n"},
        out=["common", "count"],
    )
    f.execute(step).wait()
    assert f.take(step.out["common"]).decode().split() == sorted({"a", "b"} & {"b", "c"})
    assert int(f.take(step.out["count"])) == 1

# %% a join of two tables
with f.Fun():
    step = f.shell(
        "join -t, left.csv right.csv > both.csv; paste -d: left.csv right.csv > pasted",
        inp={"left.csv": "1,a\n2,b\n", "right.csv": "1,x\n2,y\n"},
        out=["both.csv", "pasted"],
    )
    f.execute(step).wait()
    assert f.take(step.out["both.csv"]) == b"1,a,x\n2,b,y\n"
    assert f.take(step.out["pasted"]) == b"1,a:1,x\n2,b:2,y\n"


# %% a text with numbers in it, in a function
def first_lines(count: int) -> f.Artefact[bytes]:
    step = f.shell(
        f"head -n {count} names.txt > first_{count}.txt",
        inp={"names.txt": NAMES},
        out=[f"first_{count}.txt"],
    )
    return step.out[f"first_{count}.txt"]


with f.Fun():
    firsts = [first_lines(count) for count in (1, 3)]
    f.execute(*firsts).wait()
    assert [f.take(each).decode().split() for each in firsts] == [
        NAMES.split()[:1],
        NAMES.split()[:3],
    ]


# %% names that are members of a dataclass
@dataclass(frozen=True)
class Files:
    given: str = "names.txt"
    made: str = "sorted.txt"


with f.Fun():
    files = Files()
    step = f.shell(
        f"sort {files.given} > {files.made}", inp={files.given: NAMES}, out=[files.made]
    )
    f.execute(step).wait()
    assert f.take(step.out[files.made]).decode().split() == sorted(NAMES.split())

# %% paths as names, and names with spaces
with f.Fun():
    place = Path("my names.txt")
    step = f.shell(
        "sort my\\ names.txt > 'my sorted.txt'", inp={place: NAMES}, out=["my sorted.txt"]
    )
    f.execute(step).wait()
    assert f.take(step.out["my sorted.txt"]).decode().split() == sorted(NAMES.split())

# %% a file that is there only if a condition holds
with f.Fun():
    step = f.shell(
        "if [ -f more.txt ]; then cat more.txt; fi; cat names.txt",
        inp={"names.txt": NAMES},
    )
    f.execute(step).wait()
    assert f.take(step.stdout).decode() == NAMES

# %% an output that is an input, and a command that fails on purpose
with f.Fun():
    step = f.shell(
        "grep -q Marie names.txt || echo Marie >> names.txt",
        inp={"names.txt": NAMES},
        out=["names.txt"],
    )
    f.execute(step).wait()
    assert f.take(step.out["names.txt"]).decode().split() == [*NAMES.split(), "Marie"]

# %% the interpreter is not a shell
with f.Fun():
    step = f.shell(
        "from pathlib import Path; Path('squares').write_text(str([x * x for x in range(4)]))",
        interpreter=["python3", "-c"],
        out=["squares"],
    )
    f.execute(step).wait()
    assert json.loads(f.take(step.out["squares"])) == [x * x for x in range(4)]

# %% a script that is an input writes what it likes
SCRIPT = """\
import sys
with open(sys.argv[1] + ".upper", "w") as made:
    made.write(open(sys.argv[1]).read().upper())
"""
with f.Fun():
    step = f.shell(
        "python3 upper.py names.txt 2> upper.log",
        inp={"upper.py": SCRIPT, "names.txt": NAMES},
        out=["names.txt.upper"],
    )
    f.execute(step).wait()
    assert f.take(step.out["names.txt.upper"]).decode() == NAMES.upper()

# %% bytes that dd cuts out
with f.Fun():
    step = f.shell(
        "dd if=data.bin of=middle.bin bs=1 skip=2 count=3 status=none",
        inp={"data.bin": b"\x00\x01\x02\x03\x04\x05"},
        out=["middle.bin"],
    )
    f.execute(step).wait()
    assert f.take(step.out["middle.bin"]) == bytes([2, 3, 4])
