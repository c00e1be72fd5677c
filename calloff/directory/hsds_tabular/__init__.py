"""Import and export the directory in the tabular form of the Human Services Data Specification, as CSV files."""
