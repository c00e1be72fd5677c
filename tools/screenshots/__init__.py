"""Take screenshots of every page as a person would see it.

tools/addresses and page_visits.py say who visits which page, browser.py visits it, and gallery.py shows the result.

It needs playwright, Chromium and axe, which only developers of Calloff have installed, so these are imported late.
"""
