"""History pages: what was done to a record, by whom and when."""
