"""Malicious and unexpected input for the tests."""

import base64
import json

HOSTILE_WORDS = {
    "operators": "farm & !goat | (bee <-> hive):*",
    "quotes": "'\"“”‘’`´",
    "sql": "'; DROP TABLE people_user; -- $$ $1 %s %(a)s",
    "regular expression": r"^(a+)+$ [^\w]*? \1 (?=x) {1,9999}",
    "wildcards": "%_%_%\\",
    "ten thousand letters": "farm" * 2500,
    "ten thousand words": "farm " * 2000,
    "ten thousand different words": " ".join(f"w{n}" for n in range(2000)),
    "pictures": "🐑👨‍👩‍👧‍👦🏴󠁧󠁢󠁷󠁬󠁳󠁿",
    "Welsh": "Llŷn ŵyn bach yn chwarae, tŷ gŵyl",
    "right to left": "\u202eمزرعة חווה",
    "joined marks": "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢",
    "nought": "farm\x00mornings",
    "only noughts": "\x00\x00",
    "spaces": " \t\r\n\u00a0\u2003 ",
    "stop words": "and or not the",
    "weights and labels": "farm:ABCD 'farm':1A,2B",
    "templates": "{{ 7*7 }} {% url %} ${7*7} <script>alert(1)</script>",
    "a lone half of a pair": "\ud83d farm",
}


def page_key(values):
    return base64.urlsafe_b64encode(values.encode()).decode().rstrip("=")


HOSTILE_PAGE_KEYS = {
    "not base64": "%%%///",
    "not JSON": page_key("[1,"),
    "an object": page_key('{"a":1}'),
    "too short": page_key("[1]"),
    "too long": page_key(json.dumps(list(range(50)))),
    "nested": page_key("[[1],[2],[3]]"),
    "nested beyond all measure": page_key("[" * 20_000),
    "beyond what a number holds": page_key(f'[0,"a",{10**40}]'),
    "more digits than are read": page_key(f'[0,"a",{"9" * 6000}]'),
    "below": page_key(f'[-1,"a",{-(10**40)}]'),
    "not a number": page_key('[NaN,"a",1]'),
    "without end": page_key('[Infinity,"a",-Infinity]'),
    "true": page_key('[true,"a",false]'),
    "nothing": page_key("[null,null,null]"),
    "words for numbers": page_key('["a","b","c"]'),
    "numbers for words": page_key("[1,2,3]"),
    "two values": page_key("[1,2]"),
    "two words": page_key('["x","y"]'),
    "long": page_key(json.dumps([0, "x" * 10_000, 1])),
    "nought": page_key('[0,"\\u0000",1]'),
    "half a pair": page_key('[0,"\\ud800",1]'),
    "not ASCII": "ŵŷ🐑",
}
