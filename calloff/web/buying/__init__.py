"""Pages about offers and orders that buyers and providers share."""
