"""What each of the three database roles may do: the grants, as SQL that may be run again at any time.

Owner: everything, except changing what is append-only. Application: read and add rows, change them except in the tables
named here, take rows away from the tables named here alone, and truncate nothing. Disposal: read, take away rows of the
tables named here with their row history, and write down that it did.
"""

from collections.abc import Container, Iterator

import pghistory.models
from django.apps import apps
from django.db import connection, transaction
from django.db.models import Model

from calloff.kernel import server_log
from calloff.kernel.database_roles import APPLICATION_ROLE, DISPOSAL_ROLE, OWNER_ROLE

DATABASE_ROLES = (OWNER_ROLE, APPLICATION_ROLE, DISPOSAL_ROLE)
MIGRATIONS_TABLE = "django_migrations"  # what was migrated is the owner's to write down

# Whose rows no one changes once they are written, with all row history. The tests refuse a change to one of them, and
# look here for each table whose trigger refuses every change. What is not here yet is passed over.
IMMUTABLE_MODELS = {
    "accounts.AccountClosure",
    "accounts.NameChange",
    "agreements.Signature",
    "agreements.AgreementText",
    "applications.SubmittedCopy",
    "applications.DraftDisposal",
    "applications.EligibilityCheck",
    "applications.SubmittedVersion",
    "buying.OverspendApproval",
    "cli.Demonstration",
    "demand.SavedSearchMatch",
    "directory.OpeningHours",  # deleted, and written again from the week of their service
    "history.Event",
    "history.EventSubject",
    "markets.MarketExtension",
    "markets.MarketModification",
    "markets.MarketTerms",
    "members.ProviderCheck",
    "members.ApplicationDecision",
    "members.LotOutcome",
    "members.Reinstatement",
    "members.Suspension",
    "members.SuspensionReview",
    "partners.Partnership",
    "partners.SigningReminder",
    "people.OrganisationName",
    "placements.ClosedSession",
    "placements.AttendanceCorrection",
    "placements.InterimStep",
    "placements.RegisterAlert",
    "pupils.DisposalCertificate",
    "pupils.RecordAccess",
    "questions.QuestionSetVersion",
    "referrals.OfferedSession",  # deleted, and written again with the next reply
    "registers.ChangeOfAuthority",
}
# Of those above, the tables of which a command locks a row while it adds to another. PostgreSQL asks for the right to
# change a column before it locks: it is the key alone, and the table's own trigger refuses to change that too.
LOCKABLE_MODELS = {"applications.SubmittedVersion", "members.Suspension"}

# From where the web and the worker take rows away in the course of their work. No child is among them, no order, no
# message and no decision: those are disposed of, in another role. The tests refuse a deletion that is not here. What is
# not here yet is passed over.
DELETABLE_MODELS = {
    "account.EmailAddress",
    "account.EmailConfirmation",
    "accounts.KnownBrowser",
    "accounts.EmailChange",
    "accounts.EmailCode",
    "accounts.MailboxReset",
    "accounts.SignInSession",
    "applications.AgreedMark",
    "demand.SavedSearchMatch",
    "directory.ServiceSite",
    "directory.OpeningHours",  # written again from the week of their service
    "directory.Picture",
    "directory.DirectoryChange",
    "documents.StoredFile",
    "history.OnceKey",
    "markets.Lot",
    "mfa.Authenticator",
    "people.User",  # whose address was never confirmed: a trigger keeps all others
    "placements.AgreedSession",  # of the days to come, where new ones were agreed
    "pupils.PupilContact",  # the list is written again when it is changed
    "rate_limits.AttemptCount",
    "referrals.OfferedSession",
    "registers.ClosedDay",
    "registers.SchoolTerm",
    "sessions.Session",
    "socialaccount.SocialAccount",
    "socialaccount.SocialToken",
    "web.LateSubmission",
}
QUEUE_TABLE_PREFIX = "procrastinate"  # the app label of the queue's own tables
CACHE_TABLE = "web_cache"

# Whose rows may be disposed of; their row history (pghistory) goes with them. What is not here yet is passed over.
DISPOSABLE_MODELS = {
    "agreements.Agreement",
    "agreements.Signature",
    "agreements.SigningCode",
    "applications.Application",
    "applications.EligibilityCheck",
    "applications.LotRequest",
    "applications.SectionAnswers",
    "buying.Offer",
    "history.Event",
    "history.EventSubject",
    "links.Link",
    "outbox.Message",
    "pghistory.Context",
    "placements.AgreedSession",
    "placements.Attendance",
    "placements.PlacementChange",
    "placements.PreStartCheck",
    "placements.ClosedSession",
    "placements.AttendanceCorrection",
    "placements.DayNote",
    "placements.PlacementEnding",
    "placements.FollowUp",
    "placements.InterimPlace",
    "placements.InterimStep",
    "placements.Placement",
    "placements.RegisterAlert",
    "placements.PlacementReview",
    "pupils.PupilContact",
    "pupils.DisclosureGrant",
    "pupils.ProtectionInformation",
    "pupils.Pupil",
    "pupils.RecordAccess",
    "referrals.ExpressionOfInterest",
    "referrals.OfferedSession",
    "referrals.ReferralQuestion",
    "referrals.Referral",
}
DISPOSAL_CERTIFICATES = {
    "applications.DraftDisposal",
    "history.Event",
    "history.EventSubject",
    "pupils.DisposalCertificate",
}  # where disposal writes down what it did


def grant_statements(there: Container[str] | None = None, *, schema: str = "public") -> Iterator[str]:
    """Give the grants of every table there is, and of those to come. To be run by the owner, after each migration.

    Where only some tables are there yet, name them.
    """
    yield f"REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM {APPLICATION_ROLE}, {DISPOSAL_ROLE}"
    yield f"GRANT USAGE ON SCHEMA {schema} TO {APPLICATION_ROLE}, {DISPOSAL_ROLE}"
    yield f"GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA {schema} TO {APPLICATION_ROLE}"
    yield f"GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {DISPOSAL_ROLE}"
    yield f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {schema} TO {APPLICATION_ROLE}, {DISPOSAL_ROLE}"
    # Only what is read may be promised for tables to come: what a new table is, the next run of these grants knows.
    later = f"ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT"
    yield f"{later} SELECT ON TABLES TO {APPLICATION_ROLE}, {DISPOSAL_ROLE}"
    yield f"{later} USAGE, SELECT ON SEQUENCES TO {APPLICATION_ROLE}, {DISPOSAL_ROLE}"
    for table, statement in _of_tables():
        if there is None or table in there:
            yield statement


def _of_tables() -> Iterator[tuple[str, str]]:
    """Give the grants that single tables have of their own, each after the table's name."""
    yield MIGRATIONS_TABLE, f"REVOKE INSERT, UPDATE ON {MIGRATIONS_TABLE} FROM {APPLICATION_ROLE}"
    for table in immutable_tables():
        yield table, f'REVOKE UPDATE ON "{table}" FROM {APPLICATION_ROLE}'
    for model in sorted(_named(LOCKABLE_MODELS), key=_name):
        yield _name(model), f'GRANT UPDATE ("{model._meta.pk.column}") ON "{_name(model)}" TO {APPLICATION_ROLE}'
    for table in deletable_tables():
        yield table, f'GRANT DELETE ON "{table}" TO {APPLICATION_ROLE}'
    for table in _tables(_disposable()):
        yield table, f'GRANT DELETE ON "{table}" TO {DISPOSAL_ROLE}'
    for model in sorted(
        _disposable() - _never_changed(), key=_name
    ):  # so that it may lock a row before it takes it away
        yield _name(model), f'GRANT UPDATE ("{model._meta.pk.column}") ON "{_name(model)}" TO {DISPOSAL_ROLE}'
    for table in _tables(_named(DISPOSAL_CERTIFICATES)):
        yield table, f'GRANT INSERT ON "{table}" TO {DISPOSAL_ROLE}'


def deletable_tables() -> list[str]:
    """Return the tables whose rows the application may delete."""
    queue = {model for model in apps.get_models() if model._meta.app_label == QUEUE_TABLE_PREFIX}
    return sorted({*_tables(_named(DELETABLE_MODELS) | queue), CACHE_TABLE})


def immutable_tables() -> list[str]:
    """Return the tables whose rows the application may not change."""
    return _tables(_never_changed())


def lockable_tables() -> list[str]:
    """Return the append-only tables in which the application may lock a row."""
    return _tables(_named(LOCKABLE_MODELS))


def role_creation_sql(database: str) -> Iterator[str]:
    """Give the SQL that makes the roles and the database on a real server. To be run by its superuser, once."""
    yield f"CREATE ROLE {OWNER_ROLE} LOGIN PASSWORD 'choose one'"
    yield f"CREATE ROLE {APPLICATION_ROLE} LOGIN PASSWORD 'choose another'"
    yield f"CREATE ROLE {DISPOSAL_ROLE} LOGIN PASSWORD 'choose a third'"
    yield f"CREATE DATABASE {database} OWNER {OWNER_ROLE} ENCODING 'UTF8' TEMPLATE template0"
    yield f"REVOKE ALL ON DATABASE {database} FROM PUBLIC"
    yield f"GRANT CONNECT, TEMPORARY ON DATABASE {database} TO {APPLICATION_ROLE}, {DISPOSAL_ROLE}"
    yield from server_log.quiet_log_sql(database)


def missing_roles() -> list[str]:
    """Name the roles that this server does not have."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolname FROM pg_roles WHERE rolname = ANY(%s)", [list(DATABASE_ROLES)])
        there = {name for (name,) in cursor.fetchall()}
    return [role for role in DATABASE_ROLES if role not in there]


def run_grants() -> bool:
    """Run the grants. Return False, and do nothing, on a server where one role does everything."""
    if {APPLICATION_ROLE, DISPOSAL_ROLE} & set(missing_roles()):
        return False
    with transaction.atomic(), connection.cursor() as cursor:  # at no moment is the web without its grants
        for statement in grant_statements(connection.introspection.table_names(cursor)):
            cursor.execute(statement)
    return True


def _name(model: type[Model]) -> str:
    return model._meta.db_table


def _tables(models: set[type[Model]]) -> list[str]:
    return sorted(_name(model) for model in models)


def _named(labels: set[str]) -> set[type[Model]]:
    return {model for model in apps.get_models() if model._meta.label in labels}


def _row_history() -> set[type[Model]]:
    return {model for model in apps.get_models() if issubclass(model, pghistory.models.Event) and model._meta.managed}


def _never_changed() -> set[type[Model]]:
    return _named(IMMUTABLE_MODELS) | _row_history()


def _disposable() -> set[type[Model]]:
    """Find the tables named above and the row history of each, which names the model that it follows."""
    named = _named(DISPOSABLE_MODELS)
    return named | {history for history in _row_history() if getattr(history, "pgh_tracked_model", None) in named}
