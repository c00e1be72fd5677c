"""Take screenshots of every page, as a person would see it.

tools/addresses and page_visits.py say who visits which page, browser.py visits the pages, and gallery.py shows the
result.

This needs playwright, Chromium and axe. Only developers of Calloff install these, so they are imported late.
"""
