from django.db import migrations

# The same as `kernel/search_words.py`, which gives letters without accents, in lower case, between spaces. Words with an
# apostrophe, a hyphen, a full stop or a slash follow a second time, joined. The body is SQL of the standard, so that
# the function works whatever the search path is, as it must when a backup is restored.
FOLD = r"""
CREATE OR REPLACE FUNCTION fold_search_letters(original text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN replace(replace(replace(replace(
    translate(
        lower(translate(regexp_replace(normalize(original, NFKD), '[\u0300-\u036f]', '', 'g'), 'ŁØĐÐĦŦ', 'łøđðħŧ')),
        'łøđıðħŧʼ', 'lodidht'''
    ), 'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), 'þ', 'th')
"""
SPLIT_AND_JOIN = r"""
CREATE OR REPLACE FUNCTION fold_search_text(original text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN ' ' || regexp_replace(fold_search_letters(original), '[^[:alnum:]]+', ' ', 'g') || coalesce((
    SELECT string_agg(' ' || regexp_replace(found.word[1], '[^[:alnum:]]', '', 'g'), '')
    FROM regexp_matches(
        fold_search_letters(original), '[[:alnum:]]+(?:[''’‘`´./‐‑–-][[:alnum:]]+)+', 'g'
    ) AS found(word)
), '')
"""


class Migration(migrations.Migration):
    dependencies = [("registers", "0100_squashed")]
    operations = [
        migrations.RunSQL([FOLD], ["DROP FUNCTION fold_search_letters(text)"]),
        migrations.RunSQL([SPLIT_AND_JOIN], ["DROP FUNCTION fold_search_text(text)"]),
    ]
