"""From Python calls to operations: pure, nothing is stored or run."""
