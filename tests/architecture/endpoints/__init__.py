"""The test data for trying each URL in tools/addresses, and the code that tries the URLs."""
