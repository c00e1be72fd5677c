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
            kind = "PNG" if picture.format == "PNG" else "JPEG"  # a telephone's JPEG may hold further pictures: MPO
            upright = ImageOps.exif_transpose(picture)
            plain = _plain(upright, kind)
    except Image.DecompressionBombError as bomb:
        raise Refused(
            f"This picture has more than {MOST_PIXELS // 10**6} megapixels. Make it smaller.", "file"
        ) from bomb
    except (OSError, ValueError, SyntaxError, OverflowError) as unreadable:
        raise Refused("This picture is damaged. Save it again and upload that.", "file") from unreadable
    return _written(plain, kind)


def within(data: bytes, longest: int) -> bytes:
    """Return a picture that `redrawn` returned, so small that neither side has more pixels than `longest`."""
    with Image.open(BytesIO(data), formats=("PNG", "JPEG")) as picture:
        if max(picture.size) <= longest:
            return data
        kind, smaller = str(picture.format), picture.copy()
    smaller.thumbnail((longest, longest), Image.Resampling.LANCZOS)
    return _written(smaller, kind)


def _written(picture: Image.Image, kind: str) -> bytes:
    out = BytesIO()
    picture.info.clear()
    picture.save(out, format=kind, **({"quality": JPEG_QUALITY} if kind == "JPEG" else {"optimize": False}))
    return out.getvalue()


def _plain(picture: Image.Image, kind: str) -> Image.Image:
    """Return eight bits for each colour, with transparency where there may be some."""
    if picture.mode.startswith("I"):  # 16 bits of grey
        return picture.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    if picture.mode in {"1", "L"}:
        return picture.convert("L")
    transparent = kind == "PNG" and picture.mode in {"RGBA", "LA", "PA", "P"}
    return picture.convert("RGBA" if transparent else "RGB")
