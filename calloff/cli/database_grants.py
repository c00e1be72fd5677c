"""Permissions of the three database roles, as SQL that can be run again safely at any time.

The owner can do everything except change append-only rows. The application can read and add rows. It can change rows
in all tables except the immutable ones listed here, and delete rows only from the deletable tables listed here. It
cannot truncate tables. The disposal role can read everything, delete rows and their row history from the disposable
tables listed here, and record each deletion.
"""

from collections.abc import Container, Iterator

import pghistory.models
from django.apps import apps
from django.db import connection, transaction
from django.db.models import Model

from calloff.kernel import server_log
from calloff.kernel.database_roles import APPLICATION_ROLE, DISPOSAL_ROLE, OWNER_ROLE

DATABASE_ROLES = (OWNER_ROLE, APPLICATION_ROLE, DISPOSAL_ROLE)
MIGRATIONS_TABLE = "django_migrations"  # Only the owner records which migrations have run.

# Tables whose rows never change once they are written. This is also true of all row history. Tests fail if a row in
# one of these tables can be changed, or if this list does not include a table that has a trigger against changes.
# Models that do not exist yet are skipped.
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
    "directory.OpeningHours",  # The rows are deleted and written again when the service's hours change.
    "directory.RemovedPicture",
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
    "referrals.OfferedSession",  # The rows are deleted and written again with the next reply.
    "registers.ChangeOfAuthority",
}
# Immutable tables in which a command locks a row while it adds a row to another table. PostgreSQL lets a role lock a
# row only if the role can change a column. So the role can change only the key, and the table's trigger refuses even
# that.
LOCKABLE_MODELS = {"applications.SubmittedVersion", "members.Suspension"}

# Tables from which the web and worker processes delete rows in normal use. Children, orders, messages and decisions
# are not in this list, because only the disposal role can delete them. Tests fail if the application deletes rows
# from any other table. Models that do not exist yet are skipped.
DELETABLE_MODELS = {
    "account.EmailAddress",
    "account.EmailConfirmation",
    "accounts.KnownBrowser",
    "accounts.CalendarFeed",
    "accounts.EmailChange",
    "accounts.EmailCode",
    "accounts.MailboxReset",
    "accounts.SignInSession",
    "applications.AgreedMark",
    "demand.SavedSearchMatch",
    "directory.ServiceSite",
    "directory.OpeningHours",  # The rows are made again from the service's opening hours.
    "directory.Picture",
    "directory.DirectoryChange",
    "documents.StoredFile",
    "history.OnceKey",
    "markets.Lot",
    "mfa.Authenticator",
    "people.User",  # Only accounts with an unconfirmed address can be deleted. A trigger protects all others.
    "placements.AgreedSession",  # Only rows for future days are deleted, when new sessions are agreed.
    "pupils.PupilContact",  # The rows are written again when the list of contacts changes.
    "rate_limits.AttemptCount",
    "referrals.OfferedSession",
    "registers.ClosedDay",
    "registers.SchoolTerm",
    "sessions.Session",
    "socialaccount.SocialAccount",
    "socialaccount.SocialToken",
    "accounts.HomeVisit",
    "web.LateSubmission",
}
QUEUE_TABLE_PREFIX = "procrastinate"  # the app label of the job queue, and the start of its tables' names
CACHE_TABLE = "web_cache"

# Tables whose rows the disposal role can delete, together with their row history (pghistory). Models that do not exist
# yet are skipped.
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
}  # the tables in which the disposal role records each deletion


# Tables in which the disposal role records that it has deleted what a person approved.
DISPOSAL_RECORDS = {"placements.DisposalApproval"}


def grant_statements(there: Container[str] | None = None, *, schema: str = "public") -> Iterator[str]:
    """Yield the SQL that grants permissions on all existing tables, and the default permissions for later tables.

    The owner runs this SQL after each migration. If some tables do not exist yet, pass the names of those that do as
    `there`.
    """
    yield f"REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM {APPLICATION_ROLE}, {DISPOSAL_ROLE}"
    yield f"GRANT USAGE ON SCHEMA {schema} TO {APPLICATION_ROLE}, {DISPOSAL_ROLE}"
    yield f"GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA {schema} TO {APPLICATION_ROLE}"
    yield f"GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {DISPOSAL_ROLE}"
    yield f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {schema} TO {APPLICATION_ROLE}, {DISPOSAL_ROLE}"
    # Until this SQL runs again, a new table can only be read. It then gets its other permissions.
    later = f"ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT"
    yield f"{later} SELECT ON TABLES TO {APPLICATION_ROLE}, {DISPOSAL_ROLE}"
    yield f"{later} USAGE, SELECT ON SEQUENCES TO {APPLICATION_ROLE}, {DISPOSAL_ROLE}"
    for table, statement in _of_tables():
        if there is None or table in there:
            yield statement


def _of_tables() -> Iterator[tuple[str, str]]:
    """Yield the statements about individual tables, each with the name of its table."""
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
    ):  # The disposal role needs this permission so that it can lock a row before deleting it.
        yield _name(model), f'GRANT UPDATE ("{model._meta.pk.column}") ON "{_name(model)}" TO {DISPOSAL_ROLE}'
    for table in _tables(_named(DISPOSAL_CERTIFICATES)):
        yield table, f'GRANT INSERT ON "{table}" TO {DISPOSAL_ROLE}'
    for table in _tables(_named(DISPOSAL_RECORDS)):
        yield table, f'GRANT UPDATE ON "{table}" TO {DISPOSAL_ROLE}'


def deletable_tables() -> list[str]:
    """Return the tables in which the application is allowed to delete rows."""
    queue = {model for model in apps.get_models() if model._meta.app_label == QUEUE_TABLE_PREFIX}
    return sorted({*_tables(_named(DELETABLE_MODELS) | queue), CACHE_TABLE})


def immutable_tables() -> list[str]:
    """Return the tables in which the application is not allowed to change rows."""
    return _tables(_never_changed())


def lockable_tables() -> list[str]:
    """Return the append-only tables in which the application is allowed to lock rows."""
    return _tables(_named(LOCKABLE_MODELS))


def role_creation_sql(database: str) -> Iterator[str]:
    """Yield the SQL that creates the roles and the database on a real server. The server's superuser runs it once."""
    yield f"CREATE ROLE {OWNER_ROLE} LOGIN PASSWORD 'choose one'"
    yield f"CREATE ROLE {APPLICATION_ROLE} LOGIN PASSWORD 'choose another'"
    yield f"CREATE ROLE {DISPOSAL_ROLE} LOGIN PASSWORD 'choose a third'"
    yield f"CREATE DATABASE {database} OWNER {OWNER_ROLE} ENCODING 'UTF8' TEMPLATE template0"
    yield f"REVOKE ALL ON DATABASE {database} FROM PUBLIC"
    yield f"GRANT CONNECT, TEMPORARY ON DATABASE {database} TO {APPLICATION_ROLE}, {DISPOSAL_ROLE}"
    yield from server_log.quiet_log_sql(database)


def missing_roles() -> list[str]:
    """Return the database roles that this server does not have."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolname FROM pg_roles WHERE rolname = ANY(%s)", [list(DATABASE_ROLES)])
        there = {name for (name,) in cursor.fetchall()}
    return [role for role in DATABASE_ROLES if role not in there]


def run_grants() -> bool:
    """Run the grants and return True.

    Return False, without any effect, if a single role does everything on this server.
    """
    if {APPLICATION_ROLE, DISPOSAL_ROLE} & set(missing_roles()):
        return False
    # All grants run in one transaction, so that the web processes are never without their permissions.
    with transaction.atomic(), connection.cursor() as cursor:
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
    """Return the models whose rows can be disposed of, and the models of their row history."""
    named = _named(DISPOSABLE_MODELS)
    return named | {history for history in _row_history() if getattr(history, "pgh_tracked_model", None) in named}
