"""Form classes, fields and widgets, and how a concurrent edit is merged."""
