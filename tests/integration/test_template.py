"""Texts from templates."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import funsies as f
from funsies.errors import WiringError


def test_template_fills_in_artefacts_and_values(session: object) -> None:
    filled = f.template(
        "{{ method }} {{charge}} {{#atoms}}<{{.}}>{{/atoms}}",
        {"method": f.put(" b3lyp "), "charge": -1, "atoms": ["C", "H"]},
    )
    f.execute(filled)
    assert f.take(filled) == b"b3lyp -1 <C><H>"


def test_a_template_key_without_value_is_refused() -> None:
    with pytest.raises(WiringError, match="key 'charge' of the template has no value"):
        f.template("{{charge}}", {"spin": 1})


def test_a_template_key_without_value_is_an_error_if_the_template_is_computed(
    session: object,
) -> None:
    filled = f.template(f.put("{{charge}}"), {"spin": 1})
    f.execute(filled)
    assert "'charge'" in f.take(filled, strict=False).failure().details


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("{{atom.mass}}", {"atom": {"name": "C"}}),
        ("{{#atoms}}{{mass}}{{/atoms}}", {"atoms": [{"mass": 1}, {"name": "C"}]}),
    ],
)
def test_a_template_key_without_value_inside_of_something_is_refused_or_an_error(
    session: object, text: str, data: dict[str, object]
) -> None:
    with pytest.raises(WiringError, match="mass' of the template has no value"):
        f.template(text, data)
    filled = f.template(text, {key: f.put(value) for key, value in data.items()})
    f.execute(filled)
    error = f.take(filled, strict=False).failure()
    assert "mass' of the template has no value" in error.details


def test_sections_of_templates_may_be_about_what_is_not_there(session: object) -> None:
    atoms = [{"name": "C"}, {"name": "H", "fixed": True}]
    text = "{{#atoms}}{{name}}{{#fixed}} fixed{{/fixed}}{{^fixed}} free{{/fixed}};{{/atoms}}"
    filled = f.template(text, {"atoms": atoms})
    f.execute(filled)
    assert f.take(filled) == b"C free;H fixed;"


def test_a_template_shows_numbers_that_are_zero(session: object) -> None:
    text = "{{charge}} {{shift}} {{#indices}}<{{.}}>{{/indices}} {{indices}}"
    filled = f.template(text, {"charge": 0, "shift": 0.0, "indices": [0, 1, 0.0]})
    f.execute(filled)
    assert f.take(filled) == b"0 0.0 <0><1><0.0> [0, 1, 0.0]"


@pytest.mark.parametrize(
    ("text", "message"), [(3, "a template is a text"), ("{{> other}}", "refers to another one")]
)
def test_what_is_no_template_is_refused(text: Any, message: str) -> None:
    with pytest.raises(WiringError, match=message):
        f.template(text, {})


def test_a_template_takes_variables_of_the_worker(
    session: object, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SCRATCH", str(tmp_path))
    filled = f.template("{{where}}", {}, env={"where": "SCRATCH"})
    f.execute(filled)
    assert f.take(filled) == str(tmp_path).encode()


@pytest.mark.parametrize(
    "key",
    ["{{a.__class__}}", "{{{a.__class__}}}", "{{#a.__dict__}}x{{/a.__dict__}}", "{{__doc__}}"],
)
def test_what_python_keeps_inside_of_values_is_not_shown(key: str) -> None:
    with pytest.raises(WiringError, match="what Python keeps inside"):
        f.template(key, {"a": 1})
    with pytest.raises(WiringError, match="what Python keeps inside"):
        f.template("{{#a}}" + key + "{{/a}}", {"a": [1]})


@pytest.mark.parametrize("text", ["{{.}}", "{{{.}}}", "{{#.}}x{{/.}}"])
def test_a_dot_outside_of_a_section_does_not_show_all_data(text: str) -> None:
    with pytest.raises(WiringError, match="one item"):
        f.template(text, {"password": "secret"})
