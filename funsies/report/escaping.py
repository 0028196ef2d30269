"""Templates that escape: whatever is put into them stays text."""

from __future__ import annotations

from jinja2 import BaseLoader, Environment, StrictUndefined


def escaping_environment(loader: BaseLoader) -> Environment:
    """Make an environment for templates of HTML.

    All values are escaped, whatever a template is called, and one that is missing is an error.

    Args:
        loader: finds the templates.
    """
    return Environment(
        autoescape=True,
        loader=loader,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
