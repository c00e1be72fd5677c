"""Take screenshots of every page, as a person would see it.

tools/addresses and page_visits.py say who visits which page, browser.py visits the pages, and gallery.py shows the
result.

It needs playwright, Chromium and axe, which only developers of Calloff install, so they are imported late.
"""
