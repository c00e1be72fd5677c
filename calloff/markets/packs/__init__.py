"""A market pack: a market as a folder of YAML and Markdown files that a contracts officer can read, load and export."""
