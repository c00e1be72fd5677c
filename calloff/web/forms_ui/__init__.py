"""Form classes, fields and widgets, and the merging of concurrent edits."""
