"""What funsies takes for granted of chevron and Click beyond their documentation."""

from __future__ import annotations

import chevron
import click
import pytest
from chevron.tokenizer import tokenize

TEMPLATE = "a{{b}}{{{c}}}{{&d}}{{#e}}x{{/e}}{{^f}}y{{/f}}{{! no }}{{>g}}"


def test_a_template_is_cut_into_pairs_of_a_kind_and_a_key():
    assert list(tokenize(TEMPLATE, "{{", "}}")) == [
        ("literal", "a"),
        ("variable", "b"),
        ("no escape", "c"),
        ("no escape", "d"),
        ("section", "e"),
        ("literal", "x"),
        ("end", "e"),
        ("inverted section", "f"),
        ("literal", "y"),
        ("end", "f"),
        ("partial", "g"),
    ]


def test_a_template_that_was_cut_is_rendered_without_escapes():
    tokens = [("literal", "1 < "), ("no escape", "x")]
    assert chevron.render(tokens, scopes=[{"x": "2 & 3"}]) == "1 < 2 & 3"


def test_scopes_are_asked_in_their_order_and_their_errors_pass():
    """A last scope that raises makes a key without a value an error instead of no text."""

    class Nowhere:
        def __getitem__(self, key):
            raise LookupError(key)

    scopes = [{"x": "found"}, Nowhere()]
    assert chevron.render([("no escape", "x")], scopes=scopes) == "found"
    with pytest.raises(LookupError, match="y"):
        chevron.render([("no escape", "y")], scopes=scopes)


def test_a_command_runs_without_its_main_which_would_leave_the_process():
    @click.command
    @click.option("--code", type=int)
    def command(code: int) -> int:
        return code

    with command.make_context("name", ["--code", "3"]) as context:
        assert command.invoke(context) == 3
    with pytest.raises(click.exceptions.Exit) as leaving:
        command.make_context("name", ["--help"])
    assert leaving.value.exit_code == 0


def test_a_group_completes_its_options_without_importing_its_commands():
    """``Command.shell_complete`` on a group is what its options are completed with."""

    class Group(click.Group):
        def list_commands(self, ctx):
            raise AssertionError(ctx)

    group = Group("group", params=[click.Option(["--quick"])])
    found = click.Command.shell_complete(group, click.Context(group), "--q")
    assert [each.value for each in found] == ["--quick"]


def test_a_backspace_keeps_the_lines_of_a_help_apart():
    command = click.Command("name", help="First.\n\n\b\none\ntwo")
    assert "  one\n  two" in command.get_help(click.Context(command))
