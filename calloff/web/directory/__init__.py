"""Search, service and comparison pages that all audiences share."""
