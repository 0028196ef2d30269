"""A module of funsies 0.8 whose name now is that of the function ``template`` alone."""

raise ImportError(
    "the module funsies.template of funsies 0.8 is gone: write `from funsies import template`"
)
