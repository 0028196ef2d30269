"""Where the graph, its state and its values are kept."""
