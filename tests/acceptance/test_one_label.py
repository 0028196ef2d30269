"""A step is called by one label, whoever looks: commands, page, report, the program itself."""

from __future__ import annotations

import json
import re

import pytest

from funsies.cli.setting import Setting
from funsies.history import step_names
from funsies.history.runs import run as find_run
from funsies.page.access import Access
from funsies.page.finding import StepFilter, find_page
from funsies.page.site import Site
from funsies.report.account import read_account

FLOW = """\
import sys
import funsies as f

@f.task
def align(sample: str, genome: str) -> str:
    print("aligning")
    return sample

@f.task
def sort(alignment: str) -> str:
    print("sorting")
    if alignment == "S2":
        raise ValueError("no order")
    return alignment

def double(number: int) -> int:
    return 2 * number

def doubled_up_to(number: int) -> f.Artefact[list[int]]:
    return f.gather([f.reduce(double, each) for each in range(number)])

edition = int(sys.argv[1])
with f.Fun():
    samples = ["S1", "S2", "S3"][: edition + 1]
    aligned = [align(each, "hg38" if edition < 3 else "hg19") for each in samples]
    ordered = [sort(each) for each in aligned]
    twins = [f.shell("echo 1 2", label="twin"), f.shell("echo 2 1", label="twin")]
    f.execute(
        ordered,
        twins,
        f.map_each(len, ["a", "bc"], name="g"),
        f.put(2).bind(doubled_up_to),
    ).wait()
    f.take(ordered[1], strict=False)
    try:
        f.take(ordered[1])
    except f.UnwrapError as problem:
        print(str(problem).splitlines()[0], repr(problem.error), sep="\\n")
"""
"""The first edition has two samples, the second three, the third another genome."""

CALLED = {
    1: {"align(sample=S1)", "align(sample=S2)", "sort(sample=S1)", "sort(sample=S2)"},
    2: {f"{task}(sample=S{n})" for task in ("align", "sort") for n in (1, 2, 3)},
    3: {f"{task}(sample=S{n})" for task in ("align", "sort") for n in (1, 2, 3)},
}
ALWAYS = {
    "twin",
    "twin#2",
    "g[0]",
    "g[1]",
    "map_each:g",
    "double(number=0)",
    "double(number=1)",
}


@pytest.fixture(scope="module")
def said(shared_shell):
    """What the program itself said in each of its runs."""
    script = shared_shell.script("flow.py", FLOW)
    done = [
        shared_shell.funsies("run", script, "--workers", "1", str(edition))
        for edition in (1, 2, 3)
    ]
    return [each.out.decode() + each.err for each in done]


def listed(shared_shell, *arguments: str) -> dict[str, str]:
    """Labels by the hashes of steps, as ``funsies ls`` says them."""
    found = json.loads(shared_shell.funsies("ls", "--steps", "--json", *arguments).text)
    return {each["operation"]: each["label"] for each in found}


def written(shared_shell, run: str) -> str:
    """The report of a run."""
    shared_shell.funsies("report", run, "-o", "report.html")
    return (shared_shell.place / "report.html").read_text()


@pytest.mark.slow
def test_the_program_names_the_step_that_failed_as_everybody_does(shared_shell, said) -> None:
    for number, text in enumerate(said, start=1):
        (step,) = [
            each
            for each, label in listed(shared_shell, "--run", str(number)).items()
            if label == "sort(sample=S2)"
        ]
        known = f"in sort(sample=S2) {step[:10]}"
        assert f"ExceptionRaised {known}\n" in text
        assert f"ExceptionRaised (ValueError) {known}" in text
        assert f"label='sort(sample=S2)', source='{step}'" in text


@pytest.mark.slow
@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_run_has_its_own_labels_in_every_command(shared_shell, said, number: int) -> None:
    run = "--run", str(number)
    labels = listed(shared_shell, *run)
    texts = set(labels.values())
    assert CALLED[number] | ALWAYS <= texts
    assert len(texts) == len(labels)
    nodes = json.loads(shared_shell.funsies("graph", "--json", *run).text)["nodes"]
    assert {each["key"]: each["label"] for each in nodes} == labels
    tree = shared_shell.funsies("tree", *run).text
    for step, label in labels.items():
        assert f"{label}  {step[:10]}  " in tree
    heads = re.findall("(?m)^==> (.*) <==$", shared_shell.funsies("logs", *run).text)
    logs = dict(reversed(each.split(" ", 1)) for each in heads)
    assert logs
    assert logs.items() <= {label: step[:10] for step, label in labels.items()}.items()
    reasons = json.loads(shared_shell.funsies("why", "g[1]", "--json", *run).text)
    told = reasons["steps"]
    assert told[reasons["step"]]["label"] == "g[1]"
    assert all(labels[step] == each["label"] for step, each in told.items())
    targets = shared_shell.funsies("runs", "show", str(number)).text
    for label in ("sort(sample=S1)", "twin", "twin#2"):
        assert re.search(rf"(?m)^target +[0-9a-f]{{10}}  \w+  {re.escape(label)}$", targets)
    report = written(shared_shell, str(number))
    for label in {*CALLED[number], "twin", "twin#2"}:  # of steps that count in the run
        assert label in report


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_label_is_looked_up_in_the_run_that_is_named(shared_shell, said, number: int) -> None:
    run = "--run", str(number)
    labels = {label: step for step, label in listed(shared_shell, *run).items()}
    wanted = labels["align(sample=S1)"]
    for command in ("tree", "graph", "logs"):
        found = shared_shell.funsies(command, "align(sample=S1)", "--json", *run)
        assert found.code == 0
        assert wanted in found.text
    assert shared_shell.funsies("cat", "align(sample=S1)", *run).text == "S1"
    failed = shared_shell.funsies("cat", "sort(sample=S2)", *run).err
    assert f"in sort(sample=S2) {labels['sort(sample=S2)'][:10]}" in failed
    missing = shared_shell.funsies("cat", "align(sample=S7)", *run)
    assert missing.code == 5
    assert f"nor the label of a step of run {number}," in missing.err


def test_the_page_and_the_report_say_what_commands_say(
    shared_shell, said, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(shared_shell.place)
    monkeypatch.setattr(step_names, "PATIENCE_SECONDS", 60.0)  # a thread reads for the page
    everything = listed(shared_shell, "--all")
    with Setting(None, None).session() as session:
        site = Site(session.server, session.backend, Access(0))
        found = find_page(session.backend, StepFilter(), site.naming).steps
        assert {each.step.operation: each.label for each in found} == everything
        for number in (1, 2, 3):
            labels = listed(shared_shell, "--run", str(number))
            run = find_run(session.backend, number)
            assert run is not None
            account = read_account(session.backend, run)
            told = {each.hash: each.label for each in account.steps}
            assert told.items() <= labels.items()
            assert CALLED[number] <= set(told.values())
            shown = site.naming.labels(run.targets, number)
            assert all(shown.of(each) == labels[each.hex()] for each in run.targets)


def test_who_executes_one_step_again_finds_it_by_the_same_label(shared_shell, said) -> None:
    before = listed(shared_shell)
    shared_shell.funsies("execute", "--wait", "align(sample=S2)")
    (step,) = listed(shared_shell).items()
    assert step in before.items()
    assert step[1] in written(shared_shell, "last")
