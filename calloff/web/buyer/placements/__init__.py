"""A buyer's placements: checks before the start, agreement, register, changes, reviews and ending."""
