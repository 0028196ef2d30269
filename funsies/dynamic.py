"""Parts of the workflow whose shape is known only at run time."""

from .builder.fan_out import map_each, sac

__all__ = ["map_each", "sac"]
