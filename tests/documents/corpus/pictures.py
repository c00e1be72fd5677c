"""Pictures written chunk by chunk, in ways that no ordinary program uses."""

import struct
import zlib
from io import BytesIO

from PIL import Image, ImageCms, PngImagePlugin

from tests.documents.corpus import CorpusFile

START = b"\x89PNG\r\n\x1a\n"


def chunk(kind, content):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(width, height, pixels=b"", *, colours=2, bits=8, more=b""):
    header = struct.pack(">IIBBBBB", width, height, bits, colours, 0, 0, 0)
    return START + chunk(b"IHDR", header) + more + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def blank(width, height, bytes_a_pixel=3, **how):
    """Return compressed blank rows. Any number of them takes almost no space."""
    row, packer = bytes(1 + width * bytes_a_pixel), zlib.compressobj(9)
    packed = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    return png(width, height, packed, **how)


def drawn(kind, mode="RGB", size=(40, 20), **options):
    out = BytesIO()
    Image.new(mode, size).save(out, format=kind, **options)
    return out.getvalue()


def gradient(size=(300, 200)):
    return Image.linear_gradient("L").resize(size).convert("RGB")


def saved(picture, kind, **options):
    out = BytesIO()
    picture.save(out, format=kind, **options)
    return out.getvalue()


def boxes(brand, *others):
    """Write the first box of a phone's photo or video."""
    content = b"ftyp" + brand + bytes(4) + b"".join(others)
    return struct.pack(">I", len(content) + 4) + content + bytes(300)


def hostile():
    many, cut, damaged = "more than 40 megapixels", "Part of this picture is missing", "damaged"
    rows = zlib.compress(bytes(1000))
    yield CorpusFile("one pixel wide and forty million high", "a.png", png(1, 40_000_000, rows), many)
    yield CorpusFile("forty million wide and one high", "a.png", png(40_000_000, 1, rows), many)
    yield CorpusFile("more pixels than a number has room for", "a.png", png(2**31 - 1, 2**31 - 1, rows), "picture")
    yield CorpusFile("a little too many pixels", "a.png", png(6400, 6400, rows), many)
    yield CorpusFile("long side", "a.png", png(30_001, 2, rows), many)
    yield CorpusFile("no pixels", "a.png", png(0, 10, rows), damaged)
    yield CorpusFile("colours of no kind", "a.png", png(10, 10, rows, colours=5), damaged)
    yield CorpusFile("fewer pixels than it says", "a.png", png(200, 200, zlib.compress(bytes(90))), "picture")
    yield CorpusFile("pixels that are not packed", "a.png", png(20, 20, b"not packed"), damaged)
    yield CorpusFile("header alone", "a.png", START, damaged)
    yield CorpusFile(
        "chunk that is longer than the file",
        "a.png",
        START + struct.pack(">I", 2**31 - 1) + b"IHDR" + bytes(20),
        "picture",
    )
    whole = saved(gradient(), "PNG")
    yield CorpusFile("cut PNG", "a.png", whole[: len(whole) // 2], "picture")
    photo = saved(gradient(), "JPEG")
    yield CorpusFile("cut JPEG", "a.jpg", photo[: len(photo) // 2], cut)
    yield CorpusFile("JPEG without its picture", "a.jpg", photo[:40], "picture")
    wide = bytearray(photo)
    at = wide.find(b"\xff\xc0")
    wide[at + 5 : at + 9] = struct.pack(">HH", 65_500, 65_500)
    yield CorpusFile("JPEG that says it is wider", "a.jpg", bytes(wide), many)
    for brand in (b"heic", b"heix", b"mif1", b"hevc"):
        yield CorpusFile(
            f"telephone's photo {brand.decode()}",
            "IMG_0001.HEIC",
            boxes(brand, b"mif1", b"heic"),
            "is a HEIC photo. Save it as a JPEG",
        )
    yield CorpusFile(
        "telephone's photo under another name",
        "IMG_0002.jpg",
        boxes(b"heic", b"mif1"),
        "ends in .jpg, but it is a HEIC photo",
    )
    yield CorpusFile("AVIF", "a.avif", boxes(b"avif", b"mif1"), "an AVIF image")
    yield CorpusFile("film", "a.mp4", boxes(b"isom"), "an audio or video file")
    yield CorpusFile("GIF", "a.gif", drawn("GIF"), "a GIF image. Save it as a PNG")
    yield CorpusFile("WebP", "a.webp", drawn("WEBP"), "a WebP image. Save it as a PNG")
    yield CorpusFile("TIFF", "a.tif", drawn("TIFF"), "a TIFF image")
    yield CorpusFile("bitmap", "a.bmp", drawn("BMP"), "a bitmap image")
    yield CorpusFile(
        "PNG under the name of a JPEG", "a.jpg", whole, "ends in .jpg, but it is a PNG image. Upload a JPEG image."
    )
    yield CorpusFile(
        "JPEG under the name of a PNG", "a.png", photo, "ends in .png, but it is a JPEG image. Upload a PNG image."
    )
    yield CorpusFile("JPEG under the name of a HEIC", "IMG_0003.HEIC", photo, "Rename it so that it ends in .jpg")


def hungry():
    yield CorpusFile("thin and long, packed to little", "a.png", blank(1, 1_000_000), "more than 40 megapixels")
    yield CorpusFile("forty million blank pixels", "a.png", blank(2000, 20_000, 4, colours=6), "")
    yield CorpusFile(
        "forty million blank pixels of sixteen bits", "a.png", blank(2000, 20_000, 2, colours=0, bits=16), ""
    )


def harmless():
    for orientation in range(1, 9):
        exif = Image.Exif()
        exif[0x0112] = orientation
        exif[0x010E] = "taken at the school gate"
        yield CorpusFile(f"photo turned {orientation}", "a.jpg", saved(gradient(), "JPEG", exif=exif))
    for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16"):
        yield CorpusFile(f"PNG of mode {mode}", "a.png", drawn("PNG", mode))
    for mode in ("L", "RGB", "CMYK"):
        yield CorpusFile(f"JPEG of mode {mode}", "a.jpg", drawn("JPEG", mode))
    yield CorpusFile("progressive JPEG", "a.jpeg", saved(gradient(), "JPEG", progressive=True))
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    yield CorpusFile("JPEG with a profile", "a.jpg", saved(gradient(), "JPEG", icc_profile=profile))
    yield CorpusFile(
        "JPEG with a profile of nonsense", "a.jpg", saved(gradient(), "JPEG", icc_profile=b"nonsense" * 50)
    )
    yield CorpusFile("PNG with a profile", "a.png", saved(gradient(), "PNG", icc_profile=profile))
    exif = Image.Exif()
    exif[0x0112] = 99
    yield CorpusFile("photo turned in a way that is none", "a.jpg", saved(gradient(), "JPEG", exif=exif))
    text = PngImagePlugin.PngInfo()
    text.add_text("mxfile", "x" * 3_000_000, zip=True)
    yield CorpusFile("PNG with text of 3 MB", "a.png", saved(gradient(), "PNG", pnginfo=text))
    several = [Image.new("RGB", (40, 20), colour) for colour in ("red", "blue")]
    yield CorpusFile(
        "telephone's photo with a second one",
        "a.jpg",
        saved(gradient((40, 20)), "MPO", save_all=True, append_images=several),
    )
    yield CorpusFile("PNG that moves", "a.png", saved(several[0], "PNG", save_all=True, append_images=several))
    yield CorpusFile("PNG with a hole", "a.png", saved(gradient().convert("P"), "PNG", transparency=0))
    yield CorpusFile("one pixel", "a.png", drawn("PNG", size=(1, 1)))
    yield CorpusFile("wide picture", "a.png", blank(20_000, 40))
    yield CorpusFile("JPEG ending in jpe", "a.jpe", saved(gradient(), "JPEG"))
    yield CorpusFile("bytes after the end", "a.jpg", saved(gradient(), "JPEG") + b"trailing")
