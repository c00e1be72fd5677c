"""A file is read whole: what grows beyond 400 lines is a package, or two files, each with a subject of its own."""

from django.conf import settings

LONGEST = 400  # lines


def test_no_file_of_the_service_has_more_than_400_lines():
    """Migrations are written by a program, and what others wrote (static) stays as they wrote it."""
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
