"""What is kept of the code of a task, for people who compare two runs."""

import pytest

from funsies.core.digest import content_digest
from funsies.core.errors import EncodingError
from funsies.core.fingerprint import Ingredient, fingerprint
from funsies.core.fingerprint.source import Place
from funsies.core.pieces import decode_pieces, pieces_of

FACTOR = 3
SETTINGS = {"charge": 1}


def helper(x: int) -> int:
    """Has a text of its own."""
    return x * FACTOR + SETTINGS["charge"]


def twice(x: int) -> int:
    return helper(helper(x))


class Model:
    def run(self, x: int) -> int:
        return helper(x)


def uses_a_class(x: int) -> int:
    return Model().run(x)


def pieces(function: object) -> dict[str, object]:
    listed, contents = pieces_of(fingerprint(function).ingredients)  # type: ignore[arg-type]
    return {each.path: each for each in decode_pieces(contents[listed])}


def test_a_helper_is_kept_with_its_file_its_line_and_its_text():
    listed, contents = pieces_of(fingerprint(twice).ingredients)
    found = {each.path: each for each in decode_pieces(contents[listed])}
    piece = found["twice -> helper"]
    assert piece.file == __file__
    assert piece.line == helper.__code__.co_firstlineno
    text = contents[piece.text].decode()
    assert text.startswith("def helper(x: int)")
    assert text.endswith('SETTINGS["charge"]\n')


def test_constants_are_kept_with_their_values_and_where_they_are_assigned():
    found = pieces(twice)
    lines = {path: each.line for path, each in found.items()}
    assert found["twice -> helper -> FACTOR"].value == "3"
    assert found["twice -> helper -> SETTINGS"].value == "{'charge': 1}"
    assert lines["twice -> helper -> FACTOR"] + 1 == lines["twice -> helper -> SETTINGS"]
    assert found["twice -> helper -> FACTOR"].file == __file__


def test_a_method_and_its_class_have_a_text_each():
    listed, contents = pieces_of(fingerprint(uses_a_class).ingredients)
    found = {each.path: each for each in decode_pieces(contents[listed])}
    method = contents[found["uses_a_class -> Model -> run"].text].decode()
    assert method == "def run(self, x: int) -> int:\n    return helper(x)\n"
    assert contents[found["uses_a_class -> Model"].text].startswith(b"class Model:\n")


def test_the_same_helper_of_two_tasks_is_stored_once():
    _, one = pieces_of(fingerprint(twice).ingredients)
    _, other = pieces_of(fingerprint(uses_a_class).ingredients)
    shared = one.keys() & other.keys()
    assert [one[each].decode().split("(")[0] for each in shared] == ["def helper"]
    assert all(content_digest(data) == each for each, data in {**one, **other}.items())


def test_a_file_may_have_a_name_that_is_no_utf_8():
    place = Place("/data/\udcff/flow.py", 1, "x = 1\n")
    listed, contents = pieces_of([Ingredient("task", "function", "00", place)])
    assert [each.file for each in decode_pieces(contents[listed])] == ["/data/?/flow.py"]


def test_libraries_are_kept_by_their_version():
    listed, contents = pieces_of([Ingredient("numpy", "library", "2.1")])
    assert [each[:3] for each in decode_pieces(contents[listed])] == [
        ("numpy", "library", "2.1")
    ]


@pytest.mark.parametrize("data", [b"", b"\xff", b"\x92\x90\x91\x97", b"[]"])
def test_a_damaged_list_is_said_to_be_damaged(data):
    with pytest.raises(EncodingError, match="cannot be read"):
        decode_pieces(data)


def test_a_text_that_is_no_valid_unicode_can_be_kept():
    listed, contents = pieces_of(
        [Ingredient("f", "function", "00", Place("a.py", 1, "\udc80"))]
    )
    assert contents[decode_pieces(contents[listed])[0].text] == b"?"
