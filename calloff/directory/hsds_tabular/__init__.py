"""Import and export the directory as CSV files in the tabular format of the Human Services Data Specification."""
