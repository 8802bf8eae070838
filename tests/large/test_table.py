"""What a table of a large list costs."""

from __future__ import annotations

import json
import tracemalloc

from results.domain.table import table_of
from tests.domain.test_table import of


def test_a_table_and_its_sorting_stay_near_the_size_of_the_text() -> None:
    data = json.dumps([{"id": n, "name": f"user {n}", "price": n * 1.01} for n in range(4_000)])
    document = of(data)
    tracemalloc.start()
    try:
        found = table_of(document)
        assert found is not None
        found.rows(0, 100, sort="price", descending=True)
        assert tracemalloc.get_traced_memory()[1] < 8 * len(data)
    finally:
        tracemalloc.stop()
