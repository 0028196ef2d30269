"""Names of files: what stays in the directory is usable, everything else is refused at once."""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from funsies.core.errors import FileNameError
from funsies.core.file_names import validate_file_name, validate_file_names


@pytest.mark.parametrize(
    "name",
    [
        "a",
        "a/b/c.txt",
        "-rf",
        "--",
        " ",
        "a b",
        "new\nline",
        "tab\t",
        "...",
        "..a",
        "a..",
        "🦆.csv",
        "résumé",
        "stdout:0",
        "stdout",
        "*",
        "$(rm -rf ~)",
        "a\\b",
        "C:",
        "~",
        "'\"",
        "x" * 255,
        "a/" * 399 + "b",
    ],
)
def test_any_name_in_the_directory_is_usable(name: str):
    validate_file_name(name)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("", "empty"),
        ("/etc/x", '"/etc/x" is an absolute path; shell files live in the job directory'),
        ("..", r'contains "\.\."'),
        ("../x", r'contains "\.\."'),
        ("a/../b", r'contains "\.\."'),
        ("a/..", r'contains "\.\."'),
        (".", r'is the step\'s own directory; .*"\*\*" stands for all files'),
        ("a/", "is a directory, not a file; name the files in it"),
        ("a/.", 'write "a/"'),
        ("./a", 'write "a"'),
        ("a//b", 'write "a/b"'),
        ("a/./b", 'write "a/b"'),
        ("a\0b", "NUL"),
        ("\udcff", "not valid Unicode"),
        ("x" * 256, "longer than 255 bytes"),
        ("é" * 128, "longer than 255 bytes"),
        ("a/" * 400 + "b", "longer than 800 bytes in all"),
        (None, "a file name is text, not NoneType"),
        (b"a", "a file name is text, not bytes"),
    ],
)
def test_other_names_are_refused_with_a_remedy(name: str, message: str):
    with pytest.raises(FileNameError, match=message):
        validate_file_name(name)


@given(st.text(st.sampled_from("ab./\0\n"), max_size=8))
def test_an_accepted_name_is_the_only_way_to_write_a_path_below_the_directory(name: str):
    try:
        validate_file_name(name)
    except FileNameError:
        return
    path = os.path.normpath(os.path.join("/job", name))  # noqa: PTH118 - Path would tidy it up
    assert path == "/job/" + name


@pytest.mark.parametrize(
    ("inputs", "outputs", "message"),
    [
        (["a", "a"], [], 'duplicate input file "a"'),
        ([], ["a", "b", "a"], 'duplicate output file "a"'),
        (["a", "a/b"], [], '"a" cannot be an input file and the directory of "a/b"'),
        ([], ["d/a/b/c", "d/a"], '"d/a" cannot be an output file and the directory of'),
        (["*", "*/a"], [], '"*" cannot be an input file and the directory of'),
        (["a", "../b"], [], "job directory"),
    ],
)
def test_files_that_cannot_exist_side_by_side_are_refused(inputs, outputs, message: str):
    with pytest.raises(FileNameError, match=message):
        validate_file_names(inputs, outputs)


def test_a_step_may_change_one_of_its_input_files():
    validate_file_names(["a", "b/c", "b/d"], ["b/c", "ab", "a-b/c"])


def test_patterns_of_a_step_may_overlap():
    validate_file_names([], ["*", "*/*", "**", "**/*.csv", "run[12]", "run[12]/a"])


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("./", '"./" is the step\'s own directory'),
        (".//", '".//" is the step\'s own directory'),
        ("a//", '"a//" can be written shorter; write "a/"'),
        ("./a/", 'write "a/"'),
        ("a/./", 'write "a/"'),
        ("a/.", 'write "a/"'),
        ("a/../", r'"a/../" contains "\.\."'),
        ("/a/", '"/a/" is an absolute path'),
        ("/", "is an absolute path"),
    ],
)
def test_other_names_of_directories_are_refused_with_a_remedy(name: str, message: str):
    with pytest.raises(FileNameError, match=message):
        validate_file_names([], [name])
