"""What is checked: one feature a file."""
