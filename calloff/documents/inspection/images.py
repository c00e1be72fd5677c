"""Redraw a picture so that everything else in the file is lost, for example where the picture was taken.

The number of pixels is read from the first bytes, before anything is decompressed.
"""

from contextlib import suppress
from io import BytesIO

from PIL import Image, ImageCms, ImageOps, JpegImagePlugin, MpoImagePlugin, PngImagePlugin, TiffImagePlugin

from calloff.documents.inspection.verdicts import MAX_IMAGE_SIDE, MAX_PIXELS, InspectionProblem, ProblemFound

MAX_PROFILE = 1024 * 1024  # bytes
JPEG_QUALITY = 88
ORIENTATION_TAG = 0x0112
PNG_START = b"\x89PNG\r\n\x1a\n"
PNG_CHUNKS = {b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND", b"eXIf"}  # the picture and its orientation
TRUNCATED_IMAGE_MESSAGES = ("truncated", "unexpected end", "not enough image data", "image file is incomplete")
IMAGE_PLUGINS = (JpegImagePlugin, MpoImagePlugin, PngImagePlugin, TiffImagePlugin)


def prepare() -> None:
    """Draw a small picture of each kind, to import modules that load on first use.

    This must happen while the process can still open files.
    """
    Image.MAX_IMAGE_PIXELS = None  # our own limits are lower and are checked first
    for kind in ("PNG", "JPEG"):
        out = BytesIO()
        profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
        Image.new("RGB", (2, 2)).save(out, format=kind, icc_profile=profile, exif=_rotated_exif())
        redraw_image(out.getvalue(), 1)


def redraw_image(data: bytes, longest: int = 0) -> bytes:
    """Return the same picture, upright and in the same format, with only its pixels.

    If `longest` is given, neither side of the result is longer than that number of pixels. Raises ProblemFound.
    """
    kind = "PNG" if data.startswith(PNG_START) else "JPEG"
    try:
        picture = Image.open(BytesIO(_without_extras(data) if kind == "PNG" else data), formats=(kind,))
        width, height = picture.size
        if width * height > MAX_PIXELS or max(width, height) > MAX_IMAGE_SIDE:
            raise ProblemFound(InspectionProblem.TOO_MANY_PIXELS)
        if kind == "JPEG" and longest:
            # Decode the picture at a half, a quarter or an eighth of its size, if that is still large enough.
            picture.draft(None, (longest, longest))
        picture.load()
        orientation, profile = _orientation(picture), picture.info.get("icc_profile")
    except Image.DecompressionBombError as bomb:
        raise ProblemFound(InspectionProblem.TOO_MANY_PIXELS) from bomb
    except (OSError, ValueError, SyntaxError, OverflowError) as unreadable:
        is_truncated = any(words in str(unreadable).lower() for words in TRUNCATED_IMAGE_MESSAGES)
        raise ProblemFound(InspectionProblem.TRUNCATED if is_truncated else InspectionProblem.DAMAGED) from unreadable
    drawn = _to_srgb(_to_eight_bits(picture, kind), profile, was=picture.mode)
    del picture
    if longest and max(drawn.size) > longest:
        drawn.thumbnail((longest, longest), Image.Resampling.LANCZOS)
    return _encode(_upright(drawn, orientation), kind)


def _without_extras(data: bytes) -> bytes:
    """Return a PNG with only its image chunks. Text chunks can be larger than the library allows."""
    chunks, position = [PNG_START], len(PNG_START)
    while position + 12 <= len(data):
        size = int.from_bytes(data[position : position + 4], "big")
        end = position + 12 + size
        if data[position + 4 : position + 8] in PNG_CHUNKS:
            chunks.append(data[position:end])
        if data[position + 4 : position + 8] == b"IEND":
            break
        position = end
    return b"".join(chunks)


def _orientation(picture: Image.Image) -> int:
    with suppress(Exception):  # cameras often write invalid values here
        return int(picture.getexif().get(ORIENTATION_TAG, 1))
    return 1


def _upright(picture: Image.Image, orientation: int) -> Image.Image:
    if orientation not in range(2, 9):
        return picture
    picture.info.clear()
    exif = picture.getexif()
    exif[ORIENTATION_TAG] = orientation
    ImageOps.exif_transpose(picture, in_place=True)
    return picture


def _to_eight_bits(picture: Image.Image, kind: str) -> Image.Image:
    """Return the picture with 8 bits for each colour, and with transparency if the original might have some."""
    if picture.mode.startswith("I"):  # 16-bit greyscale
        return picture.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    if picture.mode in {"1", "L"}:
        return picture if picture.mode == "L" and "transparency" not in picture.info else picture.convert("L")
    transparent = kind == "PNG" and (picture.mode in {"RGBA", "LA", "PA", "P"} or "transparency" in picture.info)
    mode = "RGBA" if transparent else "RGB"
    return picture if picture.mode == mode else picture.convert(mode)


def _to_srgb(picture: Image.Image, profile: bytes | None, *, was: str) -> Image.Image:
    """Convert colours from an embedded profile to sRGB."""
    if profile and len(profile) <= MAX_PROFILE and picture.mode == "RGB" and was == "RGB":
        with suppress(Exception):  # if the profile is invalid, the colours are not converted
            srgb = ImageCms.createProfile("sRGB")
            ImageCms.profileToProfile(picture, ImageCms.getOpenProfile(BytesIO(profile)), srgb, inPlace=True)
    return picture


def _encode(picture: Image.Image, kind: str) -> bytes:
    out = BytesIO()
    picture.info.clear()
    picture.save(out, format=kind, **({"quality": JPEG_QUALITY} if kind == "JPEG" else {"optimize": False}))
    return out.getvalue()


def _rotated_exif() -> Image.Exif:
    exif = Image.Exif()
    exif[ORIENTATION_TAG] = 6
    return exif
