"""Pure values and decisions: no clock, no environment, no input or output."""
