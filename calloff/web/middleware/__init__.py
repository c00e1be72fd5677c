"""Request middleware: rate limits, headers, database errors and requests that hang."""
