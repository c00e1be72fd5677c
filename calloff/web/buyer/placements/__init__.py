"""A buyer's placements: checks before the start, the agreement, the register, changes, reviews and the end."""
