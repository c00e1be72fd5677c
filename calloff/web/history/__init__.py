"""History pages: what was done to a record, who did it, and when."""
