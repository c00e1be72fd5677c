"""The title and headings of a page, and what is wrong with them."""

import html
import re
from collections import defaultdict
from dataclasses import dataclass

SERVICE = " - Calloff"  # Every title ends with this.
TITLE = re.compile(r"<title>(.*?)</title>", re.S)
H1 = re.compile(r"<h1\b.*?</h1>", re.S)
CAPTION = re.compile(r'<span class="govuk-caption-l">(.*?)</span>\s*<h1\b', re.S)
SVG = re.compile(r"<svg\b.*?</svg>", re.S)  # A picture has a title of its own.


@dataclass(frozen=True)
class PageHeading:
    """The name of a page in the browser tab, and its name at the top of the page."""

    titles: tuple[str, ...]
    h1s: tuple[str, ...]
    caption: str

    @property
    def title(self):
        return self.titles[0].removeprefix("Error: ") if self.titles else ""

    @property
    def shown(self):
        return " - ".join(part for part in (self.caption, *self.h1s) if part)


def read_heading(answer):
    """Return the title and headings of a page, or None for a file, JSON or a redirect."""
    if answer.streaming or answer.status_code != 200 or not answer.headers["Content-Type"].startswith("text/html"):
        return None
    page = SVG.sub("", answer.content.decode())
    caption = CAPTION.search(page)
    return PageHeading(
        tuple(plain(words) for words in TITLE.findall(page)),
        tuple(plain(words) for words in H1.findall(page)),
        plain(caption[1]) if caption else "",
    )


def plain(markup):
    """Return the text of HTML as a screen reader would read it."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", markup)).split())


def heading_fault(heading, *, hidden=False):
    """Return what is wrong with the title and headings of a page.

    A page must have one title and one h1, and the title must start with the text of the h1. If the h1 must be `hidden`
    from the title, the title must not contain it.
    """
    if len(heading.h1s) != 1 or not heading.h1s[0]:
        return f"has {len(heading.h1s)} h1: {heading.h1s}"
    if len(heading.titles) != 1 or not heading.title.removesuffix(SERVICE):
        return f"has {len(heading.titles)} titles: {heading.titles}"
    if not heading.title.endswith(SERVICE):
        return f"has a title that does not name the service: “{heading.title}”"
    if hidden == f"{heading.title} - ".startswith(f"{heading.h1s[0]} - "):
        return f"has the title “{heading.title}” and the h1 “{heading.h1s[0]}”"
    return ""


def names_shared(pages):
    """Return names that pages of several routes for the same audience share, with these routes.

    `pages` contains the route and the heading of each page. A name is either the title or the name at the top of the
    page.
    """
    routes = defaultdict(set)
    for route, heading in pages:
        for name in (heading.title, heading.shown):
            routes[route.partition(":")[0], name].add(route)
    return sorted((name, tuple(sorted(several))) for (_, name), several in routes.items() if len(several) > 1)
