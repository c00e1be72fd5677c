"""Make a page that shows all screenshots as thumbnails."""

from collections.abc import Sequence
from html import escape
from pathlib import Path

from tools.screenshots.browser import WINDOW_WIDTHS, PageReport

PAGE_HEAD = """<!doctype html><html lang="en-GB"><meta charset="utf-8"><title>Every page of Calloff</title>
<style>
body { font: 14px/1.4 sans-serif; margin: 2rem }
main { display: grid; grid-template-columns: repeat(auto-fill, minmax(22rem, 1fr)); gap: 2rem }
figure { margin: 0; border: 1px solid #ccc; padding: 1rem } figure.bad { border: 3px solid #ca3535 }
.pair { display: flex; gap: 1rem; height: 14rem; align-items: start; overflow: hidden }
.pair img { width: 14rem } .pair img + img, .pair a + a img { width: 4rem }
</style><h1>Every page of Calloff</h1><main>
"""


def write_gallery(folder: Path, everything: Sequence[PageReport]) -> Path:
    """Write index.html next to the screenshots, and return its path."""
    file = folder / "index.html"
    file.write_text(PAGE_HEAD + "\n".join(_figure(seen) for seen in everything) + "</main></html>\n")
    return file


def _figure(seen: PageReport) -> str:
    sight = seen.sight
    pictures = "".join(
        f'<a href="{sight.name}-{width}.png"><img loading="lazy" alt="at {width} pixels" '
        f'src="{sight.name}-{width}.png"></a>'
        for width in WINDOW_WIDTHS
    )
    findings = "".join(f"<li>{escape(one)}</li>" for one in seen.findings)
    return (
        f'<figure class="{"bad" if seen.findings else ""}"><div class="pair">{pictures}</div><figcaption>'
        f"<b>{escape(sight.name)}</b> as {escape(sight.visitor.name)}, <a href='{sight.name}.pdf'>in print</a><br>"
        f"{escape(sight.path)}<br>{escape(seen.title)}<ul>{findings}</ul></figcaption></figure>"
    )
