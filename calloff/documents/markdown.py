"""Render officers' Markdown, as blocks for a PDF and as HTML for a page.

Headings, paragraphs, numbered clauses, bullets, bold, italics, and links to https or email addresses are supported.
HTML is shown as plain text, and a picture becomes a link or is left out.
"""

from collections.abc import Sequence
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode

ALLOWED_LINK_SCHEMES = ("https://", "mailto:")
GOVUK_HEADING_CLASSES = {"h2": "govuk-heading-m", "h3": "govuk-heading-s", "h4": "govuk-heading-s"}
GOVUK_CLASSES = {
    "paragraph_open": "govuk-body",
    "bullet_list_open": "govuk-list govuk-list--bullet",
    "ordered_list_open": "govuk-list govuk-list--number",
    "link_open": "govuk-link",
}

MarkdownSpan = dict[str, Any]
MarkdownBlock = dict[str, Any]


def render_html(text: str) -> str:
    """Return safe HTML with the classes of the GOV.UK Design System. Headings start at the second level."""
    reader = _reader()
    tokens = reader.parse(text)
    _add_classes(tokens)
    rendered: str = reader.renderer.render(tokens, reader.options, {})
    return rendered


def parse_blocks(text: str) -> list[MarkdownBlock]:
    """Return headings, paragraphs and lists as plain data for a typesetting template."""
    return _blocks(SyntaxTreeNode(_reader().parse(text)).children)


def _reader() -> MarkdownIt:
    reader = MarkdownIt("commonmark", {"html": False})
    reader.disable(["image", "code", "fence", "html_block", "html_inline", "hr", "reference"])
    reader.validateLink = _is_allowed  # type: ignore[method-assign]
    return reader


def _is_allowed(url: str) -> bool:
    return url.strip().lower().startswith(ALLOWED_LINK_SCHEMES)


def _add_classes(tokens: Sequence[Token]) -> None:
    for token in tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(int(token.tag[1]) + 1, 4)}"
        if token.type == "heading_open":
            token.attrSet("class", GOVUK_HEADING_CLASSES[token.tag])
        elif token.type in GOVUK_CLASSES:
            token.attrSet("class", GOVUK_CLASSES[token.type])
        if token.type == "link_open":
            token.attrSet("rel", "noopener noreferrer")
        _add_classes(token.children or [])


def _blocks(nodes: Sequence[SyntaxTreeNode]) -> list[MarkdownBlock]:
    return [block for node in nodes if (block := _block(node))]


def _block(node: SyntaxTreeNode) -> MarkdownBlock | None:
    match node.type:
        case "heading":
            return {"kind": "heading", "level": int(node.tag[1]), "spans": _spans(node)}
        case "paragraph":
            return {"kind": "paragraph", "spans": _spans(node)}
        case "bullet_list":
            return {"kind": "bullets", "items": [_blocks(item.children) for item in node.children]}
        case "ordered_list":
            items = [_blocks(item.children) for item in node.children]
            return {"kind": "numbers", "start": int(node.attrs.get("start", 1)), "items": items}
        case "blockquote":
            return {"kind": "quote", "blocks": _blocks(node.children)}
        case _:
            return None


def _spans(node: SyntaxTreeNode) -> list[MarkdownSpan]:
    return [span for inline in node.children for child in inline.children for span in _span(child, {})]


def _span(node: SyntaxTreeNode, style: MarkdownSpan) -> list[MarkdownSpan]:
    match node.type:
        case "text" | "code_inline":
            return [{"text": node.content, **style}] if node.content else []
        case "softbreak":
            return [{"text": " ", **style}]
        case "hardbreak":
            return [{"text": "\n", **style}]
        case "strong":
            style = {**style, "bold": True}
        case "em":
            style = {**style, "italic": True}
        case "link":
            style = {**style, "link": str(node.attrs["href"])}
    return [span for child in node.children for span in _span(child, style)]
