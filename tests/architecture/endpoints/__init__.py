"""The test data for trying every URL in tools/addresses, and the code that tries them."""
