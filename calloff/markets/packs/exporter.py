"""Write a pack to a folder, in files that a contracts officer can read.

`read_pack` reads an identical pack from that folder.
"""

from pathlib import Path

import yaml

from calloff.markets.packs.loader import MARKET_FILE
from calloff.markets.packs.schema import MarketPack

MAX_YAML_WIDTH = 110
PACK_FILE_HEADING = "# A market pack. Change it and load it again. Each error gives its file, line and field.\n\n"


class _Dumper(yaml.SafeDumper):
    """A YAML writer that writes no aliases, uses block style even for long text, and indents list items."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: object) -> bool:
        return True


def _text(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    style = "|" if _can_be_block(text) else None if text.replace("\n", "").isprintable() else '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


def _can_be_block(text: str) -> bool:
    lines = text.split("\n")
    plain = all(line == line.rstrip() and (line.isprintable() or not line) for line in lines)
    return len(lines) > 1 and plain and not text.startswith((" ", "\n"))


def _list(dumper: _Dumper, items: list[object]) -> yaml.SequenceNode:
    numbers = bool(items) and all(isinstance(item, int) for item in items)
    # Lists of numbers are written on one line, for example lots: [1, 4].
    return dumper.represent_sequence("tag:yaml.org,2002:seq", items, flow_style=numbers)


_Dumper.add_representer(str, _text)
_Dumper.add_representer(list, _list)


def write_pack(pack: MarketPack, folder: Path) -> list[Path]:
    """Write a pack to a folder, and return the files. If the folder does not exist, create it.

    The files do not refer to shared files: the values from a template are written out in full.
    """
    folder.mkdir(parents=True, exist_ok=True)
    parts = pack.model_dump(mode="python", exclude_defaults=True)
    parts["tool"] = str(pack.tool)
    if pack.synonyms:
        parts["synonyms"] = [row.model_dump(exclude_defaults=True) for row in pack.synonyms]
    for part, lot in zip(parts["lots"], pack.lots, strict=True):
        part.update({"drawing": lot.drawing} if lot.drawing else {})
    agreement = parts["agreement"]
    texts = {"eligibility.yml": _yaml(parts["eligibility"])} if pack.eligibility else {}
    texts |= {
        "questions.yml": _yaml(parts["questions"]),
        "agreement.md": agreement.pop("text"),
    }
    for name in ("partnership", "placement"):
        if name in parts:
            texts[f"{name}-agreement.md"] = parts[name].pop("text")
            parts[name]["text_file"] = f"{name}-agreement.md"
    if pack.eligibility is not None:
        parts["eligibility"] = {"extends": "eligibility.yml"}
    parts["questions"] = {"extends": "questions.yml"}
    agreement["text_file"] = "agreement.md"
    texts[MARKET_FILE] = PACK_FILE_HEADING + _spaced(_yaml(parts))
    for name, text in texts.items():
        (folder / name).write_bytes(text.encode())
    return [folder / name for name in texts]


def _yaml(parts: dict[str, object]) -> str:
    return yaml.dump(parts, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=MAX_YAML_WIDTH)


def _spaced(text: str) -> str:
    """Insert a blank line before each top-level list or mapping, so that the file is easier to read."""
    lines = text.splitlines(keepends=True)
    starts = [line[:1].isalpha() and line.rstrip().endswith(":") for line in lines]
    return "".join(f"\n{line}" if is_start else line for line, is_start in zip(lines, starts, strict=True))
