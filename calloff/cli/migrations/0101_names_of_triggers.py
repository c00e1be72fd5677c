"""Give databases of the version before the names of triggers that follow from the new names of models (ADR 62).

Tables keep their names. pgtrigger makes the name of a trigger from the name of its model, and so renames 42 of them here.
A new database has the new names already, and nothing is done there.
"""

from django.db import migrations

TRIGGERS = (  # table, trigger, the end of its name before and now, pgtrigger's digest of it now
    ("accounts_closure", "status_moves_by_a_step", "e5a6a", "faa0c", "4b86b5a3e23856f17b008c7cd00b3af4d99d6735"),
    ("agreements_text", "text_is_kept", "4f7da", "33170", "d53ff1d4571bc4fcdccde844cebc2c86da702ce3"),
    ("applications_disposal", "certificate_is_kept", "04dd3", "6cc07", "ee5692c81d1ba1a71064cda28c26dc0c324d3f5c"),
    ("applications_part", "status_moves_by_a_step", "28e30", "a3b91", "ec5ea837d4994383ac834f204875ca12a2f3f5e3"),
    ("applications_version", "version_is_kept", "b460a", "7f462", "52f3b4f3a094293e3e514503fae76809e5c3784f"),
    ("buying_allowance", "allowance_is_kept", "92c23", "8c189", "4eb9c9e5836cf1d4b069cb7bd98838f620835e09"),
    ("demand_answer", "status_moves_by_a_step", "b8248", "329a6", "540508e4980a4f415385584843f180983162b77b"),
    ("demand_entry", "status_moves_by_a_step", "ee43e", "4e518", "5e3e69e3a9470f8833169c680f1df367c0898603"),
    ("directory_change", "status_moves_by_a_step", "4199f", "fb1a0", "6d5d374a2cad293a6a79b26d4c22a93c236c8a28"),
    ("directory_change", "what_is_proposed_stays", "39322", "aad00", "cd4b4c47ae9aa7f7eaeafbe0dbe97a37993c1b19"),
    ("documents_file", "columns_are_never_rewritten", "ef039", "7f339", "ae72ea0cde75b53e1eaaf919f6daaf3c173fddd2"),
    ("documents_file", "scan_result_is_final", "92b78", "48463", "721fc91607ee5a6d9adae0c5cbb86ae4c9d2dbcf"),
    ("history_subject", "is_append_only", "dcf0a", "d5707", "ac2bfb01aa5f05afe93299ee112f041d705d9b24"),
    ("history_subject", "is_not_truncated", "a28fb", "164da", "c11dd132513b112ecf7010a57e501a87dcec8f61"),
    ("markets_extension", "extension_is_kept", "3a6a7", "f1474", "5751045728640af9c9662c37952a1026e792ddea"),
    ("markets_modification", "modification_is_kept", "094fb", "7baeb", "97482502d85db69261756bb904084dea98b5fb7a"),
    ("markets_terms", "terms_are_kept", "39e7f", "29d1c", "367f849e590cab48c4616d5976c6fa9d22cc0efd"),
    ("members_check", "check_is_kept", "80a5d", "a3e66", "076729e0826833f66da786c9becddced88b256ca"),
    ("members_condition", "status_moves_by_a_step", "2959d", "83f68", "991f6d53fd41f8e9b4710d5a16ecc183d6e27455"),
    ("members_decision", "decision_is_kept", "4c4d5", "3b3ed", "4cdce7c98e5c220e30b138778e70b19ed1735fc8"),
    ("members_decision", "nobody_approves_their_own_marks", "019ce", "4a496", "a6c59a08cd08f8bc21c54fb9c4de7ebe15d4b039"),
    ("members_outcome", "outcome_is_kept", "336fc", "5ddb5", "b9e464888e5ebc60cf6fc3babcda6bc15f893bd8"),
    ("members_removal", "status_moves_by_a_step", "cbd1c", "a4339", "29a0921abb406f18f1d4efbb809c06323cb0ffc0"),
    ("monitoring_recall", "status_moves_by_a_step", "9d674", "84688", "2720218971cebc96c097e2d051930bcfb71c887d"),
    ("people_grant", "columns_are_never_rewritten", "24edc", "56aaa", "cf0987fb5b4b3b0beb34934681bf74ed2edc16cd"),
    ("people_grant", "end_of_a_role_is_final", "34c86", "0c9ea", "f13f6e2ac24a55e482000c62c0a03d7c784f30c6"),
    ("people_grant", "status_moves_by_a_step", "138f1", "a9b92", "fd3f331930ab475e4e1b9b6d658ab05350af858b"),
    ("placements_change", "status_moves_by_a_step", "41b09", "0c694", "dff427e201cd10f2947caa35f306a35f7aac151d"),
    ("placements_check", "check_stands_once_drawn_up", "a706b", "1e1d4", "722103c4141afb04a66e6b01d052b6bdf99b3ae0"),
    ("placements_correction", "correction_is_kept", "63265", "943da", "f6917ef5cca726b39ad394d5764a7342d061a636"),
    ("placements_review", "status_moves_by_a_step", "f618f", "60d40", "179210e07365ebea0746bc9cafe2e78d3641aa83"),
    ("pupils_certificate", "certificate_is_kept", "e5b15", "cebe8", "f7ac88bd81e7340d55abb72b38ad417c75894be2"),
    ("pupils_read", "is_append_only", "35b21", "bb23f", "cf9112853936511c0d0503ce9f0313de54913030"),
    ("pupils_read", "is_not_truncated", "e4aa6", "7249c", "047807d3d8cf1956c23d728187b3c6f67d9e85f4"),
    ("questions_edition", "is_append_only", "903e1", "ba522", "dac64999176fb6e451663a35d67be9358092ba05"),
    ("questions_edition", "is_not_truncated", "29ee6", "79ff3", "f76da182fcb1702ad459fa43d7af75a3cb06cbbb"),
    ("referrals_interest", "delete_delete", "810b9", "66028", "9b7b5fc90e4bc04a46f33e774137babb2d13a3d7"),
    ("referrals_interest", "insert_insert", "d4c74", "2f16c", "51e12da3eca49aed44f92210696080d9a29eb2af"),
    ("referrals_interest", "status_moves_by_a_step", "fcd17", "8e914", "b6c57a7844a522dbdc68aa453182efac748628e4"),
    ("referrals_interest", "update_update", "9e1bb", "49ee2", "402f63fcd2d962e387a6f5f5a07a093084dc068e"),
    ("referrals_interestevent", "append_only", "6087c", "b8382", "f09ac21c473161b2d45bf4b3eee88a12ad26f2b0"),
    ("referrals_question", "status_moves_by_a_step", "a6e19", "4c6ba", "8dec2708b16a534e7d179f29a3d1a261422c4e02"),
)
RENAME_TRIGGERS = f"""
    DO $$
    DECLARE one record;
    BEGIN
        FOR one IN SELECT * FROM (VALUES {", ".join(str(row) for row in TRIGGERS)})
            AS renamed (at, name, before, now, digest)
        LOOP
            IF EXISTS (
                SELECT FROM pg_trigger
                WHERE tgrelid = one.at::regclass AND tgname = format('pgtrigger_%s_%s', one.name, one.before)
            ) THEN
                EXECUTE format('ALTER TRIGGER pgtrigger_%s_%s ON %I RENAME TO pgtrigger_%1$s_%4$s',
                    one.name, one.before, one.at, one.now);
                EXECUTE format('ALTER FUNCTION pgtrigger_%s_%s() RENAME TO pgtrigger_%1$s_%3$s',
                    one.name, one.before, one.now);
                EXECUTE format('COMMENT ON TRIGGER pgtrigger_%s_%s ON %I IS %L',
                    one.name, one.now, one.at, one.digest);
            END IF;
        END LOOP;
    END $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0100_squashed"),
        ("agreements", "0100_squashed"),
        ("applications", "0100_squashed"),
        ("buying", "0100_squashed"),
        ("cli", "0100_squashed"),
        ("demand", "0100_squashed"),
        ("directory", "0100_squashed"),
        ("documents", "0100_squashed"),
        ("evidence", "0100_squashed"),
        ("history", "0100_squashed"),
        ("markets", "0100_squashed"),
        ("members", "0100_squashed"),
        ("monitoring", "0100_squashed"),
        ("oruk", "0100_squashed"),
        ("partners", "0100_squashed"),
        ("people", "0100_squashed"),
        ("placements", "0100_squashed"),
        ("pupils", "0100_squashed"),
        ("questions", "0100_squashed"),
        ("rate_limits", "0100_squashed"),
        ("referrals", "0100_squashed"),
        ("registers", "0100_squashed"),
        ("web", "0100_squashed"),
    ]

    operations = [
        migrations.RunSQL(RENAME_TRIGGERS, migrations.RunSQL.noop),
    ]
