"""Tests that each error in a pack is reported with its file, line and field."""

import shutil

import pytest
import yaml
from django.conf import settings

from calloff.kernel.lifecycles import Refused
from calloff.markets.packs import yaml_positions
from calloff.markets.packs.loader import PackFaults, read_pack

PACKS = settings.BASE_DIR / "packs"
IAP, DORSET = "west-sussex-iap", "dorset-ap"


@pytest.fixture
def root(tmp_path):
    shutil.copytree(PACKS, tmp_path / "packs")
    return tmp_path / "packs"


def edit(root, file, old, new):
    """Change one place in a file, and return the number of its line."""
    path = root / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    return text[: text.index(old)].count("\n") + 1


def faults(folder):
    with pytest.raises(PackFaults) as caught:
        read_pack(folder)
    return list(caught.value.faults)


BROKEN = [
    # the pack, the file (in the pack or shared), the original text, the changed text, the field, and the message
    (IAP, "market.yml", "code: IAP", "code: iap1", "code", "not in the right format"),
    (IAP, "market.yml", "code: IAP", "sumary: x\ncode: IAP", "sumary", "not a field here. Did you mean “summary”?"),
    (IAP, "market.yml", "slug: west-sussex-iap", "slug: West Sussex", "slug", "not in the right format"),
    (
        IAP,
        "market.yml",
        "title: Independent Alternative Provision DPS",
        "title: 2021",
        "title",
        "put it in quotation marks",
    ),
    (
        IAP,
        "market.yml",
        "tool: light_touch_arrangement",
        "tool: auction",
        "tool",
        "“auction” is not one of the values allowed here",
    ),
    (IAP, "market.yml", "tool: light_touch_arrangement", "tool: dps", "ruleset", "is not for a dps"),
    (IAP, "market.yml", "ruleset: pcr-2015-light-touch", "ruleset: roman-law", "ruleset", "no ruleset “roman-law”"),
    (
        IAP,
        "market.yml",
        "day: 2021-09-01",
        "day: 1st September",
        "true_dates.opened_on.day",
        "year, month and day, like 2026-09-01",
    ),
    (IAP, "market.yml", "decide_within:", "decide_withn:", "promises.decide_withn", "There is no rule"),
    (IAP, "market.yml", "value: conditions", "value: lottery", "promises.entry", "one of: conditions, scored"),
    (IAP, "market.yml", "  - number: 3", "  - number: 6", "lots[3].number", "without gaps. This lot must be number 3"),
    (IAP, "market.yml", "lots: [1, 2, 5]", "lots: [1, 2, 6]", "providers[1].lots[3]", "There is no lot 6"),
    (IAP, "market.yml", "lots: [1, 2, 5]", "lots: [1, 2, 2]", "providers[1].lots[3]", "is listed here twice"),
    (IAP, "market.yml", "lots: [1, 2, 5]", "lots: 1", "providers[1].lots", "Enter a list"),
    (IAP, "market.yml", "- name: Asphaleia Ltd", "- name: angling  4 education", "providers[2].name", "already listed"),
    (IAP, "market.yml", "      - lot: 3", "      - lot: 2", "providers[7].queries[1].lot", "not listed in lot 2"),
    (
        IAP,
        "market.yml",
        "kind: free_school",
        "kind: circus",
        "buyers[2].kind",
        "“circus” is not one of the values allowed here",
    ),
    (IAP, "market.yml", "extends: questions.yml", "extends: nothing.yml", "extends", "There is no file"),
    (IAP, "market.yml", "extends: questions.yml", "extends: ../../etc/passwd", "extends", "in this folder"),
    (IAP, "market.yml", "extends: questions.yml", "extends: /etc/passwd", "extends", "in this folder"),
    (IAP, "market.yml", "extends: questions.yml", "extends: market.yml", "extends", "endlessly"),
    (IAP, "market.yml", "extends: questions.yml", "extends: shared/kpis.yml", "extends", "has no fields"),
    (IAP, "market.yml", "include: shared/kpis.yml", "include: shared/west-sussex.yml", "include", "is not a list"),
    (IAP, "market.yml", "code: IAP", "code: IAP\ncode: IAQ", "code", "is already here, on line 5"),
    (IAP, "market.yml", "code: IAP", "code: &c IAP", "", "“&c” is an anchor"),
    (IAP, "market.yml", "code: IAP", "code: *c", "", "“*c” is an alias"),
    (IAP, "market.yml", "code: IAP", "code: !!python/object:os.system IAP", "", "is a tag"),
    (IAP, "market.yml", "code: IAP", "code: [IAP", "", "This is not YAML"),
    (IAP, "market.yml", "code: IAP", "? [a, b]\n: IAP", "", "The name of a field must be a word"),
    (IAP, "questions.yml", "lots: [3, 4]", "lots: [3, 7]", None, "There is no lot 7"),
    (IAP, "questions.yml", "kind: yes_no", "kind: maybe", None, "“maybe” is not one of the values allowed here"),
    (IAP, "questions.yml", "key: awarding_body", "key: method", None, "There is already a question “method”"),
    (IAP, "questions.yml", "question: courses", "question: course", None, "“course” is not asked before"),
    (IAP, "questions.yml", "is_any_of: [own_centre", "is_any_of: [mine", None, "“mine” is not an answer to courses"),
    (IAP, "questions.yml", "pass_mark: 3", "pass_mark: three", None, "Enter a whole number"),
    (IAP, "questions.yml", "pass_mark: 3", "pass_mark: 3\n        weight: 40", None, "has a weight"),
    (IAP, "questions.yml", "        pass_mark: 3\n", "", None, "a scored question has a pass_mark"),
    (IAP, "shared/evidence.yml", "- key: behaviour_policy", "- key: behaviour", None, "not among the pack's kinds"),
    (IAP, "shared/evidence.yml", "- key: accounts", "- key: motor", "evidence[8].key", "is already listed"),
    (IAP, "shared/evidence.yml", "5000000", "five million", "evidence[3].minimum_cover", "Enter a whole number"),
    (IAP, "shared/evidence.yml", "5000000", "0", "evidence[3].minimum_cover", "Enter 1 or more"),
    (IAP, "shared/west-sussex.yml", "slug: west-sussex", "slug: West!", "authority.slug", "not in the right format"),
    (IAP, "shared/west-sussex.yml", "closes_on: 2028", "closes_on: 2025", None, "is earlier than opens_on"),
    (IAP, "shared/agreement.yml", "Clause 14", "Clause 99", "agreement.suspension_clause", "no clause with the number"),
    (IAP, "shared/agreement.yml", "shared/provider", "shared/no", "text_file", "There is no file"),
    (IAP, "shared/agreement.yml", "shared/provider", "provider", "text_file", "Enter shared/provider-agreement.md"),
    (DORSET, "market.yml", "lot: 1, label", "lot: 9, label", "schedule.lines[1].lot", "There is no lot 9"),
    (
        DORSET,
        "market.yml",
        "unit: hour",
        "unit: minute",
        "schedule.lines[1].unit",
        "“minute” is not one of the values allowed here",
    ),
    (DORSET, "market.yml", "key: therapy_day", "key: therapy_hour", "schedule.lines[7].key", "is already listed"),
    (DORSET, "questions.yml", "kind: prices", "kind: text", "schedule", "No question asks for these prices"),
    (
        DORSET,
        "market.yml",
        "prices_fixed:\n    value: 48",
        "longest_term:\n    value: 60",
        "promises.longest_term",
        "The law already sets this (PCR 2015 reg 33)",
    ),
]


@pytest.mark.parametrize("case", BROKEN, ids=lambda case: f"{case[1]} {case[5]}")
def test_an_error_in_a_pack_gives_the_file_line_and_field(root, case):
    pack, file, old, new, field, sentence = case
    file = file if file.startswith("shared/") else f"{pack}/{file}"
    line = edit(root, file, old, new)

    found = faults(root / pack)
    told = [fault for fault in found if sentence in fault.sentence]

    assert told, found
    assert field is None or field in {fault.field for fault in told}
    exact = [fault for fault in told if fault.file == file and abs(fault.line - line) <= new.count("\n") + 1]
    assert exact or sentence in ELSEWHERE, told


# These errors are reported at the place where they can be corrected, or with the question that they affect.
ELSEWHERE = {"not among the pack's kinds", "has a weight", "a scored question has a pass_mark", "is not for a dps"} | {
    "No question asks for these prices"
}


def test_the_line_number_given_for_an_error_is_exact(root):
    line = edit(root, f"{IAP}/market.yml", "day: 2021-09-01", "day: 31 August")
    (fault,) = faults(root / IAP)
    assert (fault.file, fault.line, fault.field) == (f"{IAP}/market.yml", line, "true_dates.opened_on.day")
    assert str(fault).startswith(f"{IAP}/market.yml, line {line}, true_dates.opened_on.day: Enter the date as year")


def test_a_missing_field_is_reported_at_the_place_where_it_belongs(root):
    edit(root, f"{IAP}/market.yml", "    title: Complex Learners\n", "")
    (fault,) = faults(root / IAP)
    assert (fault.field, fault.sentence) == ("lots[5].title", "“title” is missing.")
    assert "number: 5" in (root / IAP / "market.yml").read_text().splitlines()[fault.line - 1]


@pytest.mark.postgres15
def test_all_errors_in_a_pack_are_reported_together_in_file_order(root):
    edit(root, f"{IAP}/market.yml", "code: IAP", "code: iap1")
    edit(root, f"{IAP}/market.yml", "lots: [1, 2, 5]", "lots: [1, 2, 6]")
    edit(root, f"{IAP}/questions.yml", "key: awarding_body", "key: method")
    edit(root, "shared/evidence.yml", "5000000", "five million")

    found = faults(root / IAP)

    assert sorted(fault.field for fault in found) == [
        "code",
        "evidence[3].minimum_cover",
        "providers[1].lots[3]",
        "questions.sections[6].questions[7].key",
    ]
    assert {fault.file for fault in found} == {
        "shared/evidence.yml",
        f"{IAP}/market.yml",
        f"{IAP}/questions.yml",
    }
    assert found == sorted(found)


def test_a_refused_pack_lists_each_error(root):
    edit(root, f"{IAP}/market.yml", "code: IAP", "code: iap1")
    with pytest.raises(Refused) as caught:
        read_pack(root / IAP)
    assert [problem.where for problem in caught.value.problems] == ["code"]
    assert f"{IAP}/market.yml, line " in caught.value.problems[0].sentence


def test_a_folder_that_does_not_contain_a_market_is_refused(tmp_path):
    (fault,) = faults(tmp_path)
    assert "no market.yml" in fault.sentence


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file is empty"),
        (b"# nothing\n", "The file is empty"),
        (b"title: caf\xe9\n", "not in UTF-8"),
        (b"title: a\x00b\n", "not text"),
        (b"a: 1\n---\nb: 2\n", "A second document"),
        (b"x: " + b"[" * 5000, "nested more than 20 levels deep"),
        (b"#" * (yaml_positions.MAX_YAML_BYTES + 1), "larger than 256 KB"),
        (b"- a\n- b\n", "Enter fields here"),
        (b"just words\n", "Enter fields here"),
    ],
)
@pytest.mark.parametrize("loader", [yaml.SafeLoader, yaml_positions.YAML_LOADER], ids=["python", "fastest"])
def test_a_file_that_is_not_a_pack_is_refused(tmp_path, monkeypatch, content, sentence, loader):
    monkeypatch.setattr(yaml_positions, "YAML_LOADER", loader)
    (tmp_path / "market.yml").write_bytes(content)
    assert sentence in faults(tmp_path)[0].sentence


def test_a_pack_file_of_the_maximum_size_can_be_read(root):
    path = root / IAP / "market.yml"
    text = path.read_bytes()
    path.write_bytes(text + b"\n#" + b"x" * (yaml_positions.MAX_YAML_BYTES - len(text) - 2))
    assert read_pack(root / IAP) == read_pack(PACKS / IAP)


def test_a_link_that_leads_outside_the_folder_is_refused(root, tmp_path):
    (tmp_path / "secret.yml").write_text("key: secret\n")
    (root / IAP / "eligibility.yml").unlink()
    (root / IAP / "eligibility.yml").symlink_to(tmp_path / "secret.yml")
    assert any("is outside its folder" in fault.sentence for fault in faults(root / IAP))


def test_files_that_include_each_other_are_reported_as_an_error(root):
    for number in range(8):
        (root / "shared" / f"bomb{number}.yml").write_text(f"- include: shared/bomb{number + 1}.yml\n" * 9)
    (root / "shared" / "bomb8.yml").write_text("- 1\n")
    edit(root, f"{IAP}/market.yml", "include: shared/kpis.yml", "include: shared/bomb0.yml")
    assert any("60 files or fewer" in fault.sentence for fault in faults(root / IAP))


def test_values_from_a_template_apply_unless_the_pack_overrides_them(root):
    path = root / "west-sussex-facs" / "market.yml"
    path.write_text(path.read_text() + "\ndemonstration_term:\n  ends_on: 2029-01-31\n")
    pack = read_pack(path.parent)
    assert pack.demonstration_term.ends_on.isoformat() == "2029-01-31"
    assert pack.demonstration_term.opens_on.isoformat() == "2026-09-01"
    assert pack.lot_word == "lot"
    assert pack.authority.slug == "west-sussex"


def test_a_list_in_a_pack_replaces_the_list_from_its_template(root):
    path = root / "west-sussex-facs" / "market.yml"
    path.write_text(path.read_text() + "\nsources:\n  - title: Another\n    says: Something\n")
    assert [document.title for document in read_pack(path.parent).sources] == ["Another"]


def test_an_error_in_a_template_names_the_template(root):
    line = edit(root, "shared/west-sussex.yml", "starts_on: 2026-09-01", "starts_on: soon")
    (fault,) = faults(root / "west-sussex-facs")
    assert (fault.file, fault.line) == ("shared/west-sussex.yml", line)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("yes", "yes"),
        ("no", "no"),
        ("on", "on"),
        ("12:30", "12:30"),
        ("0123", "0123"),
        ("2026-09-01", "2026-09-01"),
        ("1e5", "1e5"),
        ("true", True),
        ("10", 10),
        ("2.5", 2.5),
        ("~", None),
        ("'10'", "10"),
    ],
)
@pytest.mark.parametrize("loader", [yaml.SafeLoader, yaml_positions.YAML_LOADER], ids=["python", "fastest"])
def test_yaml_values_mean_what_an_officer_would_expect(monkeypatch, text, value, loader):
    monkeypatch.setattr(yaml_positions, "YAML_LOADER", loader)
    place, found = yaml_positions.parse_yaml(f"it: {text}\n".encode(), "it.yml")
    assert found == []
    assert place.plain() == {"it": value}


def test_line_endings_and_byte_order_marks_make_no_difference_to_a_pack(root):
    for path in (root / IAP / "market.yml", root / IAP / "questions.yml", root / "shared" / "provider-agreement.md"):
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert read_pack(root / IAP) == read_pack(PACKS / IAP)
