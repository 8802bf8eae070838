"""Every run that the sandbox starts with, and the keys that open them; it must not know HTTP."""

from __future__ import annotations

from results.sandbox import large_outputs
from results.sandbox import sample_outputs as outputs
from results.sandbox.living import made_up
from results.sandbox.scenario import JSON, SUPERJSON, TEXT, Scenario
from results.sandbox.scenarios_failed import FAILED
from results.sandbox.scenarios_large import (
    FIFTY_MB_POINTER,
    LARGE,
    STRANGE_POINTER,
    TEN_MB_POINTER,
)
from results.sandbox.scenarios_remarkable import REMARKABLE
from results.sandbox.scenarios_succeeded import (
    BIG_POINTER,
    LOG_POINTER,
    OLD_BIG_POINTER,
    SUCCEEDED,
)
from results.sandbox.scenarios_unfinished import UNFINISHED
from results.sandbox.world import Bucket, Environment, World

SANDBOX_KEYS = {
    "dev": "tr_dev_SandboxKeyDev00000000001",
    "stg": "tr_stg_SandboxKeyStg00000000001",
    "prod": "tr_prod_SandboxKeyProd0000000001",
    "preview": "tr_preview_SandboxKeyPreview0000001",
}
LIMITED_KEY = "tr_prod_SandboxKeyLimited0000001"
"""The key of a second organisation, which may ask three times at once and then every 30 seconds."""
SCOPED_KEY = "tr_prod_sk_SandboxKeyScoped00000001"
"""An additional key of prod that may only read runs: retrieve accepts it, /result does not."""
PREVIEW_BRANCH = "feature/checkout"
LIMITED_BUCKET = Bucket(size=3, refill=1, interval_s=30)

SCENARIOS: tuple[Scenario, ...] = (*SUCCEEDED, *REMARKABLE, *LARGE, *FAILED, *UNFINISHED)

_BY_NAME = {scenario.name: scenario for scenario in SCENARIOS}


def scenario(name: str) -> Scenario:
    """The scenario of that name; KeyError when there is none."""
    return _BY_NAME[name]


SHOWCASE: tuple[Scenario, ...] = tuple(
    map(
        scenario,
        (
            "succeeds-soon",
            "order-report",
            "every-type",
            "exact-numbers",
            "table",
            "strange-values",
            "ten-megabytes",
            "built-in-current",
            "thrown-object",
            "out-of-memory",
            "cancelled",
            "expired",
            "waiting",
            "fails-soon",
        ),
    )
)


def world() -> World:
    """A fresh world with the sandbox's environments, every scenario and the stored objects."""
    environments = [
        Environment(name="dev", slug="dev", key=SANDBOX_KEYS["dev"]),
        Environment(name="stg", slug="stg", key=SANDBOX_KEYS["stg"]),
        Environment(
            name="prod",
            slug="prod",
            key=SANDBOX_KEYS["prod"],
            scoped_keys={SCOPED_KEY: ("read:runs",)},
        ),
        Environment(
            name="preview", slug="preview", key=SANDBOX_KEYS["preview"], branch=PREVIEW_BRANCH
        ),
        Environment(
            name="limited",
            slug="prod",
            key=LIMITED_KEY,
            project="proj_limitedlimitedlimit",
            bucket=LIMITED_BUCKET,
        ),
    ]
    made = World(environments, [known.row for known in SCENARIOS], imagine=made_up)
    inventory = outputs.table(1200).encode()
    made.add_object(BIG_POINTER, inventory, SUPERJSON, "prod")
    made.add_object(OLD_BIG_POINTER, inventory, SUPERJSON, "prod")
    made.add_object(LOG_POINTER, outputs.long_text(2600).encode(), TEXT, "stg")
    made.add_object(STRANGE_POINTER, outputs.strange_values().encode(), JSON, "stg")
    made.add_object(TEN_MB_POINTER, large_outputs.ten_mb, JSON, "prod")
    made.add_object(FIFTY_MB_POINTER, large_outputs.fifty_mb, JSON, "prod")
    return made
