"""Form classes, fields and widgets, and the merging of changes that several people make at the same time."""
