"""What people see of a run: progress, a closing table, and errors explained."""
