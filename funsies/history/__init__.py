"""What is stored, as people ask for it: the steps of a graph, and what became of each."""
