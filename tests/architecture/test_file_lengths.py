"""Tests that no file is longer than 400 lines, so that a person can read all of it."""

from django.conf import settings

LONGEST = 400  # lines


def test_no_source_file_of_the_service_has_more_than_400_lines():
    """Migrations are generated and static files from others are not changed, so these are not checked."""
    files = [
        path
        for kind in ("*.py", "*.html", "*.typ", "*.css", "*.js")
        for path in (settings.BASE_DIR / "calloff").rglob(kind)
        if not {"migrations", "static"} & set(path.parts)
    ]
    long = {
        str(path.relative_to(settings.BASE_DIR)): lines
        for path in files
        if (lines := len(path.read_text().splitlines())) > LONGEST
    }
    assert long == {}, "part it by subject"
