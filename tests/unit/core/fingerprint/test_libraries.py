# ruff: noqa: E501 (a line of a file stays one line)
"""Libraries count by their version; those that are one's own count by their content."""

from __future__ import annotations

import sys

import pytest

from funsies.core.fingerprint import Decided, Library, decided, fingerprint
from funsies.core.fingerprint.libraries import library_of, rules_of_the_project

MODULE = """
import functools
N = 1
def helper(): return N
class A:
    def m(self): return N
a = A()
class Error(Exception): ...
def decorate(fn):
    @functools.wraps(fn)
    def wrapper(*a): return fn(*a)
    return wrapper
def register(fn): return fn
class Wrapper:
    def __init__(self, fn): functools.update_wrapper(self, fn)
    def __call__(self, *a): return self.__wrapped__(*a)
"""

USES = {
    "an attribute of a module": "import fake_lib\ndef task(): return fake_lib.helper()",
    "a module under another name": "import fake_lib as lib\ndef task(): return lib.helper()",
    "a part of a package": "import fake_lib.part as part\ndef task(): return part.helper()",
    "a name": "from fake_lib import helper\ndef task(): return helper()",
    "a name of a part": "from fake_lib.part import helper as h\ndef task(): return h()",
    "an object": "from fake_lib import a\nthing = a\ndef task(): return thing.m()",
    "a class": "from fake_lib import A\nkinds = [A]\ndef task(): return kinds[0]().m()",
    "a base class": "from fake_lib import A\nclass B(A): ...\ndef task(): return B().m()",
    "an exception": "import fake_lib\ndef task():\n    try: return 1\n    except fake_lib.Error: return 2",
    "a method": "from fake_lib import a\ndraw = a.m\ndef task(): return draw()",
    "a default": "import fake_lib\ndef task(h=fake_lib.helper): return h()",
    "a closure": "import fake_lib\ndef make():\n    h = fake_lib.helper\n    def task(): return h()\n    return task\ntask = make()",
    "a partial": "import fake_lib, functools\ntask = functools.partial(fake_lib.decorate, len)",
    "a decorator": "from fake_lib import decorate\n@decorate\ndef task(): return 1",
    "a wrapper": "from fake_lib import Wrapper\n@Wrapper\ndef task(): return 1",
    "a helper": "import fake_lib\ndef helper(): return fake_lib.N\ndef task(): return helper()",
    "an import inside": "def task():\n    import fake_lib\n    return fake_lib.N",
    "a name imported inside": "def task():\n    from fake_lib.part import helper\n    return helper()",
    "an import inside of a helper": "def helper():\n    from fake_lib import N\n    return N\ndef task(): return helper()",
    "a module of the project": "import own\ndef task(): return own.helper()",
    "a module of the project that is used whole": "import own\ndef task(): return getattr(own, 'N')",
    "a module of the project, imported inside": "def task():\n    import own\n    return own.N",
    "a function that a module of the project imports inside": "import own\ndef task(): return own.inside()",
}

OWN = "from fake_lib import helper\nN = helper()\ndef inside():\n    import fake_lib\n    return fake_lib.N"


def project(work, version, text=MODULE, **metadata):
    """The files of a project beside which a version of a library is installed."""
    path = "import sys\nsys.path.insert(0, __file__.replace('work.py', 'site-packages'))\n"
    info = f"site-packages/fake_lib-{version}.dist-info"
    listed = (
        f"fake_lib/__init__.py,sha256={hash(text)},1\nfake_lib/part.py,sha256={hash(text)},1\n"
    )
    return {
        "work.py": path + work,
        "own.py": OWN,
        "site-packages/fake_lib/__init__.py": text,
        "site-packages/fake_lib/part.py": "from fake_lib import helper",
        f"{info}/RECORD": f"{listed}{info}/RECORD,,\n../../bin/fake,sha256={version},1\n",
        **{f"{info}/{name}": content for name, content in metadata.items()},
    }


@pytest.fixture
def digest_of(load):
    def fingerprint_of_task(*arguments, **metadata):
        found = fingerprint(load.files(project(*arguments, **metadata)).task)
        return found.digest

    return fingerprint_of_task


@pytest.mark.parametrize("case", USES)
def test_another_version_of_a_library_is_another_step(digest_of, case):
    one, other, again = (digest_of(USES[case], version) for version in ("1.0", "1.1", "1.0"))
    assert one == again != other


@pytest.mark.parametrize("case", USES)
def test_the_libraries_are_named_with_their_versions(load, case):
    found = fingerprint(load.files(project(USES[case], "2.5")).task)
    assert Library("fake_lib", "fake-lib", "2.5") in found.libraries
    assert ("fake-lib", "library", "2.5") in {each[:3] for each in found.ingredients}


@pytest.mark.parametrize(
    "text",
    [
        "import json, os.path\ndef task(): return json.dumps(os.path.sep)",
        "import fake_lib\ndef other(): return fake_lib.N\ndef task(): return 1",
        "import funsies\ndef task(): return funsies.reduce(len, 'a')",
        "def task():\n    import csv, xml.dom\n    return csv, xml",
        "import own2\ndef task(): return own2.N",
    ],
)
def test_what_a_step_does_not_use_does_not_count(load, text):
    module = load.files({**project(text, "1.0"), "own2.py": "import fake_lib\nN = 1"})
    assert fingerprint(module.task).libraries == ()


def test_the_content_of_a_released_version_is_not_looked_at(digest_of):
    changed = MODULE.replace("N = 1", "N = 2")
    one, other = (digest_of(USES["a name"], "1.0", text) for text in (MODULE, changed))
    assert one == other


ORIGINS = {
    "a directory": '{"url": "file:///home/me/lib", "dir_info": {}}',
    "an archive": '{"url": "file:///home/me/lib.whl", "archive_info": {"hash": "sha256=1"}}',
    "a repository": '{"url": "https://example.org/lib.git", "vcs_info": {"vcs": "git"}}',
}


@pytest.mark.parametrize("case", ORIGINS)
def test_what_was_installed_from_ones_own_place_counts_by_content(digest_of, case):
    changed = MODULE.replace("N = 1", "N = 2")
    one, other, again = (
        digest_of(USES["a name"], "1.0", text, **{"direct_url.json": ORIGINS[case]})
        for text in (MODULE, changed, MODULE)
    )
    assert one == again != other


def test_where_it_was_installed_from_does_not_count(digest_of):
    one, other = (
        digest_of(USES["a name"], "1.0", **{"direct_url.json": origin})
        for origin in (ORIGINS["a directory"], ORIGINS["an archive"])
    )
    assert one == other


def test_packages_of_conda_count_by_version(load):
    """They keep where they were installed from on the machine that built them."""
    origin = {"direct_url.json": ORIGINS["a directory"], "INSTALLER": "conda\n"}
    found = fingerprint(load.files(project(USES["a name"], "1.0", **origin)).task)
    assert [each.counted for each in found.libraries] == ["1.0"]


@pytest.mark.parametrize("name", ["by_hand.py", "by_hand/__init__.py", "by_hand/__init__.pyi"])
def test_a_module_that_nobody_installed_counts_by_content(load, name):
    """It has no version, and whoever put it there will change it there."""
    path = "import sys\nsys.path.insert(0, __file__.replace('work.py', 'site-packages'))\n"
    work = path + "from by_hand import h\ndef task(): return h()"
    other_name = name.replace("__init__.pyi", "__init__.py")

    def version(number):
        files = {"work.py": work, f"site-packages/{other_name}": "def h(): return inner"}
        if other_name != name:  # what counts is every file of code in the package
            files |= {"site-packages/by_hand/inner.py": f"N = {number}"}
        else:
            files |= {f"site-packages/{other_name}": f"def h(): return {number}"}
        return fingerprint(load.files(files).task).digest

    assert version(1) == version(1) != version(2)


def test_namespaces_count_by_the_library_inside_them(load):
    def version(work, one, two):
        path = "import sys\nsys.path.insert(0, __file__.replace('work.py', 'site-packages'))\n"
        files = {"work.py": path + work}
        for name, number in (("one", one), ("two", two)):
            files[f"site-packages/fake_space/{name}/__init__.py"] = "def h(): return 1"
            info = f"site-packages/fake_{name}-{number}.dist-info/RECORD"
            files[info] = f"fake_space/{name}/__init__.py,,\n"
        return fingerprint(load.files(files).task).digest

    for work in (
        "import fake_space.one\ndef task(): return fake_space.one.h()",
        "import fake_space.one, fake_space.two\ndef task(): return fake_space.one.h()",
        "from fake_space import one\ndef task(): return one.h()",
        "from fake_space.one import h\ndef task(): return h()",
        "def task():\n    import fake_space.one as one\n    return one.h()",
        "def task():\n    from fake_space import one\n    return one.h()",
    ):
        assert version(work, 1, 1) == version(work, 1, 2) != version(work, 2, 2)


def test_a_library_that_is_not_there_is_noted(load):
    text = "def task():\n    try: import no_such_lib\n    except ImportError: return 1"
    assert fingerprint(load(text).task).libraries == (Library("no_such_lib", "no-such-lib"),)


@pytest.mark.parametrize(
    ("rule", "version_counts", "content_counts"),
    [("name", False, False), ("version", True, False), ("content", True, True)],
)
@pytest.mark.parametrize("spelling", ["fake_lib", "fake-lib", "Fake.Lib"])
def test_the_project_may_say_what_counts(  # noqa: PLR0917 (fixtures and cases)
    digest_of, monkeypatch, tmp_path, rule, version_counts, content_counts, spelling
):
    table = f'[tool.funsies.libraries]\n"{spelling}" = "{rule}"\n'
    (tmp_path / "pyproject.toml").write_text(table)
    monkeypatch.chdir(tmp_path)
    changed = MODULE.replace("N = 1", "N = 2")
    origin = {"direct_url.json": ORIGINS["a directory"]}
    one, other, edited = (
        digest_of(USES["a name"], version, text, **origin)
        for version, text in (("1.0", MODULE), ("2.0", MODULE), ("1.0", changed))
    )
    assert (one != other) == (version_counts and not content_counts)
    assert (one != edited) == content_counts


PLACES = {
    "beside the script": ("work/script.py", "work", True),
    "above the script": ("work/a/b/script.py", "work", True),
    "in the current directory, which is another": ("work/script.py", "elsewhere", False),
}


@pytest.mark.parametrize("case", PLACES)
def test_the_rules_are_those_of_the_script(tmp_path, run, case):
    script, place, counts = PLACES[case]
    (tmp_path / "elsewhere").mkdir()
    path = tmp_path / script
    path.parent.mkdir(parents=True)
    path.write_text(
        "from funsies.core.fingerprint.libraries import rules_of_the_project\n"
        "print(dict(rules_of_the_project()))"
    )
    rules = '[tool.funsies.libraries]\nnumpy = "name"\n'
    (tmp_path / place / "pyproject.toml").write_text(rules)
    printed = run(str(path), cwd=tmp_path / "elsewhere")
    assert printed == str({"numpy": "name"} if counts else {})


def test_without_a_script_the_rules_are_those_of_the_current_directory(tmp_path, run):
    (tmp_path / "pyproject.toml").write_text('[tool.funsies.libraries]\nnumpy = "content"\n')
    show = (
        "from funsies.core.fingerprint.libraries import rules_of_the_project\n"
        "print(dict(rules_of_the_project()))"
    )
    assert run("-c", show, cwd=tmp_path) == "{'numpy': 'content'}"
    assert run("-", cwd=tmp_path, stdin=show) == "{'numpy': 'content'}"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            '[tool.funsies.libraries]\nnumpy = "nmae"\n',
            "numpy is 'nmae'. Write numpy = \"name\"",
        ),
        ("[tool.funsies.libraries]\nnumpy = 1\n", "numpy is 1. Write numpy"),
        ('[tool.funsies.libraries]\nnumpy = ["name"]\n', "numpy is ['name']. Write numpy"),
        ('[tool.funsies]\nlibraries = ["numpy"]\n', 'lines such as numpy = "name"'),
        ("[tool.funsies.libraries]\nnumpy = name\n", "Correct the file"),
    ],
)
def test_a_rule_without_meaning_is_refused_and_the_file_named(
    tmp_path, monkeypatch, text, said
):
    (tmp_path / "pyproject.toml").write_text(text)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match=r"pyproject\.toml") as raised:
        rules_of_the_project()
    assert said in str(raised.value)


@pytest.mark.parametrize(
    "text", ["", "[tool.other]\nx = 1", "[tool.funsies]\nqueues = ['a']", "# funsies\n"]
)
def test_other_projects_are_left_alone(tmp_path, monkeypatch, text):
    (tmp_path / "pyproject.toml").write_text(text)
    monkeypatch.chdir(tmp_path)
    assert rules_of_the_project() == {}


def within(decision, function, *arguments):
    token = decided.set(decision)
    try:
        return function(*arguments)
    finally:
        decided.reset(token)


def test_on_a_worker_the_program_decides(load, monkeypatch, tmp_path):
    """What the program said of a library holds, and so do its rules; those of a worker do not."""
    for rule in ("name", "version", "content"):
        (tmp_path / rule).mkdir()
        table = f'[tool.funsies.libraries]\nfake-lib = "{rule}"\n'
        (tmp_path / rule / "pyproject.toml").write_text(table)
    task = load.files(project(USES["a name"], "1.0")).task
    monkeypatch.chdir(tmp_path / "content")
    here = fingerprint(task)
    for rule in ("name", "version"):
        monkeypatch.chdir(tmp_path / rule)
        assert fingerprint(task).digest == here.digest  # remembered
        elsewhere = load.files(project(USES["a name"], "1.0")).task
        found = within(Decided(here.libraries), fingerprint, elsewhere)
        assert found.digest == here.digest
        by_rule = within(Decided(rules={"fake-lib": "content"}), fingerprint, elsewhere)
        assert by_rule.digest == here.digest
        assert fingerprint(elsewhere).digest != here.digest


def test_a_library_that_only_a_worker_has_counts_as_in_the_program():
    absent = Library("numpy", "numpy")
    assert within(Decided((absent,)), library_of, "numpy.linalg") == absent
    assert within(Decided(), library_of, "no_such_lib") is None


def test_a_library_does_not_hide_another_of_a_longer_name():
    decision = Decided((Library("num", "num", "9"),))
    assert within(decision, library_of, "numpy") == library_of("numpy")


def test_what_a_value_was_made_with_does_not_count(digest_of):
    """The value counts."""
    text = "import own\ndef task(): return own.N"
    assert digest_of(text, "1.0") == digest_of(text, "2.0")


def test_looking_for_libraries_imports_nothing(load):
    text = "def task():\n    import xmlrpc_of_nobody, sched, fake_lib.part\n"
    module = load.files(project(text, "1.0"))
    fingerprint(module.task)
    assert "fake_lib" not in sys.modules
