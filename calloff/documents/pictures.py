"""Draw an uploaded picture anew: whatever else stood in the file, such as where it was taken, is gone."""

from io import BytesIO

from PIL import Image, ImageOps

from calloff.kernel.states import Refused

MOST_PIXELS = 40_000_000
JPEG_QUALITY = 88


def redrawn(data: bytes) -> bytes:
    """Return the same picture, upright, in the same format, with nothing but its pixels. Raises Refused."""
    try:
        with Image.open(BytesIO(data), formats=("PNG", "JPEG")) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise Refused(f"This picture has more than {MOST_PIXELS // 10**6} megapixels. Make it smaller.", "file")
            kind = picture.format
            upright = ImageOps.exif_transpose(picture)
            plain = upright.convert(_mode(kind, upright.mode))
    except Image.DecompressionBombError as bomb:
        raise Refused(
            f"This picture has more than {MOST_PIXELS // 10**6} megapixels. Make it smaller.", "file"
        ) from bomb
    except (OSError, ValueError, SyntaxError, OverflowError) as unreadable:
        raise Refused("This picture is damaged. Save it again and upload that.", "file") from unreadable
    out = BytesIO()
    plain.info.clear()
    plain.save(out, format=kind, **({"quality": JPEG_QUALITY} if kind == "JPEG" else {"optimize": False}))
    return out.getvalue()


def _mode(kind: str | None, mode: str) -> str:
    if mode in {"1", "L"}:
        return "L"
    return "RGBA" if kind == "PNG" and mode in {"RGBA", "LA", "PA", "P"} else "RGB"
