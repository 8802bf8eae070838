"""Search finds what a plain walk over the values would find, and says where it is."""

import json
import re
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from results.domain.document import Document, Node
from results.domain.outputs import decode
from results.domain.packet import Packet
from results.domain.paths import paths_to
from results.domain.search import MOST_MATCHES, Found, Match, Query, Where, search
from tests.domain.test_outputs_properties import JSON_TEXT, VALUE, Members, parsed

Hit = tuple[str, str]


def read(value: object) -> Document:
    return as_json(json.dumps(value))


def as_json(text: str | bytes) -> Document:
    data = text.encode() if isinstance(text, str) else text
    return decode(Packet(data, "application/json"))


def typed(value: object, values: object = None, **meta: object) -> Document:
    wrapper = {"json": value, "meta": {"values": values, "v": 1} | meta}
    return decode(Packet(json.dumps(wrapper).encode(), "application/super+json"))


def hits(found: Found) -> list[Hit]:
    return [(match.pointer, match.matched) for match in found.matches]


def find(document: Document, text: str, where: Where = "anywhere", under: str = "") -> list[Hit]:
    found = search(document, Query(text, where, under), limit=MOST_MATCHES)
    assert found.problem is None
    assert found.total == len(found.matches)
    return hits(found)


def same(needle: str, text: str) -> bool:
    return re.search(re.escape(needle), text, re.IGNORECASE) is not None


def walked(value: Any, needle: str, pointer: str = "") -> list[Hit]:
    """What a walk over the values of the standard library's parser finds."""
    match value:
        case Members():
            found, seen = [], dict[str, int]()
            for name, below in value:
                seen[name] = seen.get(name, 0) + 1
                token = name.replace("~", "~0").replace("/", "~1")
                child = f"{pointer}/{token}" + (f"~.{seen[name]}" if seen[name] > 1 else "")
                found += [(child, "key")] if same(needle, name) else []
                found += walked(below, needle, child)
            return found
        case list():
            return [
                hit
                for n, item in enumerate(value)
                for hit in walked(item, needle, f"{pointer}/{n}")
            ]
        case ("number", text) | str(text):
            pass
        case _:
            text = json.dumps(value)
    return [(pointer, "value")] if same(needle, text) else []


def texts_in(value: Any) -> list[str]:
    match value:
        case Members():
            return [text for name, below in value for text in (name, *texts_in(below))]
        case list():
            return [text for item in value for text in texts_in(item)]
        case ("number", text) | str(text):
            return [text]
        case _:
            return [json.dumps(value)]


@given(JSON_TEXT, st.data())
def test_any_text_is_found_where_a_plain_walk_finds_it(text: str, data: st.DataObject) -> None:
    value = parsed(text)
    assume(not isinstance(value, str))  # one text is searched through all of it, see below
    said = data.draw(st.sampled_from(texts_in(value) or ["a"]))
    start = data.draw(st.integers(0, max(0, len(said) - 1)))
    needle = said[start : start + data.draw(st.integers(1, 4))]
    needle = data.draw(st.sampled_from([needle, needle.upper(), needle.lower()])).strip()
    assume(needle and needle != '""' and not (needle[0] == needle[-1] == '"' and len(needle) > 1))
    expected = walked(value, needle)
    document = as_json(text)
    found = [hit for hit in find(document, needle) if hit[1] != "path"]
    assert found == expected
    assert find(document, needle, "keys") == [hit for hit in expected if hit[1] == "key"]
    assert find(document, needle, "values") == [hit for hit in expected if hit[1] == "value"]


def nodes(document: Document, node: Node, above: tuple[str, ...]) -> list[tuple[Node, Node, Any]]:
    """Every node that the tree shows, its parent, and the pointers above it."""
    found = []
    above = (*above, node.pointer)
    for child in document.children_at(node.pointer, 0, 1_000).nodes:
        found += [(node, child, above), *nodes(document, child, above)]
    return found


def in_tree(document: Document, needle: str) -> list[Hit]:
    found = []
    everything: list[Any] = [(None, document.root, ()), *nodes(document, document.root, ())]
    for parent, node, _above in everything:
        named = parent is not None and (
            parent.type in ("object", "error", "class", "custom")
            or (parent.type == "map" and node.type != "entry")
        )
        if named and same(needle, node.key or ""):
            found.append((node.pointer, "key"))
        if (
            node.is_leaf
            and node.type != "reference"
            and same(needle, document.leaf_text(node.pointer))
        ):
            found.append((node.pointer, "value"))
    return found


@given(
    VALUE,
    st.sampled_from(["a", "1", "-", "n", "un", "null", "undefined", "é", ".", "t", "-0", "z"]),
)
def test_typed_values_are_found_as_the_tree_shows_them(made: Any, needle: str) -> None:
    sent, note, below, _shown, _clean = made
    values: Any = below if note is None else [note, below] if below else [note]
    document = typed(sent, values)
    assume(document.kind == "superjson")
    expected = in_tree(document, needle)
    found = [hit for hit in find(document, needle) if hit[1] != "path"]
    assert found == expected
    for where in ("key", "value"):
        half: Where = "keys" if where == "key" else "values"
        assert find(document, needle, half) == [hit for hit in expected if hit[1] == where]


@given(VALUE)
def test_ancestors_are_the_nodes_above_that_the_tree_shows(made: Any) -> None:
    sent, note, below, _shown, _clean = made
    values: Any = below if note is None else [note, below] if below else [note]
    document = typed(sent, values)
    above = {node.pointer: way for _, node, way in nodes(document, document.root, ())}
    for query in (Query("a"), Query("1"), Query("[", "paths"), Query("n", under="$..*")):
        for match in search(document, query, limit=50).matches:
            assert match.ancestors == above.get(match.pointer, ())


@given(JSON_TEXT, st.sampled_from(["a", "[", "[0]", "0", ".", "a.a", "a[1", "]", '["', "a[0].a"]))
def test_a_path_is_found_at_the_node_whose_step_completes_it(text: str, needle: str) -> None:
    document = as_json(text)
    expected = []
    for parent, node, _ in nodes(document, document.root, ()):
        above = paths_to(document, parent.pointer).readable
        path = paths_to(document, node.pointer).readable
        first = max(0, len(above) + 1 - len(needle))
        if same(needle, path[first:]):
            expected.append((node.pointer, "path"))
    assert find(document, needle, "paths") == expected


SPELLINGS = [
    '"Zoë caf\u00e9"',
    r'"Zo\u00eb caf\u00e9"',
    r'"Zo\u00EB caf\u00E9"',
    r'"\u005a\u006f\u00eB \u0063af\u00e9"',
]


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("needle", ["zoë", "ZOË C", '"Zoë café"', "é", "caf"])
def test_a_text_is_found_however_it_is_escaped(spelling: str, needle: str) -> None:
    assert find(as_json(f'["x",{spelling}]'), needle) == [("/1", "value")]


@pytest.mark.parametrize(
    ("text", "needle", "found"),
    [
        (r'"\ud83d\ude00"', "😀", True),
        ('"😀"', "😀", True),
        (r'"\uD83D\uDE00"', "😀", True),
        (r'"a\/b"', "a/b", True),
        ('"a/b"', "A/B", True),
        (r'"say \"hi\""', 'y "hi"', True),
        (r'"\\u00e9"', "é", False),
        (r'"\\u00e9"', r"\u00e9", True),
        (r'"a\nb"', "anb", False),
        (r'"a\nb"', "n", False),
        (r'"a\nb"', "a\nb", True),
        (r'"\t"', "t", False),
        (r'"\u0000x"', "\0X", True),
        (r'"\u0131\u017f\u212a"', "ISK", True),
        ('"ıſK"', "isk", True),
        ('"ΟΔΟΣ"', "οδος", True),
        ('"Straße"', "STRASSE", False),
        (r'"\ud83d cut"', "\ufffd cut", True),
        ('["a","b"]', 'a","b', False),
        ("[1,2]", "1,2", False),
        ("[12, 34]", "2, 3", False),
        ("[1.50e3]", "1.50E", True),
        ("[true]", "RU", True),
        ("[null]", "null", True),
        ("{}", "{", False),
        ('""', '""', False),
    ],
)
def test_what_a_text_says_counts_and_not_how_it_is_spelt(
    text: str, needle: str, found: bool
) -> None:
    assert bool(search(as_json(text), Query(needle, "values")).total) is found


def test_bytes_that_are_no_text_are_found_by_the_sign_that_stands_for_them() -> None:
    assert find(as_json(b'["ok","a\xffb"]'), "a\ufffdb") == [("/1", "value")]


def test_quotes_ask_for_the_exact_phrase() -> None:
    document = read(["Time out", "time out", "timeout"])
    assert find(document, '"Time out"') == [("/0", "value")]
    assert find(document, "TIME OUT") == [("/0", "value"), ("/1", "value")]
    assert find(document, '"Time') == []
    assert find(document, '"') == []


def test_nothing_is_found_without_a_text() -> None:
    for text in ("", "  ", '""', "\n"):
        assert search(read({"a": 1}), Query(text)) == Found()


def test_repeated_names_are_told_apart() -> None:
    document = as_json('{"a":1,"b":{"a":1},"a":1,"\\u0061":1}')
    assert find(document, "a", "keys") == [
        ("/a", "key"),
        ("/b/a", "key"),
        ("/a~.2", "key"),
        ("/a~.3", "key"),
    ]
    assert [pointer for pointer, _ in find(document, "1")] == ["/a", "/b/a", "/a~.2", "/a~.3"]


def test_maps_sets_and_undefined_are_searched_by_what_is_shown() -> None:
    document = typed(
        {
            "m": [["Key one", None], [{"deep": "Key two"}, "x"]],
            "s": ["key three"],
            "u": None,
            "n": None,
        },
        {"m": ["map", {"0.1": ["undefined"]}], "s": ["set"], "u": ["undefined"]},
    )
    assert find(document, "key") == [("/m/0/1", "key"), ("/m/1/0/deep", "value"), ("/s/0", "value")]
    assert find(document, "key", "keys") == [("/m/0/1", "key")]
    assert find(document, "null") == [("/n", "value")]
    assert find(document, "N", "keys") == [("/m/0/1", "key"), ("/n", "key")]
    assert find(document, "undef", "values") == [("/m/0/1", "value"), ("/u", "value")]


def test_a_repeated_value_is_found_once() -> None:
    document = typed({"a": "x", "b": None}, None, referentialEqualities={"a": ["b"]})
    assert find(document, "x") == [("/a", "value")]
    assert find(document, "null") == []


ORDERS = read(
    {
        "items": [{"price": n, "email": f"u{n}@x.org", "tags": ["new", "x"]} for n in range(12)],
        "total": {"price": 1, "odd key": "new"},
        "email": "u1@x.org",
    }
)


@pytest.mark.parametrize(
    ("under", "text", "pointers"),
    [
        ("$.items[*].price", "1", ["/items/1/price", "/items/10/price", "/items/11/price"]),
        ("$..email", "u1@", ["/items/1/email", "/email"]),
        ("$.items[3]", "new", ["/items/3/tags/0"]),
        ("$.items[-1]", "new", ["/items/11/tags/0"]),
        ("$['total']", "1", ["/total/price"]),
        ('$["total"]["odd key"]', "new", ["/total/odd key"]),
        ("$.total.*", "1", ["/total/price"]),
        ("$..tags[1]", "new", []),
        ("$.total", "total", ["/total"]),
        ("total.price", "1", ["/total/price"]),
        ("$", "new", [f"/items/{n}/tags/0" for n in range(12)] + ["/total/odd key"]),
        ("$.nothing", "new", []),
        ("$.items[99]", "new", []),
        ("$..[2]..email", "u", ["/items/2/email"]),
    ],
)
def test_a_filter_limits_the_search_to_what_it_names(
    under: str, text: str, pointers: list[str]
) -> None:
    found = find(ORDERS, text, under=under)
    assert [
        pointer for pointer, matched in found if matched == "value" or pointer == "/total"
    ] == pointers


@pytest.mark.parametrize(
    "under", ["$.", "$.items[", "$.items[1:2]", "$.items[?(@.x)]", "items..", "$items x", "[", "$.a.b]",
              "$" * 2_000, "$" + ".a" * 80, "a[b]", "$.'x'"],
)  # fmt: skip
def test_a_filter_that_is_not_understood_is_a_sentence(under: str) -> None:
    found = search(ORDERS, Query("new", under=under))
    assert found.problem is not None
    assert found.problem.endswith(".")
    assert found.matches == ()


def test_a_text_that_is_far_too_long_is_a_sentence() -> None:
    assert search(ORDERS, Query("x" * 10_000)).problem is not None


@pytest.mark.parametrize(
    ("text", "where", "pointers"),
    [
        ("items[3].price", "paths", ["/items/3/price"]),
        ("$.items[3].price", "paths", ["/items/3/price"]),
        ("ITEMS[3].pr", "anywhere", ["/items/3/price"]),
        ("items[3]", "paths", ["/items/3"]),
        ("items[1", "paths", ["/items/1", "/items/10", "/items/11"]),
        ("items", "paths", ["/items"]),
        ('total["odd', "paths", ["/total/odd key"]),
        ("total.price", "values", []),
        ("total.price", "keys", []),
        ("7].tags[0]", "paths", ["/items/7/tags/0"]),
    ],
)
def test_a_path_can_be_searched_for(text: str, where: Where, pointers: list[str]) -> None:
    assert [pointer for pointer, _ in find(ORDERS, text, where)] == pointers


def test_a_path_in_a_map_goes_by_its_keys() -> None:
    document = typed({"m": [["one", {"x": 1}]]}, {"m": ["map"]})
    assert find(document, "m.one.x", "paths") == [("/m/0/1/x", "path")]


def test_matches_come_page_by_page_and_are_counted_once() -> None:
    everything = search(ORDERS, Query("x"), limit=1_000)
    pages = [search(ORDERS, Query("x"), after=after, limit=7) for after in range(0, 40, 7)]
    assert {page.total for page in pages} == {everything.total}
    joined: list[Match] = [match for page in pages for match in page.matches]
    assert joined == list(everything.matches)
    assert search(ORDERS, Query("x"), limit=0).total == everything.total
    assert search(ORDERS, Query("x"), after=10**9).matches == ()


@pytest.mark.parametrize("extra", [0, 1])
def test_counting_stops_at_a_number_that_nobody_walks_through(extra: int) -> None:
    found = search(read(["x"] * (MOST_MATCHES + extra)), Query("x"))
    assert (found.total, found.is_complete) == (MOST_MATCHES, extra == 0)


def test_the_excerpt_is_short_and_marks_what_was_found() -> None:
    (match,) = search(read({"k": "a" * 500 + "Needle" + "b" * 500}), Query("needle")).matches
    assert match.excerpt[match.start : match.end] == "Needle"
    assert match.excerpt[0] == match.excerpt[-1] == "…"
    assert len(match.excerpt) < 200
    assert match.offset == 500
    assert match.ancestors == ("",)


@pytest.mark.parametrize(
    "packet",
    [
        Packet(b"one ERROR\ntwo\nerror three", "text/plain"),
        Packet(b'"one ERROR\\ntwo\\nerror three"', "application/json"),
        Packet(b'{"json":"one \\u0045RROR\\ntwo\\nerror three"}', "application/super+json"),
    ],
    ids=lambda packet: packet.type,
)
def test_a_text_output_is_searched_through_all_of_it(packet: Packet) -> None:
    document = decode(packet)
    found = search(document, Query("error"))
    assert [(match.pointer, match.offset) for match in found.matches] == [("", 4), ("", 14)]
    assert search(document, Query("error", "keys")).total == 0
    assert search(document, Query("error", under="$.a")).total == 0
    assert search(decode(Packet(None, None)), Query("undef")).total == 1


def test_a_match_in_a_text_of_many_lines_is_shown_with_its_own_line() -> None:
    lines = ["before", f"{'a' * 90} error {'b' * 90}", "an Error", "after"]
    document = decode(Packet("\n".join(lines).encode(), "text/plain"))

    long, short = search(document, Query("error")).matches

    assert short.excerpt == "an Error"
    assert short.excerpt[short.start : short.end] == "Error"
    assert re.fullmatch(r"…a+ error b+…", long.excerpt)
