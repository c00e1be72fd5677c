"""The test data for trying every address in tools/addresses, and the code that tries them."""
