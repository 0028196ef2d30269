"""Workers, the queue that wakes them, and the upkeep of what they leave behind."""
