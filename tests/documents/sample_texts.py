"""Text that people might type: names in many scripts, pasted symbols, and text that could break typesetting."""

import io

import pypdf

from calloff.documents import storage

FOREIGN_NAMES = {
    "Vietnamese": "Nguyễn Thị Hằng",
    "Ukrainian": "Володимир Олексійович Їжак",
    "Greek": "Ελένη Παπαδοπούλου",
    "Arabic": "محمد عبد الله",
    "Hebrew": "דוד לוי",
    "Punjabi": "ਗੁਰਪ੍ਰੀਤ ਸਿੰਘ",
    "Hindi": "अमित शर्मा",
    "Bengali": "রহিম উদ্দিন",
    "Tamil": "தமிழ்ச்செல்வி",
    "Gujarati": "કિરણ પટેલ",
    "Amharic": "ሰላም ተስፋዬ",
    "Georgian": "ნინო ბერიძე",
    "Thai": "สมชาย ใจดี",
    "Yoruba": "Adébáyọ̀ Ọlúwaṣeun",
    "Polish": "Łukasz Wójcik",
    "Welsh": "Siân Ŵyn-Ŷstwyth",
}
SIGN_TEXTS = [
    "Arrival → warm‑up ✓ ●",
    "A quiet hour of music 🎵",
    "Ratios of 1‑1 are in place",
    "● We recycle → we re‑use",
    "⅔ of a day, ½ an hour, ≥ 3, ☑ ☐ ★ ☎ ✉ € ₹ ℃",
    "👩‍🏫 👨‍👩‍👧 🇺🇦 ❤️ 👍🏽 1️⃣",
]
UNPRINTABLE_TEXTS = [
    "中文名 日本語 한국어",  # no font has these letters, so each is shown as a box
    "private \ue000 \uf8ff \U000f0000, none \uffff \ufffe \U0001ffff, unassigned \u0378 \U000e0fff",
    "lone \ud800 surrogate \udfff",
    "\x00\x01\x07\x08\x1b\x7f\x9f control\x0bs\x0c",
    "a\r\nb\rc\nd\u2028e\u2029f\x85g\th",
    "\u202eturned round\u202c \u2066isolated\u2069 \u200ftext\u061c \ufeffmark",
    "zero\u200bwidth\u2060joined\u200dand\u200cnot soft\u00adhyphen",
    "\u0301a mark first, \u200d a joiner first, q\u0301\u0323\u0330\u20dd, ا\u0301 mixed, ਗ\u0301, e\u0a41, 中\u0301",
    "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢",
    "ﷺ ﬁ ǆ ŉ ẞ İ ı ſ K Å Ω",
    "x" * 300,
    '#panic("x") $x$ *b* [l] <a> @ref \\ `c` = h',
    "   ",
    "",
]
ALL_TEXTS = [*FOREIGN_NAMES.values(), *SIGN_TEXTS, *UNPRINTABLE_TEXTS]
JOINED_TEXT = " | ".join(ALL_TEXTS)
ACCEPTED = " ".join(
    [*FOREIGN_NAMES.values(), *SIGN_TEXTS, "中文名"]
)  # text that forms and the database accept, without control characters or surrogates


def read_pdf_text(made):
    """Return the text on every page of a PDF, as another library extracts it."""
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(made)).pages)


def text_of_file(file):
    """Return the text in a stored PDF."""
    return read_pdf_text(storage.path_of_digest(file.sha256).read_bytes())
