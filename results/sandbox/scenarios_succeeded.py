"""Runs that ended well, each kind of output by both engines; it must not know how they are answered."""

from __future__ import annotations

from results.sandbox import sample_outputs as outputs
from results.sandbox.scenario import JSON, STORE, SUPERJSON, TEXT, Scenario, ended, like

BIG_POINTER = "run_06guoof16akcnsd9jctek9e5w2-1/output.json"
OLD_BIG_POINTER = "run_4auci59d52j3fuiwt6f2s-1/output.json"
LOG_POINTER = "run_06gv3fpe7gjs9uqn8t8a7val02-1/output.txt"
LOST_POINTER = "run_cmwlswxc0a5l8fyskoqikuirr-1/output.json"

ORDER_REPORT = ended(
    "order-report",
    "run_2ekmdtpnajaotp2sm48yt",
    "prod",
    "An order report with dates, complete with its types, from the old engine.",
    "2026-11-20T05:00:00.412Z",
    old=True,
    task="daily-order-report",
    output=outputs.ORDER_REPORT,
    output_type=SUPERJSON,
    tags=("report:daily", "currency:EUR"),
    payload='{"day":"2026-11-19"}',
    schedule={
        "id": "sched_9k2m4p6r8s1t3v5w7x9y2",
        "deduplicationKey": "daily-order-report",
        "generator": {
            "type": "CRON",
            "expression": "0 5 * * *",
            "description": "At 05:00 AM",
        },
    },
)
EVERY_TYPE = ended(
    "every-type",
    "run_25225dq7s79u6gwkx26zq",
    "dev",
    "Every type that JavaScript can send: dates, maps, sets, big integers, NaN and more.",
    "2026-11-20T08:15:30.001Z",
    old=True,
    task="collect-samples",
    output=outputs.EVERY_TYPE,
    output_type=SUPERJSON,
    payload='{"count":3}',
)
EXACT_NUMBERS = ended(
    "exact-numbers",
    "run_4xr9tcuvr7xw1ahdupbxp",
    "stg",
    "Numbers too long for JavaScript, shown digit by digit as they were sent.",
    "2026-11-19T14:20:00.300Z",
    old=True,
    task="export-conversations",
    output=outputs.EXACT_NUMBERS,
    output_type=JSON,
)
STORED = ended(
    "store-json",
    "run_4auci59d52j3fuiwt6f2s",
    "prod",
    "A large result that has to be fetched from the object store, from the old engine.",
    "2026-11-18T02:00:00.050Z",
    old=True,
    took_ms=48211,
    task="export-inventory",
    output=OLD_BIG_POINTER,
    output_type=STORE,
)
NO_OUTPUT = ended(
    "no-output",
    "run_zh1y2b4qt8z4smuasp3vp",
    "dev",
    "A task that returned nothing at all, from the old engine.",
    "2026-11-20T09:00:00.000Z",
    old=True,
    task="purge-cache",
    took_ms=212,
)
EMPTY_TEXT = ended(
    "empty-text",
    "run_6vonhn4t6jzvoctp1a6my",
    "dev",
    "A task that returned the empty text, from the old engine.",
    "2026-11-20T09:03:00.000Z",
    old=True,
    task="read-note",
    output="",
    output_type=TEXT,
)
UNKNOWN_TYPE = ended(
    "unknown-type",
    "run_jwceyuhxhf38m2xe1bidg",
    "stg",
    "An output in a type that nobody knows, text/csv, from the old engine.",
    "2026-11-19T16:00:00.000Z",
    old=True,
    task="price-list",
    output=outputs.CSV,
    output_type="text/csv",
)
INVALID_JSON = ended(
    "invalid-json",
    "run_66dnd8zwmbabn8fpd48cb",
    "stg",
    "Stored JSON that breaks off in the middle: /result sends it raw, retrieve answers 500.",
    "2026-11-19T16:10:00.000Z",
    old=True,
    task="import-rows",
    output=outputs.CUT_JSON,
    output_type=JSON,
)

SUCCEEDED: tuple[Scenario, ...] = (
    ORDER_REPORT,
    like(
        ORDER_REPORT,
        "order-report-current",
        "run_06gvekr63im50ciombdfvdshw2",
        "The same order report from the current engine: /result denies it, retrieve has it.",
    ),
    EVERY_TYPE,
    like(
        EVERY_TYPE,
        "every-type-current",
        "run_cmwopf55dd0ccy229s70ydeq7",
        "The same types as the current engine shows them, already flattened to JSON.",
    ),
    EXACT_NUMBERS,
    like(
        EXACT_NUMBERS,
        "exact-numbers-current",
        "run_06gv8bdrlh7fcg9jvn3kfdn5e2",
        "The same numbers from the current engine, already rounded by its server.",
    ),
    STORED,
    like(
        STORED,
        "store-json-current",
        "run_06guoof16akcnsd9jctek9e5w2",
        "A table of 1,200 rows that has to be fetched from the object store.",
        output=BIG_POINTER,
    ),
    ended(
        "store-text",
        "run_06gv3fpe7gjs9uqn8t8a7val02",
        "stg",
        "A log of 2,600 lines that has to be fetched from the object store.",
        "2026-11-19T03:00:00.700Z",
        took_ms=151234,
        task="import-customers",
        output=LOG_POINTER,
        output_type=STORE,
    ),
    ended(
        "store-lost",
        "run_cmwlswxc0a5l8fyskoqikuirr",
        "dev",
        "A large result whose stored object is gone.",
        "2026-11-18T07:30:00.000Z",
        task="export-inventory",
        output=LOST_POINTER,
        output_type=STORE,
    ),
    NO_OUTPUT,
    like(
        NO_OUTPUT,
        "no-output-current",
        "run_cmwor0dc05ypdm1do6ll72juh",
        "A task that returned nothing at all.",
    ),
    EMPTY_TEXT,
    like(
        EMPTY_TEXT,
        "empty-text-current",
        "run_cmwor4880gw7wb5ozs393cijh",
        "A task that returned the empty text, which retrieve cannot tell from nothing.",
    ),
    UNKNOWN_TYPE,
    like(
        UNKNOWN_TYPE,
        "unknown-type-current",
        "run_06gv92a80260ncdld3b55h43w1",
        "The same CSV from the current engine, without its type.",
    ),
    INVALID_JSON,
    like(
        INVALID_JSON,
        "invalid-json-current",
        "run_06gv94jfo3h1pfrsks5l9bovc2",
        "Stored JSON that breaks off in the middle: no endpoint can show this run.",
    ),
)
