"""History pages: what people did to a record, who did it and when."""
