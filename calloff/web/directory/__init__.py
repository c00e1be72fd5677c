"""Search, service and comparison pages for all audiences."""
