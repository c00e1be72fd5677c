"""Tests for importing a directory from files through the commands. An import is all or nothing, and repeatable."""

import pytest
import xlsxwriter
from django.core.management import CommandError, call_command

from calloff.directory.commands import approve_change
from calloff.directory.hsds_tabular.csv_writer import export_directory
from calloff.directory.hsds_tabular.importer import import_directory
from calloff.directory.hsds_tabular.schema import EMPTY_ERRORS, TABLES
from calloff.directory.models import Price, Service, ServiceChange, ServiceSite, Site
from calloff.history.models import Event
from calloff.kernel.lifecycles import Refused
from calloff.people.models import Organisation
from calloff.people.permissions import Role
from tests.directory.hsds_tabular.scenario import keeper, rewrite, sister, table, two_providers
from tests.factories import NOW, ProviderFactory, person

pytestmark = pytest.mark.django_db
IDS = {
    "id", "organization_id", "service_id", "location_id", "service_at_location_id", "link_id", "taxonomy_term_id",
    "taxonomy_id",
}  # fmt: skip
WHEN = {"url", "last_modified", "alert", "calloff_places_said", "dtstart", "assured_date"}
NAMED_BY_MARKET = {"code", "term", "taxonomy"}


@pytest.fixture
def ours():
    return two_providers()


@pytest.fixture
def out(ours, tmp_path):
    export_directory(ours, tmp_path / "out", at=NOW)
    return tmp_path / "out"


def providers():
    return [Organisation.objects.get(slug=slug) for slug in ("windmill", "tideway")]


def brought(out, authority, **options):
    by = options.pop("by", None) or keeper(*providers())
    report = import_directory(out, authority, by=by, **{"at": NOW, "preview": False} | options)
    # The public can find a new service only once its change has been approved.
    for change in ServiceChange.objects.filter(authority=authority, before={}, status="waiting"):
        approve_change(change, by=person(Role.QUALITY_OFFICER, at=authority), at=NOW)
    return report


def refusal(out, authority, **options):
    options["by"] = options.get("by") or keeper(*providers())
    before = state()
    with pytest.raises(Refused) as caught:
        brought(out, authority, **options)
    assert state() == before
    return [problem.sentence for problem in caught.value.problems]


def state():
    return Site.objects.count(), Service.objects.count(), Price.objects.count(), Event.objects.count()


def folder_content(folder, without=frozenset()):
    """Return the content of the files in a folder, in a fixed order and without ids and times."""
    left_out = IDS | WHEN | without
    return {
        path.name: sorted(
            [
                sorted((key, value) for key, value in row.items() if key not in left_out)
                for row in table(folder, path.name)
            ]
        )
        for path in folder.glob("*.csv")
        if path.name not in {"taxonomies.csv", "taxonomy_terms.csv", "organization_identifiers.csv"}
    }


def test_another_authority_can_import_an_export_and_export_it_again_unchanged(ours, out, tmp_path):
    theirs = sister(ours)
    report = brought(out, theirs)
    assert "Services: 2 added" in report.sentence
    export_directory(theirs, tmp_path / "again", at=NOW)
    assert folder_content(tmp_path / "again") == folder_content(out)


def test_importing_an_export_for_new_providers_and_exporting_it_again_changes_only_names(ours, out, tmp_path):
    farm = ProviderFactory(name="Another Farm", slug="another-farm", company_number="", form="company")
    tutors = ProviderFactory(name="Other Tutors", slug="other-tutors", form="company")
    theirs = sister(ours, providers={"windmill": farm, "tideway": tutors})
    names = {"Windmill Farm": "Another Farm", "Tideway Tutors": "Other Tutors"}
    rewrite(out, "organizations.csv", lambda rows: [row | {"name": names[row["name"]]} for row in rows])
    rewrite(out, "organization_identifiers.csv", lambda rows: [])
    brought(out, theirs, by=keeper(farm, tutors))
    assert Site.objects.filter(provider=farm).count() == 2
    assert ServiceSite.objects.filter(provider=farm).count() == 2
    export_directory(theirs, tmp_path / "again", at=NOW)
    assert folder_content(tmp_path / "again") == folder_content(out)


def test_a_zip_archive_can_be_imported_like_a_folder(ours, tmp_path):
    export_directory(ours, tmp_path / "out.zip", at=NOW)
    assert "Services: 2 added" in brought(tmp_path / "out.zip", sister(ours)).sentence


def test_importing_the_same_files_again_changes_nothing_and_records_no_event(ours, out):
    theirs = sister(ours)
    brought(out, theirs)
    before, events = state(), Event.objects.count()
    report = brought(out, theirs)
    assert report.touched == 0
    assert "Services: 0 added, 0 changed, 2 left as they were." in report.sentence
    assert (state(), Event.objects.count()) == (before, events)


def test_importing_an_export_into_its_own_directory_changes_nothing(ours, out):
    assert brought(out, ours).touched == 0


def test_a_preview_shows_the_changes_without_making_them(ours, out):
    theirs = sister(ours)
    before = state()
    report = brought(out, theirs, preview=True)
    assert "Services: 2 would be added" in report.sentence
    assert "Added: Farm mornings, Windmill Farm" in report.lines
    assert state() == before


def test_a_changed_row_amends_its_service_on_behalf_of_the_officer(ours, out):
    rewrite(out, "services.csv", lambda rows: [row | {"calloff_children": "5"} for row in rows[:1]] + rows[1:])
    ada = keeper(*providers())
    report = brought(out, ours, by=ada)
    assert report.touched == 1
    assert Event.objects.order_by("pk").last().verb == "amend"
    assert Event.objects.order_by("pk").last().by_id == ada.pk


def test_services_that_are_not_in_the_imported_files_stay_unchanged(ours, out):
    rewrite(out, "services.csv", lambda rows: [row for row in rows if row["name"] == "Maths online"])
    for name, column in (
        ("service_at_location.csv", "service_id"), ("schedules.csv", "service_id"), ("cost_options.csv", "service_id"),
        ("service_areas.csv", "service_id"), ("attributes.csv", "link_id"),
    ):  # fmt: skip
        kept = {row["id"] for row in table(out, "services.csv")}
        rewrite(out, name, lambda rows, column=column, kept=kept: [row for row in rows if row[column] in kept])
    brought(out, ours)
    assert set(Service.objects.live().values_list("name", flat=True)) == {"Farm mornings", "Maths online"}


def test_an_inactive_service_in_the_imported_files_is_skipped(ours, out):
    rewrite(out, "services.csv", lambda rows: [row | {"status": "temporarily closed"} for row in rows])
    assert "the files do not mark them as active: 2." in brought(out, ours).sentence


def test_a_bad_row_is_reported_by_file_line_and_column_and_nothing_is_imported(ours, out):
    def spoil(rows):
        farm = next(row for row in rows if row["name"] == "Farm mornings")
        farm["minimum_age"] = "eight"
        farm["calloff_gender"] = "all"

    rewrite(out, "services.csv", spoil)
    rewrite(out, "cost_options.csv", lambda rows: [row | {"amount": "-5"} for row in rows])
    line = [row["name"] for row in table(out, "services.csv")].index("Farm mornings") + 2
    found = refusal(out, sister(ours))
    assert f"services.csv, line {line}, column minimum_age: “eight” is not a whole number from 0 to 32,767." in found
    assert f"services.csv, line {line}, column calloff_gender: “all” is not one of any, girls, boys." in found
    assert (
        "cost_options.csv, line 2, column amount: “-5” is not a number above 0 with 2 decimal places or fewer." in found
    )
    assert found[-1].startswith("Nothing was imported. In the rows without errors: ")
    assert "Services: 1 would be added" in found[-1]


def test_new_services_await_approval_and_are_found_when_the_files_are_imported_again(ours, out):
    theirs = sister(ours)
    by = keeper(*providers())
    report = import_directory(out, theirs, by=by, at=NOW, preview=False)
    assert "The public cannot see 2 new services until the council has checked each one." in report.sentence
    assert set(Service.objects.filter(authority=theirs).values_list("status", flat=True)) == {"to_check"}
    again = import_directory(out, theirs, by=by, at=NOW, preview=False)
    assert again.touched == 0
    assert Service.objects.filter(authority=theirs).count() == 2


def respoil(out, name, change):
    """Change the bytes of a file as a spreadsheet program or an editor would."""
    path = out / name
    path.write_bytes(change(path.read_bytes()))


@pytest.mark.parametrize(
    ("name", "change"),
    [
        # The file is UTF-8 without a byte order mark, and its text contains curly quotes and an accent.
        ("services.csv", lambda text: text),
        ("services.csv", lambda text: b"\xef\xbb\xbf" + text),
        ("services.csv", lambda text: text.decode("utf-8-sig").encode("utf-16")),
        ("cost_options.csv", lambda text: text.replace(b"2026-03-02", b"02/03/2026")),
        ("cost_options.csv", lambda text: text.replace(b"2026-03-02", b"46083")),
        ("services.csv", lambda text: text.rstrip(b"\r\n")),
        ("services.csv", lambda text: text + b"," * 24 + b"\r\n"),
        ("services.csv", lambda text: text + b"\r\n \r\n"),
        ("services.csv", lambda text: text.replace(b"organization_id", "\u00a0organization_id\u00a0".encode(), 1)),
        ("services.csv", lambda text: text.replace(b"minimum_age", "minimum\u00a0_age".encode(), 1)),
        ("services.csv", lambda text: text.replace(b"\r\n", b"\n")),
        ("services.csv", lambda text: text.replace(b"Farm mornings", "Farm\u00a0mornings".encode(), 1)),
        ("organization_identifiers.csv", lambda text: text.replace(b"09876543", b"09 876 543")),
        ("organization_identifiers.csv", lambda text: text.replace(b"09876543", b"9876543")),
    ],
    ids=[
        "without a mark", "with a mark", "UTF-16", "a date as people write it",
        "a date as Excel keeps it", "no final newline", "commas alone", "blank lines", "spaces around a heading",
        "space in a heading", "line feeds", "space of another kind in a name", "number with spaces", "number short",
    ],
)  # fmt: skip
def test_files_saved_by_spreadsheets_can_be_imported(ours, out, name, change):
    respoil(out, name, change)
    theirs = sister(ours)
    brought(out, theirs)
    service = Service.objects.get(authority=theirs, slug__startswith="farm-mornings")
    assert service.description == "- Animals\n- “Growing” food, and a café"
    assert (service.provider.slug, " ".join(service.name.split())) == ("windmill", "Farm mornings")


def test_a_file_that_ends_in_the_middle_of_a_row_is_reported_as_incomplete(ours, out):
    respoil(out, "services.csv", lambda text: text[:-60])
    assert any("services.csv, line " in one for one in refusal(out, sister(ours)))


def test_every_missing_required_column_is_reported_separately():
    required = {name for one in TABLES.values() for name in one.required}
    assert set(EMPTY_ERRORS) == required
    assert all(words.startswith("enter ") and words.endswith(".") for words in EMPTY_ERRORS.values())


def test_a_name_on_two_lines_is_joined_into_one_line_or_reported(ours, out):
    rewrite(out, "services.csv", lambda rows: rows[0].update(name="Farm\r\nBcc: all@example.org"))
    found = refusal(out, sister(ours))
    assert any("services.csv, line 2, column name" in one for one in found), found


def test_every_opening_time_of_a_service_is_imported(ours, out):
    theirs = sister(ours)
    brought(out, theirs)
    week = Service.objects.get(authority=theirs, name="Farm mornings").week
    assert [(row["day"], row["from"], row["to"]) for row in week] == [
        ("mon", "09:30", "12:00"), ("mon", "12:30", "14:30"), ("tue", "09:30", "12:00"), ("tue", "12:30", "14:30"),
        ("thu", "10:00", "13:00"),
    ]  # fmt: skip
    far = Site.objects.get(provider__slug="windmill", name="The far field")
    assert (week[4]["site"], week[4]["starts_on"], week[4]["ends_on"]) == (far.pk, "2026-04-13", "2026-07-17")


def test_an_opening_time_without_a_weekday_is_stored_as_text(ours, out):
    def spoil(rows):
        rows[0]["byday"] = ""
        rows[0]["notes"] = "In term time"

    rewrite(out, "schedules.csv", spoil)
    theirs = sister(ours)
    brought(out, theirs)
    service = Service.objects.get(authority=theirs, name="Farm mornings")
    assert service.hours == "9:30am to noon. In term time"
    assert {row["from"] for row in service.week} == {"12:30", "10:00"}


def test_overlapping_opening_times_are_reported(ours, out):
    rewrite(out, "schedules.csv", lambda rows: rows[1].update(opens_at="11:00"))
    assert any(
        "schedules.csv, line 2, column opens_at: Two times on Monday overlap" in one
        for one in refusal(out, sister(ours))
    )


@pytest.mark.parametrize(
    "spoilt",
    [
        ("services.csv", "id", "7", "“7” is not a UUID"),
        ("services.csv", "organization_id", "6f0a1f6e-0000-4000-8000-000000000000", "is not in organizations.csv"),
        ("services.csv", "name", "", "enter the name."),
        ("services.csv", "name", "x" * 121, "121 characters. It must have 120 or fewer"),
        ("services.csv", "maximum_age", "26", "Oldest age must be 25 or less"),
        ("services.csv", "calloff_children", "0", "umber of children and number of staff"),
        ("services.csv", "calloff_places", "99999", "is not a whole number from 0 to 32,767"),
        ("services.csv", "calloff_main_needs", "HI", "Main needs must be among the needs"),
        ("services.csv", "calloff_registration_number", "EY123456", "URN must be 6 digits, like 138001"),
        ("schedules.csv", "byday", "XX", "is not a day of the week"),
        ("schedules.csv", "opens_at", "25:00", "is not a time like 09:30"),
        ("addresses.csv", "postal_code", "nowhere", "Enter a full UK postcode"),
        ("cost_options.csv", "calloff_unit", "month", "is not one of hour, session, day, week"),
        ("cost_options.csv", "currency", "EUR", "in pounds (GBP)"),
        ("cost_options.csv", "valid_from", "1 May", "is not a date like 1/9/2026 or 2026-09-01"),
    ],
)
def test_each_kind_of_error_in_imported_files_is_reported(ours, out, spoilt):
    file, column, value, sentence = spoilt
    service = Service.objects.get(name="Farm mornings")

    def spoil(rows):
        mine = [row for row in rows if str(service.uuid) in (row["id"], row.get("service_id"))] or rows
        mine[0][column] = value

    rewrite(out, file, spoil)
    theirs = sister(ours)
    if file == "addresses.csv":
        theirs = sister_of_strangers(ours, out)
        found = refusal(out, theirs, by=keeper(*Organisation.objects.filter(name__startswith="New ")))
    else:
        found = refusal(out, theirs)
    assert any(f"{file}, line " in one and f"column {column}" in one and sentence in one for one in found), found


def sister_of_strangers(ours, out):
    """Create providers that have other names and no sites, as members of another authority's market."""
    Organisation.objects.filter(slug="felpersham").update(slug="felpersham-before")
    farm, tutors = ProviderFactory(name="New Farm"), ProviderFactory(name="New Tutors")
    names = {"Windmill Farm": "New Farm", "Tideway Tutors": "New Tutors"}
    rewrite(out, "organizations.csv", lambda rows: [row | {"name": names[row["name"]]} for row in rows])
    rewrite(out, "organization_identifiers.csv", lambda rows: [])
    return sister(ours, code="NEW", providers={"windmill": farm, "tideway": tutors})


def test_a_row_for_a_provider_that_is_not_a_member_is_reported(ours, out):
    rewrite(out, "organizations.csv", lambda rows: [row | {"name": "Nobody Ltd"} for row in rows])
    rewrite(out, "organization_identifiers.csv", lambda rows: [])
    found = refusal(out, sister(ours))
    assert (
        "organizations.csv, line 2, column name: “Nobody Ltd” is not a member of a category at Felpersham Council."
        in found
    )


def test_a_row_for_a_category_in_which_the_provider_has_no_membership_is_reported(ours, out):
    rewrite(
        out, "taxonomy_terms.csv",
        lambda rows: [row | ({"code": "ZZZ/9", "name": "Sailing"} if "/" in row["code"] else {}) for row in rows],
    )  # fmt: skip
    found = refusal(out, sister(ours))
    assert any("column taxonomy_term_id: Windmill Farm is not a member of “Sailing” (ZZZ/9)" in one for one in found)


def test_a_person_without_a_role_at_the_provider_cannot_import_its_services(ours, out):
    theirs = sister(ours)
    found = refusal(out, theirs, by=keeper(providers()[0]))
    assert any("cannot change the services of Tideway Tutors" in one for one in found)
    officer = person(Role.CONTRACTS_OFFICER, at=theirs)
    assert len([one for one in refusal(out, theirs, by=officer) if "cannot change the services" in one]) == 2


def test_importing_a_truncated_file_is_refused(ours, out):
    whole = (out / "services.csv").read_bytes()
    (out / "services.csv").write_bytes(whole[: len(whole) * 2 // 3])
    assert refusal(out, sister(ours))


def test_importing_a_missing_file_or_an_empty_folder_is_refused(ours, out, tmp_path):
    (out / "services.csv").unlink()
    assert "services.csv, line 1: this file is missing" in refusal(out, ours)[0]
    (tmp_path / "empty").mkdir()
    assert refusal(tmp_path / "empty", ours)
    assert "There is no file" in refusal(tmp_path / "missing", ours)[0]


def test_importing_an_excel_workbook_is_refused_with_advice(ours, out, tmp_path):
    book = tmp_path / "directory.xlsx"
    with xlsxwriter.Workbook(book) as made:
        made.add_worksheet("services")
    (tmp_path / "folder").mkdir()
    zipped, in_folder = tmp_path / "directory.zip", tmp_path / "folder" / "services.xlsx"
    zipped.write_bytes(book.read_bytes())
    in_folder.write_bytes(book.read_bytes())
    for path in (book, zipped, in_folder.parent):
        assert "choose File, then Save As, then “CSV UTF-8”" in refusal(path, ours)[0]


def test_the_command_only_shows_a_preview_unless_asked_to_import(ours, out, capsys):
    theirs, ada = sister(ours), keeper(*providers())
    call_command("import_directory", str(out), authority="felpersham", by=ada.email)
    assert "Services: 2 would be added" in capsys.readouterr().out
    assert not Service.objects.filter(authority=theirs).exists()
    call_command("import_directory", str(out), "--import", authority="felpersham", by=ada.email)
    assert "Services: 2 added" in capsys.readouterr().out
    assert Service.objects.filter(authority=theirs).count() == 2
    (out / "services.csv").unlink()
    with pytest.raises(CommandError, match="this file is missing"):
        call_command("import_directory", str(out), authority="felpersham", by=ada.email)


@pytest.mark.parametrize("typed", ["9876543", "09 876 543", " 09876543"])
def test_a_registration_number_is_recognised_in_any_format(ours, out, typed):
    rewrite(out, "organizations.csv", lambda rows: [row | {"name": f"{row['name']} Limited"} for row in rows])

    def retype(rows):
        return [row | ({"identifier": typed} if row["identifier_scheme"] == "GB-COH" else {}) for row in rows]

    rewrite(out, "organization_identifiers.csv", retype)
    assert "Services: 0 added, 0 changed, 2 left as they were." in brought(out, ours).sentence


@pytest.mark.parametrize(
    ("identifier", "sentence"),
    [
        ("12AB", "“12AB”: Company number must be 8 characters"),
        ("01234567", "Windmill Farm has the company number 09876543"),
    ],
)
def test_an_invalid_registration_number_or_another_providers_is_reported_and_nothing_is_merged(
    ours, out, identifier, sentence
):
    def retype(rows):
        return [row | ({"identifier": identifier} if row["identifier_scheme"] == "GB-COH" else {}) for row in rows]

    rewrite(out, "organization_identifiers.csv", retype)
    assert sentence in " ".join(refusal(out, ours))
