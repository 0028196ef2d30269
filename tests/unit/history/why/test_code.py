"""Comparing the code of two tasks, piece by piece."""

from hypothesis import given
from hypothesis import strategies as st

from funsies.core.fingerprint import Ingredient
from funsies.core.fingerprint.source import Place
from funsies.core.pieces import Piece, decode_pieces, pieces_of
from funsies.history.why import ChangeKind
from funsies.history.why.tasks import changed_pieces, code_changes

NAMES = st.sampled_from(["f", "g", "helper", "K"])
PATHS = st.lists(NAMES, min_size=1, max_size=4).map(" -> ".join)
PIECES = st.builds(
    Piece, PATHS, st.sampled_from(["function", "value", "library"]), st.sampled_from("abc")
)


def pieces(*ingredients: Ingredient) -> tuple[list[Piece], dict[bytes, str]]:
    listed, contents = pieces_of(ingredients)
    found = decode_pieces(contents[listed])
    return found, {each.text: contents[each.text].decode() for each in found if each.text}


def function(path: str, digest: str, text: str, line: int = 1) -> Ingredient:
    return Ingredient(path, "function", digest, Place("a.py", line, text))


def changes(before, after):
    (old, old_texts), (new, new_texts) = pieces(*before), pieces(*after)
    return code_changes("f", changed_pieces(old, new), {**old_texts, **new_texts})


@given(st.lists(PIECES, max_size=8))
def test_code_is_never_another_than_itself(some):
    assert changed_pieces(some, some) == []
    assert changed_pieces(some, list(reversed(some))) == []


@given(st.lists(PIECES, max_size=8), st.lists(PIECES, max_size=8))
def test_what_is_told_is_there_and_is_another(before, after):
    for old, new in changed_pieces(before, after):
        assert old is None or old in before
        assert new is None or new in after
        assert (old and old.digest) != (new and new.digest)


@given(st.dictionaries(PATHS, st.sampled_from("abc"), min_size=1, max_size=8), st.randoms())
def test_a_piece_that_was_edited_is_told_and_no_other(digests, random):
    before = [Piece(path, "function", each) for path, each in digests.items()]
    edited = random.choice(before)
    after = [each._replace(digest="new") if each is edited else each for each in before]
    assert [new for _, new in changed_pieces(before, after)] == [edited._replace(digest="new")]


def test_a_helper_two_levels_down_is_told_with_its_path_its_place_and_both_texts():
    same = function("f", "00", "def f(): g()\n")
    [found] = changes(
        [same, function("f -> g -> h", "01", "def h(): return 1\n", 8)],
        [same, function("f -> g -> h", "02", "def h(): return 2\n", 9)],
    )
    assert found.kind is ChangeKind.CODE
    assert (found.subject, found.file, found.line) == ("f -> g -> h", "a.py", 9)
    assert (found.before, found.after) == ("def h(): return 1\n", "def h(): return 2\n")


def test_a_helper_that_is_reached_by_another_way_is_no_change():
    helper = "def h(): return 1\n"
    [found] = changes(
        [function("f", "00", "def f(): g()\n"), function("f -> g -> h", "03", helper)],
        [function("f", "01", "def f(): h()\n"), function("f -> h", "03", helper)],
    )
    assert found.subject == "f"


def test_what_a_changed_function_uses_for_the_first_time_goes_without_saying():
    [found] = changes(
        [function("f", "00", "def f(): pass\n")],
        [
            function("f", "01", "def f(): g()\n"),
            function("f -> g", "02", "def g(): h()\n"),
            function("f -> g -> h", "03", "def h(): pass\n"),
        ],
    )
    assert found.subject == "f"


def test_of_a_class_and_its_method_that_has_changed_the_method_is_told():
    def given_class(number: int) -> list[Ingredient]:
        method = f"def m(self):\n    return {number}\n"
        text = "class C:\n    def m(self):\n" + f"        return {number}\n"
        kept = Place("a.py", 1, text)
        return [
            Ingredient("f -> C", "class", f"0{number}", kept),
            function("f -> C -> m", f"1{number}", method, 2),
        ]

    assert [each.subject for each in changes(given_class(1), given_class(2))] == ["f -> C -> m"]


def test_libraries_are_told_by_their_versions_and_values_by_what_they_were():
    library, value = changes(
        [Ingredient("numpy", "library", "2.0"), Ingredient("f -> K", "value", "00", value="1")],
        [Ingredient("numpy", "library", "2.1"), Ingredient("f -> K", "value", "01", value="2")],
    )
    assert (library.kind, library.before, library.after) == (ChangeKind.LIBRARY, "2.0", "2.1")
    assert (value.kind, value.before, value.after) == (ChangeKind.VALUE, "1", "2")


def test_texts_that_are_lost_are_not_invented():
    old, _ = pieces(function("f", "00", "def f(): pass\n"))
    new, _ = pieces(function("f", "01", "def f(): g()\n"))
    [found] = code_changes("f", changed_pieces(old, new), {})
    assert (found.before, found.after) == (None, None)
