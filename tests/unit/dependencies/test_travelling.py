"""What the way in which code travels takes for granted of the standard library."""

from __future__ import annotations

import io
import linecache
import marshal
import pickle
import sys
from multiprocessing import spawn
from types import ModuleType

import pytest


def test_pickles_that_follow_each_other_share_what_they_hold():
    """`pickling/pickler.py` writes values one after the other, `loading.py` reads them."""
    shared, file = [1], io.BytesIO()
    pickler = pickle.Pickler(file, protocol=5)
    pickler.dump(("first", shared))
    pickler.dump(("second", shared))
    file.seek(0)
    unpickler = pickle.Unpickler(file)  # noqa: S301
    assert unpickler.load()[1] is unpickler.load()[1]


def test_a_pickle_that_fails_can_be_taken_back():
    shared, file = [1], io.BytesIO()
    pickler = pickle.Pickler(file, protocol=5)
    pickler.dump("before")
    place, memo = file.tell(), pickler.memo.copy()
    with pytest.raises(TypeError):
        pickler.dump((shared, (i for i in ())))
    file.seek(place)
    file.truncate()
    pickler.memo = memo
    pickler.dump((shared, shared))
    file.seek(0)
    unpickler = pickle.Unpickler(file)  # noqa: S301
    assert [unpickler.load(), unpickler.load()] == ["before", ([1], [1])]


def test_marshalled_code_keeps_the_name_of_its_file():
    code = compile("x = 1", "/some/where.py", "exec")
    assert marshal.loads(marshal.dumps(code)).co_filename == "/some/where.py"  # noqa: S302


def test_a_text_without_a_time_stands_for_a_file_whatever_is_there(tmp_path):
    """`run/program/importing.py` shows the program's text under the name of its file."""
    file = tmp_path / "module.py"
    file.write_text("other text")
    linecache.cache[str(file)] = (4, None, ["text"], str(file))
    linecache.checkcache(str(file))
    assert linecache.getlines(str(file)) == ["text"]


def test_a_spawned_process_is_told_the_name_in_the_spec_of_main(monkeypatch):
    """`run/program/main_module.py` has it name a module that loads the step."""

    class Spec:
        name = "stand_in"

    main = ModuleType("__main__")
    main.__spec__ = Spec()  # type: ignore[assignment]
    main.__file__ = "/nowhere.py"
    monkeypatch.setitem(sys.modules, "__main__", main)
    told = spawn.get_preparation_data("a process")
    assert told["init_main_from_name"] == "stand_in"
    assert told["sys_path"] == [each or told["orig_dir"] for each in sys.path]
    assert "init_main_from_path" not in told
