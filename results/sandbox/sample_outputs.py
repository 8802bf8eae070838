"""Texts and values that tasks of the scenarios return; it must not know runs."""

from __future__ import annotations

import json

EVERY_TYPE = json.dumps(
    {
        "json": {
            "when": "2026-11-20T08:15:30.125Z",
            "big": "9007199254740993",
            "roles": ["admin", "editor"],
            "stock": [["SKU-1", 4], ["SKU-2", 0]],
            "seen": [["2026-11-20T08:00:00.000Z", {"count": 2}]],
            "missing": None,
            "nothing": None,
            "pattern": "/^INV-\\d{4,}$/iu",
            "link": "https://shop.example.com/orders/1042?tab=items#first",
            "problem": {"name": "RangeError", "message": "quantity must be positive"},
            "ratio": "NaN",
            "limit": "Infinity",
            "balance": "-0",
            "bytes": [82, 117, 110, 108, 101, 110, 115],
            "samples": [0.5, 0.25, 0.125],
            "flags": {"paid": True, "gift": False},
            "empty": {"text": "", "list": [], "object": {}},
        },
        "meta": {
            "values": {
                "when": ["Date"],
                "big": ["bigint"],
                "roles": ["set"],
                "stock": ["map"],
                "seen": ["map", {"0.0": ["Date"]}],
                "missing": ["undefined"],
                "pattern": ["regexp"],
                "link": ["URL"],
                "problem": ["Error"],
                "ratio": ["number"],
                "limit": ["number"],
                "balance": ["number"],
                "bytes": [["custom", "buffer"]],
                "samples": [["typed-array", "Float32Array"]],
            }
        },
    },
    separators=(",", ":"),
)

ORDER_REPORT = json.dumps(
    {
        "json": {
            "report": "Daily orders",
            "day": "2026-11-19T00:00:00.000Z",
            "currency": "EUR",
            "totals": {"orders": 3, "revenue": 418.2, "refunds": 0},
            "orders": [
                {
                    "id": 1042,
                    "customer": "Zoë Müller",
                    "total": 129.9,
                    "placedAt": "2026-11-19T07:41:02.000Z",
                    "items": ["SKU-1", "SKU-7"],
                },
                {
                    "id": 1043,
                    "customer": "李小龙",
                    "total": 88.3,
                    "placedAt": "2026-11-19T12:05:44.000Z",
                    "items": ["SKU-2"],
                },
                {
                    "id": 1044,
                    "customer": "Ada Lovelace",
                    "total": 200,
                    "placedAt": "2026-11-19T18:59:59.999Z",
                    "items": ["SKU-1", "SKU-2", "SKU-9"],
                },
            ],
        },
        "meta": {
            "values": {
                "day": ["Date"],
                "orders.0.placedAt": ["Date"],
                "orders.1.placedAt": ["Date"],
                "orders.2.placedAt": ["Date"],
            }
        },
    },
    ensure_ascii=False,
    separators=(",", ":"),
)

EXACT_NUMBERS = (
    '{"conversationId":3544790567247868102,"price":1.10,"rate":0.1000000000000000055,'
    '"tooBig":1e400,"tiny":5e-324,"account":12345678901234567890123,"zero":-0,"count":42}'
)

CIRCULAR = (
    '{"json":{"name":"root","children":[{"name":"leaf","parent":null}],"self":null},'
    '"meta":{"referentialEqualities":[["children.0.parent","self"]]}}'
)
CUSTOM_CLASS = '{"json":{"amount":"12.50"},"meta":{"values":{"amount":[["custom","decimal.js"]]}}}'
CUT_JSON = '{"rows":[{"id":1,"name":"first"},{"id":2,"na'
JSON_IN_TEXT = '{"status":"ok","items":[1,2,3],"note":"this is a text that happens to be JSON"}'
CSV = 'sku,name,price\r\nSKU-1,"Lamp, brass",49.90\r\nSKU-2,Chair,120.00\r\nSKU-3,"12"" ruler",2.50\r\n'
HOSTILE = (
    '{"json":{"<b>name</b>":"<script>alert(1)</script>","quote":"\\"><img src=x onerror=alert(1)>",'
    '"link":"javascript:alert(1)","template":"{{ 7*7 }} {% debug %}","path":"../../etc/passwd",'
    '"formula":"=HYPERLINK(\\"http://192.0.2.1\\")","nul":"a\\u0000b"}}'
)
MARKDOWN = (
    "# Weekly summary\n\n"
    "- **12** invoices were sent\n- *2* bounced\n\n"
    "| customer | amount |\n|---|---|\n| Zoë | 12.50 |\n| Ada | 8.00 |\n\n"
    "See [the ledger](https://ledger.example.com) for more.\n"
)
COLOURFUL = (
    "\x1b[32m✓\x1b[0m built in \x1b[1m1.4 s\x1b[0m\n"
    "\x1b[33mwarning\x1b[0m: 2 files are larger than 1 MB\n"
    "שלום עולם, from right to left\n"
    "مرحبا \u202eabc\u202c after an override\n"
    "emoji: 👩‍👩‍👧‍👦 🏴󠁧󠁢󠁥󠁮󠁧󠁿 🙂 and combining: e\u0301 n\u0303\n"
    "\ttabs\tand  two spaces \n"
    "zero\u200bwidth, no\u00a0break, line\u2028separator\n"
)


def table(rows: int) -> str:
    """super+json of a list of ``rows`` similar objects, each with a date and a bigint."""
    regions = ("north", "south", "east", "west")
    items = [
        {
            "id": number,
            "sku": f"SKU-{number:04d}",
            "region": regions[number % 4],
            "sold": number * 7 % 90,
            "revenue": round(number * 13.37 % 1000, 2),
            "cents": str(9007199254740993 + number),
            "countedAt": f"2026-11-{number % 20 + 1:02d}T06:{number % 60:02d}:00.000Z",
            "discontinued": number % 9 == 0,
        }
        for number in range(rows)
    ]
    values: dict[str, list[str]] = {}
    for number in range(rows):
        values[f"{number}.cents"] = ["bigint"]
        values[f"{number}.countedAt"] = ["Date"]
    return json.dumps({"json": items, "meta": {"values": values}}, separators=(",", ":"))


def strange_values() -> str:
    """JSON with a value of every look that a page may treat in its own way."""
    picture = (
        "iVBORw0KGgoAAAANSUhEUgAAABAAAAAQCAIAAACQkWg2AAAAJElEQVR42mOoe7QAjpwtTsERLnGG"
        "QaiBGEXI4oNRw2g8DAoNAKgQopAt0B2TAAAAAElFTkSuQmCC"
    )
    answer = {"model": "small-1", "choices": [{"text": "It works.", "tokens": 12}], "id": 1 << 63}
    return json.dumps(
        {
            "reply": json.dumps(answer),
            "longReply": json.dumps({"steps": [f"step {n}: done" for n in range(400)]}),
            "nearlyJson": '{"broken": [1, 2',
            "picture": f"data:image/png;base64,{picture}",
            "logo": "https://example.com/logo.png",
            "website": "https://example.com/?q=a&b=c",
            "colours": ["#4338ca", "#f0a", "rgb(20, 101, 47)"],
            "createdAt": "2026-11-21T15:30:00.000+01:00",
            "day": "2026-11-21",
            "epochSeconds": 1795434125,
            "epochMilliseconds": 1795434125161,
            "poem": "Roses are red,\nviolets are blue,\n\tthis line has a tab,\n\nand this is the end.",
            "long": "A sentence that is said again and again. " * 200,
            "rightToLeft": {"שם": "יוסי כהן, תל אביב", "الاسم": "فاطمة"},
            "tricky": "safe\u202egnp.exe and zero\u200bwidth",
            "spreadsheet": [
                {"formula": "=1+1", "handle": "@x", "minus": -2, "exact": 1 << 63},
                {"formula": "+2", "handle": 'say "hi"\nagain, please', "minus": "-2", "exact": 7},
            ],
            "a very long name, " * 12 + "and its end": True,
            "": "a name that is empty",
            "crowd": {f"member {n}": n for n in range(10_000)},
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )


def deep(levels: int) -> str:
    """super+json of lists and objects inside each other, ``levels`` deep."""
    inner = '"the bottom"'
    for level in range(levels, 0, -1):
        inner = f'{{"level {level}":{inner}}}' if level % 2 else f"[{level},{inner}]"
    return f'{{"json":{inner}}}'


def long_text(lines: int) -> str:
    """A log of ``lines`` lines, each about 75 characters."""
    return "".join(
        f"{number:06d} 2026-11-20T08:{number // 60 % 60:02d}:{number % 60:02d}Z "
        f"imported customer {number * 7919 % 100000:05d} in {number % 37 + 3} ms\n"
        for number in range(1, lines + 1)
    )
