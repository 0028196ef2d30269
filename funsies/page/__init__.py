"""The local page of ``funsies ui``: what is there and what goes on, in a browser."""
