"""A market pack: a folder of YAML and Markdown files that describe a market.

Contracts officers can read, load and export it.
"""
