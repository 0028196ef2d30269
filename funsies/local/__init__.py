"""A server and workers on this machine, started when they are needed."""
