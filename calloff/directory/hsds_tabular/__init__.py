"""The directory in the tabular form of the Human Services Data Specification: one CSV for each kind of record."""
