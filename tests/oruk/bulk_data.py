"""A directory with thousands of services, copied from one service in the database and varied realistically."""

from django.db import connection, transaction

from calloff.directory.models import Price, Service, ServiceSite

NAME_SQL = "(ARRAY['Farm', 'Ŵyna a natur', 'Maths 🐑 online', 'Say \"hello\" & co', 'Coed'])[1 + n % 5] || ' ' || n"
VARIED_COLUMNS = {
    "name": NAME_SQL,
    "slug": "'copy-' || n",
    "age_from": "5 + n % 9",
    "age_to": "14 + n % 11",
    "needs": "(ARRAY['{SEMH}', '{ASD,SLCN}', '{MLD,SLD,PMLD}', '{HI,VI,MSI,PD,OTH,NSA,DS}'])[1 + n % 4]::varchar[]",
    "main_needs": "'{}'",
    "mode": "(ARRAY['group', 'one_to_one', 'online', 'outreach'])[1 + n % 4]",
    "week": "(SELECT coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object('day', day,"
    " 'from', CASE WHEN n % 3 > 0 THEN to_char(time '08:15' + n % 4 * interval '1 hour', 'HH24:MI') END,"
    " 'to', CASE WHEN n % 3 > 0 THEN to_char(time '12:45' + n % 4 * interval '1 hour', 'HH24:MI') END))), '[]')"
    " FROM unnest((ARRAY['{mon}', '{tue,wed}', '{}', '{sat,sun}', '{mon,tue,wed,thu,fri}'])[1 + n % 5]::text[]) day)",
    "hours": "CASE WHEN n % 2 = 0 THEN 'In term time' ELSE '' END",
    "reach": "CASE WHEN n % 6 = 0 THEN n % 40 END",
    "area": "CASE WHEN n % 7 = 0 THEN 'The west' ELSE '' END",
    "registration": "(ARRAY['none', 'school', 'care', 'childcare', 'college', 'state'])[1 + n % 6]",
    "registration_number": "CASE WHEN n % 12 > 5 THEN '12345' || n % 10 ELSE '' END",
    "qualifications": "(ARRAY['{}', '{gcse}', '{entry,units,arts}'])[1 + n % 3]::varchar[]",
    "places": "CASE WHEN n % 4 > 0 THEN n % 4 - 1 END",
    "places_at": "CASE WHEN n % 4 > 0 THEN changed_at END",
    "places_from": "NULL",
    "member_id": "members[1 + n % cardinality(members)]",
}


@transaction.atomic
def copy_service(service, count, *, members=(), **changed):
    """Copy a service many times, for all members in the provider's lot, with its sites and prices."""
    members = [one.pk for one in members] or [service.member_id]
    with connection.cursor() as cursor:
        # Otherwise, row checks would use query plans from when the table was small, and read the whole table each
        # time.
        cursor.execute("DISCARD PLANS; SET LOCAL enable_seqscan = off")
        cursor.execute("SELECT set_config('calloff.announced', 'directory_service:new:live', false)")
        fresh = _copy(cursor, Service, f"id = {service.pk}", VARIED_COLUMNS | changed, [count, members, []])
        cursor.execute("SELECT set_config('calloff.announced', '', false)")
        for model in (ServiceSite, Price):
            of = {"service_id": "keys[n]"}
            _copy(cursor, model, f"service_id = {service.pk}", of, [count, members, fresh])
        cursor.execute("SET LOCAL enable_seqscan = on")
        cursor.execute("ANALYZE")
    return fresh


def _copy(cursor, model, which, changed, given):
    fields = [one for one in model._meta.local_concrete_fields if not one.generated and one.name not in {"id", "uuid"}]
    columns = [one.column for one in fields]
    values = ", ".join(changed.get(column, column) for column in columns).replace("%", "%%")
    cursor.execute(
        f"INSERT INTO {model._meta.db_table} ({', '.join(columns)}) SELECT {values} FROM {model._meta.db_table},"
        f" generate_series(1, %s) n, (SELECT %s::bigint[] AS members, %s::bigint[] AS keys) given"
        f" WHERE {which} RETURNING id",
        given,
    )
    return [key for (key,) in cursor.fetchall()]
