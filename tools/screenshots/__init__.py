"""Look at every page as a person would see it.

Who looks at what: tools/addresses and page_visits.py; how: browser.py; what was seen: gallery.py.

It needs what only those who change Calloff have installed (playwright, Chromium, axe), so those are imported late.
"""
