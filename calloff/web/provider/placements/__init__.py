"""A provider's placements: staff checks, the register, changes, reviews, notice and the exit report."""
