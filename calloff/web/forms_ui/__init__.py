"""Form classes, fields and widgets, and the merging of changes that people make at the same time."""
