"""A market pack, which is a folder of YAML and Markdown files that describe a market.

Contracts officers can read, load and export packs.
"""
