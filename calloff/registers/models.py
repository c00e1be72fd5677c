"""Reference data imported from files. No one edits these rows."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models.functions import Lower

from calloff.kernel.geography import PointField, nearest_index
from calloff.kernel.search_words import FoldedText
from calloff.people.models import User


class RegisterImport(models.Model):
    """One import: when it ran, the file, and how many rows it changed."""

    class Kind(models.TextChoices):
        SCHOOLS = "schools", "Schools"
        LINKS = "links", "Links between schools"
        POSTCODES = "postcodes", "Postcodes"
        TERMS = "terms", "Term dates"

    kind = models.CharField(max_length=10, choices=Kind)
    file_name = models.CharField(max_length=255)
    # a digest of the file's bytes or, if there are several files, of the bytes of all of them in order
    sha256 = models.CharField(max_length=64)
    # The postcode areas that were imported, or empty for all areas. This is used only for postcodes.
    areas = models.CharField(max_length=500, blank=True)
    rows = models.PositiveIntegerField()
    added = models.PositiveIntegerField()
    changed = models.PositiveIntegerField()
    imported_at = models.DateTimeField()
    # The person who imported the file on a page. It is null if an operator imported the file on the command line.
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    la_code = models.CharField(max_length=3, blank=True, db_default="")  # the authority that imported its own file

    class Meta:
        db_table = "registers_import"
        indexes = [models.Index(fields=["kind", "-imported_at"], name="import_by_time")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.file_name}"

    @property
    def unchanged(self) -> int:
        return self.rows - self.added - self.changed


class SchoolQuerySet(models.QuerySet["School"]):
    def open(self) -> "SchoolQuerySet":
        """Filter to open schools, including those that are due to close."""
        return self.filter(standing__startswith=School.OPEN)


class School(models.Model):
    """A school or other establishment from Get Information About Schools (GIAS, Department for Education).

    Text is stored as it is in GIAS, except that “Not applicable” is stored as an empty string. No personal names are
    stored. The website is whatever the school typed, so a page must check it before linking to it.
    """

    OPEN = "Open"  # the start of the status. GIAS can add text to it, for example “Open, but proposed to close”

    urn = models.PositiveIntegerField(primary_key=True)
    name = models.CharField(max_length=200)
    la_code = models.CharField(max_length=3)
    la_name = models.CharField(max_length=100)
    establishment_number = models.CharField(max_length=4, blank=True)
    kind = models.CharField(max_length=100)  # the GIAS column TypeOfEstablishment, for example “Academy converter”
    # the GIAS column EstablishmentTypeGroup, for example “Academies”
    group = models.CharField(max_length=100, blank=True)
    phase = models.CharField(max_length=50, blank=True)
    standing = models.CharField(max_length=50)  # the GIAS column EstablishmentStatus. Only GIAS changes it
    opened_on = models.DateField(null=True, blank=True)
    closed_on = models.DateField(null=True, blank=True)
    reason_closed = models.CharField(max_length=100, blank=True)
    low_age = models.PositiveSmallIntegerField(null=True, blank=True)
    high_age = models.PositiveSmallIntegerField(null=True, blank=True)
    gender = models.CharField(max_length=50, blank=True)
    boarders = models.CharField(max_length=100, blank=True)
    sixth_form = models.CharField(max_length=50, blank=True)
    capacity = models.PositiveIntegerField(null=True, blank=True)
    street = models.CharField(max_length=200, blank=True)
    locality = models.CharField(max_length=200, blank=True)
    address3 = models.CharField(max_length=200, blank=True)
    town = models.CharField(max_length=100, blank=True)
    county = models.CharField(max_length=100, blank=True)
    # This is not always a postcode, because it can also be a BFPO number.
    postcode = models.CharField(max_length=10, blank=True)
    position = PointField(null=True, blank=True)
    website = models.CharField(max_length=300, blank=True)
    telephone = models.CharField(max_length=50, blank=True)
    ukprn = models.CharField(max_length=8, blank=True)
    uprn = models.CharField(max_length=12, blank=True)
    trust_kind = models.CharField(max_length=100, blank=True)  # the GIAS column TrustSchoolFlag
    trust = models.CharField(max_length=500, blank=True)
    trust_uid = models.CharField(max_length=100, blank=True)  # filled in only if the extract has codes
    federation = models.CharField(max_length=500, blank=True)
    # the GIAS columns SEN1 to SEN13, as values of codes.NeedType
    needs = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    special_classes = models.CharField(max_length=50, blank=True)
    resourced_provision = models.CharField(max_length=100, blank=True)
    resourced_places = models.PositiveIntegerField(null=True, blank=True)
    sen_unit_places = models.PositiveIntegerField(null=True, blank=True)
    # whether the school is approved under the Children and Families Act 2014, s.41
    section_41 = models.CharField(max_length=50, blank=True)
    # the GIAS column SENPRU: whether the pupil referral unit takes children with SEN
    sen_in_pru = models.CharField(max_length=50, blank=True)

    objects = SchoolQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index("la_code", Lower("name"), name="school_by_authority"),
            nearest_index("position", name="school_by_place"),
            GinIndex(OpClass(FoldedText("name"), "gin_trgm_ops"), name="school_by_words"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_open(self) -> bool:
        return self.standing.startswith(self.OPEN)

    @property
    def laestab(self) -> str:
        return f"{self.la_code}/{self.establishment_number}" if self.establishment_number else ""

    @property
    def address(self) -> list[str]:
        """Return the lines of the address, without empty lines."""
        lines = (self.street, self.locality, self.address3, self.town, self.county, self.postcode)
        return [line for line in lines if line]


class SchoolLink(models.Model):
    """A link from a school to its successor or predecessor.

    The URNs are not foreign keys, because either school can be missing from the register.
    """

    SUCCESSOR, PREDECESSOR = "Successor", "Predecessor"

    urn = models.PositiveIntegerField()
    linked_urn = models.PositiveIntegerField()
    linked_name = models.CharField(max_length=200, blank=True)
    # how the linked school relates to the first school, for example “Successor - amalgamated”
    kind = models.CharField(max_length=100)
    since = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["urn", "linked_urn", "kind"], name="school_link_once")]
        indexes = [models.Index(fields=["linked_urn"], name="school_link_back")]

    def __str__(self) -> str:
        return f"{self.urn}: {self.kind} {self.linked_urn}"


class ChangeOfAuthority(models.Model):
    """A school's move from one authority to another.

    The date of the move is unknown, so we record the first file that shows the move. The school keeps its URN, so
    everything recorded about the school stays with it.
    """

    urn = models.PositiveIntegerField()
    from_code = models.CharField(max_length=3)
    from_name = models.CharField(max_length=100)
    to_code = models.CharField(max_length=3)
    to_name = models.CharField(max_length=100)
    seen_at = models.DateTimeField()  # when the file that shows the move was imported

    class Meta:
        constraints = [models.UniqueConstraint(fields=["urn", "seen_at"], name="school_changes_authority_once_a_file")]
        indexes = [models.Index(fields=["from_code"], name="schools_that_left")]

    def __str__(self) -> str:
        return f"{self.urn}: {self.from_name} to {self.to_name}"


class LeanCharField(models.CharField):  # type: ignore[type-arg]
    """A text key without the second index that Django makes for LIKE.

    With the collation C, that index is not needed. Django adds the index if the type is written as “varchar”, so the
    type is written in full here. For 1.7 million rows, the index would use 50 MB.
    """

    def db_type(self, connection: object) -> str:
        return f"character varying({self.max_length})"


class Postcode(models.Model):
    """A postcode in Great Britain from OS Code-Point Open, with the centre of its addresses."""

    postcode = LeanCharField(max_length=8, primary_key=True, db_collation="C")
    position = PointField(null=True, blank=True)  # None if Ordnance Survey does not know the position (quality 90)
    district_code = models.CharField(max_length=9, blank=True)
    country_code = models.CharField(max_length=9, blank=True)

    def __str__(self) -> str:
        return str(self.postcode)


class Outcode(models.Model):
    """The first half of a postcode, with the centre of its imported postcodes.

    Each import updates the centre.
    """

    outcode = models.CharField(max_length=4, primary_key=True)
    position = PointField()
    postcodes = models.PositiveIntegerField()  # the number of postcodes used to compute the centre

    def __str__(self) -> str:
        return self.outcode


class SchoolTerm(models.Model):
    """A term or half term of an authority's schools, or of one school that has its own dates."""

    la_code = models.CharField(max_length=3)
    # the URN of the school that has this term, or empty for all the authority's schools
    urn = models.PositiveIntegerField(null=True, blank=True)
    name = models.CharField(max_length=50)  # for example, “Autumn term 2026, first half”
    starts_on = models.DateField()
    ends_on = models.DateField()  # the last day

    class Meta:
        db_table = "registers_term"
        constraints = [
            models.UniqueConstraint(fields=["la_code", "urn", "starts_on"], name="term_once", nulls_distinct=False),
            models.CheckConstraint(
                name="term_ends_after_it_starts", condition=models.Q(ends_on__gte=models.F("starts_on"))
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ClosedDay(models.Model):
    """A day without school in term time, for example an INSET day."""

    la_code = models.CharField(max_length=3)
    urn = models.PositiveIntegerField(null=True, blank=True)
    day = models.DateField()
    what = models.CharField(max_length=50)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["la_code", "urn", "day"], name="closed_day_once", nulls_distinct=False)
        ]

    def __str__(self) -> str:
        return f"{self.day}: {self.what}"
