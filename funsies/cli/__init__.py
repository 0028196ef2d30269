"""The command line: stdout is data, everything else goes to stderr."""
