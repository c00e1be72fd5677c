"""The world in which every address of tools/addresses is tried, and the trying."""
