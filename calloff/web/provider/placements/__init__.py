"""A provider's placements: staff checks, register, changes, reviews, notice and exit report."""
