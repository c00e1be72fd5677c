"""Pages and forms about placements that buyers and providers share."""
