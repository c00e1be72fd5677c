"""Request middleware: limits, headers, errors of the database and hung requests."""
