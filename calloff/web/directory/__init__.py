"""Search, service and comparison pages that every audience shares."""
