"""Give databases of the version before the content types of models that were renamed (ADR 62). A new one has no row yet."""

from django.db import migrations

MODELS = (  # room, name of the model before and now, as in content types
    ("accounts", "session", "signinsession"),
    ("accounts", "device", "knownbrowser"),
    ("accounts", "closure", "accountclosure"),
    ("agreements", "text", "agreementtext"),
    ("applications", "part", "evaluatorassignment"),
    ("applications", "section", "sectionanswers"),
    ("applications", "version", "submittedversion"),
    ("applications", "copy", "submittedcopy"),
    ("applications", "disposal", "draftdisposal"),
    ("buying", "allowance", "overspendapproval"),
    ("demand", "answer", "nominationresponse"),
    ("demand", "entry", "shortlistentry"),
    ("demand", "told", "savedsearchmatch"),
    ("directory", "touch", "directorychange"),
    ("directory", "change", "servicechange"),
    ("directory", "atsite", "servicesite"),
    ("documents", "file", "storedfile"),
    ("evidence", "reliance", "evidencereliance"),
    ("history", "subject", "eventsubject"),
    ("markets", "terms", "marketterms"),
    ("markets", "counter", "referencecounter"),
    ("markets", "extension", "marketextension"),
    ("markets", "modification", "marketmodification"),
    ("members", "check", "providercheck"),
    ("members", "condition", "membershipcondition"),
    ("members", "decision", "applicationdecision"),
    ("members", "outcome", "lotoutcome"),
    ("members", "removal", "memberremoval"),
    ("monitoring", "recall", "suspensionnotice"),
    ("oruk", "entry", "feedentry"),
    ("partners", "coverage", "schoolcoverage"),
    ("partners", "reminder", "signingreminder"),
    ("people", "grant", "rolegrant"),
    ("people", "name", "organisationname"),
    ("placements", "change", "placementchange"),
    ("placements", "check", "prestartcheck"),
    ("placements", "correction", "attendancecorrection"),
    ("placements", "review", "placementreview"),
    ("placements", "ending", "placementending"),
    ("pupils", "protection", "protectioninformation"),
    ("pupils", "contact", "pupilcontact"),
    ("pupils", "disclosure", "disclosuregrant"),
    ("pupils", "read", "recordaccess"),
    ("pupils", "certificate", "disposalcertificate"),
    ("questions", "edition", "questionsetversion"),
    ("rate_limits", "count", "attemptcount"),
    ("referrals", "interest", "expressionofinterest"),
    ("referrals", "question", "referralquestion"),
    ("registers", "import", "registerimport"),
    ("registers", "term", "schoolterm"),
    ("web", "keptpost", "latesubmission"),
    ("referrals", "interestevent", "expressionofinterestevent"),
)
RENAME_CONTENT_TYPES = f"""
    UPDATE django_content_type AS known SET model = renamed.now
    FROM (VALUES {", ".join(str(row) for row in MODELS)}) AS renamed (room, before, now)
    WHERE known.app_label = renamed.room AND known.model = renamed.before
        AND NOT EXISTS (SELECT FROM django_content_type WHERE app_label = renamed.room AND model = renamed.now)
"""


class Migration(migrations.Migration):
    dependencies = [
        ("cli", "0101_names_of_triggers"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunSQL(RENAME_CONTENT_TYPES, migrations.RunSQL.noop)]
