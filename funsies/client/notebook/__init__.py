"""What notebooks show: of errors, results and handles, and of how far an execution is.

Each is a :class:`~funsies.client.notebook.blocks.Block`, from which both the HTML and the text
in its place are made. Nothing in it has a colour of its own but a bar at its side, so that it
can be read on any background; all that comes from a workflow is escaped.
"""
