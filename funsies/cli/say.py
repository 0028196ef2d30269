"""What commands say beside their data: short lines on stderr."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click

from funsies.config.urls import hide_secrets


def note(message: str) -> None:
    """Say something, without passwords."""
    click.echo(hide_secrets(message), err=True)


@contextmanager
def step(name: str) -> Iterator[None]:
    """Say that something is begun, and how it ended."""
    click.echo(f"{click.style(name, bold=True)} ... ", err=True, nl=False)
    try:
        yield
    except BaseException:
        click.secho("failed", err=True, fg="red", bold=True)
        raise
    click.secho("done", err=True, fg="green", bold=True)
