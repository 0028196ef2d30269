"""One module a case: ``measure(setting)`` returns the figures of its JSON line."""
