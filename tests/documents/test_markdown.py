import pytest

from calloff.documents import markdown


def test_headings_paragraphs_clauses_and_bullets_in_markdown_are_parsed():
    read = markdown.parse_blocks("# Duties\n\nAct **now**.\n\n3. One\n   1. Inner\n4. Two\n\n- a\n")
    assert read == [
        {"kind": "heading", "level": 1, "spans": [{"text": "Duties"}]},
        {"kind": "paragraph", "spans": [{"text": "Act "}, {"text": "now", "bold": True}, {"text": "."}]},
        {
            "kind": "numbers",
            "start": 3,
            "items": [
                [
                    {"kind": "paragraph", "spans": [{"text": "One"}]},
                    {"kind": "numbers", "start": 1, "items": [[{"kind": "paragraph", "spans": [{"text": "Inner"}]}]]},
                ],
                [{"kind": "paragraph", "spans": [{"text": "Two"}]}],
            ],
        },
        {"kind": "bullets", "items": [[{"kind": "paragraph", "spans": [{"text": "a"}]}]]},
    ]


def test_html_uses_design_system_classes_and_its_headings_start_at_level_two():
    shown = markdown.render_html("# Duties\n\nText\n\n- a\n")
    assert '<h2 class="govuk-heading-m">Duties</h2>' in shown
    assert '<p class="govuk-body">Text</p>' in shown
    assert '<ul class="govuk-list govuk-list--bullet">' in shown


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "![x](https://x.example/a.png)",
        "[x](javascript:alert(1))",
        "[x](JAVASCRIPT:alert(1))",
        "[x](data:text/html,x)",
        "[x](http://x.example)",
        "[x](//x.example)",
        "<javascript:alert(1)>",
    ],
)
def test_pictures_and_unsafe_links_are_removed_from_html(text):
    shown = markdown.render_html(text)
    assert not any(
        tag in shown for tag in ("<script", "<img", 'javascript:alert(1)"', 'href="http:', 'href="/', 'href="data')
    )
    links = [span["link"] for block in markdown.parse_blocks(text) for span in block["spans"] if "link" in span]
    assert all(link.startswith(markdown.ALLOWED_LINK_SCHEMES) for link in links)


def test_links_to_https_addresses_and_email_addresses_are_kept():
    shown = markdown.render_html("[a](https://x.example) [b](mailto:a@x.example)")
    assert 'href="https://x.example"' in shown
    assert 'href="mailto:a@x.example"' in shown
