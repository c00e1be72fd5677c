from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0007_columns_never_rewritten'),
        ('agreements', '0006_last_day_and_sealed_copy'),
        ('applications', '0004_whole_sentences'),
        ('buying', '0004_whole_sentences'),
        ('cli', '0001_initial'),
        ('demand', '0002_whole_sentences'),
        ('directory', '0011_whole_sentences'),
        ('documents', '0004_scan_result_is_final'),
        ('evidence', '0002_whole_sentences'),
        ('history', '0004_who_was_told'),
        ('links', '0002_columns_never_rewritten'),
        ('markets', '0004_whole_sentences'),
        ('members', '0006_providers_checked_before'),
        ('monitoring', '0004_recalls_of_offers'),
        ('oruk', '0004_without_publishers'),
        ('outbox', '0001_initial'),
        ('partners', '0002_whole_sentences'),
        ('people', '0013_unconfirmed_accounts'),
        ('placements', '0015_corrected_marks'),
        ('pupils', '0007_whole_sentences'),
        ('questions', '0001_initial'),
        ('rate_limits', '0002_pending_tries'),
        ('referrals', '0007_one_offer_at_a_time'),
        ('registers', '0003_changes_of_authority'),
        ('web', '0002_cache'),
    ]

    operations = [
        migrations.AlterModelTable('Edition', 'questions_edition'),
        migrations.RenameModel('Edition', 'QuestionSetVersion'),
    ]
