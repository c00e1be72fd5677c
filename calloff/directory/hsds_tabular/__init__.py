"""Import and export the directory as CSV files, in the tabular form of the Human Services Data Specification."""
