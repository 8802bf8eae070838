"""What the page of a branch may show, and to whom."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from results.domain.status import State
from results.models import Role, StoredResult, Team
from results.pages.branches import AskedBranch, BranchPage, branch_page
from results.pages.tables import AskedTable, TablePart
from results.pages.tree import TreeNode
from results.services import lookup
from results.templatetags.values import table_rows
from tests import make

DETAILS = b'{"metadata":{"step":[7]},"payload":{"card":["4242"]}}'
ERROR = b'{"type":"STRING_ERROR","raw":"{\\"why\\":[\\"no\\"]}"}'


def page(
    team: Team,
    name: str,
    pointer: str = "",
    *,
    after: int = 0,
    role: Role | None = Role.OWNER,
    inside: tuple[str, ...] = (),
    form: str = "",
    view: str = "",
    rows: str = "",
) -> BranchPage | None:
    return branch_page(
        lookup.open_result(result=StoredResult.objects.get(), team=team),
        AskedBranch(
            name,
            pointer,
            after,
            inside,
            view,
            form,
            with_paths=True,
            rows=AskedTable(text=rows),
        ),
        branch_url="/b",
        back_url="/back",
        download_url="/o",
        team=team if role else None,
        role=role,
    )


def tree_of(found: BranchPage | None) -> TreeNode:
    assert found is not None
    assert found.tree is not None
    return found.tree


@pytest.mark.parametrize(
    ("role", "seen"),
    [
        (Role.OWNER, {"output", "inner", "metadata", "payload"}),
        (Role.MEMBER, {"output", "inner", "metadata", "payload"}),
        (Role.VIEWER, {"output", "inner", "metadata"}),
        (None, {"output", "inner"}),
    ],
)
def test_who_may_see_which_value(team: Team, role: Role | None, seen: set[str]) -> None:
    make.make_result(team=team, output=b'{"a":[1]}', output_type="text/plain", details=DETAILS)
    names = ("output", "inner", "error", "metadata", "payload", "", "nope")

    assert {name for name in names if page(team, name, role=role)} == seen


@pytest.mark.parametrize("role", [*Role, None])
def test_everybody_who_sees_the_result_sees_its_error(team: Team, role: Role | None) -> None:
    make.make_result(team=team, state=State.FAILED, error=ERROR, details=DETAILS)

    found = page(team, "error", "/why", role=role)

    assert [child.node.text for child in tree_of(found).children] == ["no"]


def test_a_branch_knows_the_way_back_and_up(team: Team) -> None:
    make.make_result(team=team, output=b'{"a/b":{"c":[1]}}')

    deep, root = page(team, "output", "/a~1b/c"), page(team, "output")

    assert deep is not None
    assert root is not None
    assert (deep.back_url, deep.up_url) == ("/back", "/b?of=output&at=/a~1b")
    assert root.up_url == ""
    assert page(team, "output", "/a~1b").up_url == "/b?of=output&at="  # type: ignore[union-attr]


@pytest.mark.parametrize("pointer", ["a", "/a/b", "/nope", "//", "/a~1b/c/9", "/a~1b/c/01"])
def test_a_pointer_to_nothing_has_no_page(team: Team, pointer: str) -> None:
    make.make_result(team=team, output=b'{"a/b":{"c":[1]}}')

    assert page(team, "output", pointer) is None


def test_what_cannot_be_opened_has_no_page(team: Team) -> None:
    make.make_result(team=team)
    found = lookup.open_result(result=StoredResult.objects.get(), team=team)
    locked = replace(found, output=None, error=None, details=None, locked=True)

    for name in ("output", "metadata", "payload"):
        assert (
            branch_page(
                locked,
                AskedBranch(name),
                branch_url="/b",
                back_url="/",
                team=team,
                role=Role.OWNER,
            )
            is None
        )


@pytest.mark.parametrize("name", ["output", "metadata", "payload"])
def test_the_branches_of_a_branch_are_of_the_same_value(team: Team, name: str) -> None:
    details = b'{"metadata":{"a":{"b":[1]}},"payload":{"a":{"b":[1]}}}'
    make.make_result(team=team, output=b'{"a":{"b":[1]}}', details=details)

    found = page(team, name, "/a")

    assert tree_of(found).children[0].url == f"/b?of={name}&at=/a/b"


def test_a_shared_branch_holds_nothing_of_the_team(team: Team) -> None:
    make.make_result(team=team)

    shared, ours = page(team, "output", role=None), page(team, "output")

    assert shared is not None
    assert ours is not None
    assert (shared.team, shared.shared) == (None, True)
    assert (ours.team, ours.shared) == (team, False)


INNER = r'{"log":"{\"rows\":[{\"id\":12345678901234567890}],\"again\":\"[7]\"}","words":"{no"}'


def test_json_in_a_text_is_opened_and_its_parts_know_where_they_are(team: Team) -> None:
    make.make_result(team=team, output=INNER.encode())

    inner = page(team, "output", inside=("/log",))
    twice = page(team, "output", inside=("/log", "/again"))

    assert [child.node.key for child in tree_of(inner).children] == ["rows", "again"]
    assert tree_of(inner).children[0].url == "/b?of=output&in=/log&at=/rows"
    assert [child.node.text for child in tree_of(twice).children] == ["7"]
    assert inner is not None
    assert inner.up_url == "/b?of=output&at=/log"


def test_json_in_a_text_is_copied_and_named_like_any_other(team: Team) -> None:
    make.make_result(team=team, output=INNER.encode())

    value = page(team, "output", "/rows/0/id", inside=("/log",), form="text")
    ways = page(team, "output", "/rows/0/id", inside=("/log",), form="paths")

    assert value is not None
    assert value.text == "12345678901234567890"
    assert ways is not None
    assert ways.paths is not None
    assert ways.paths.jq == ".log | fromjson | .rows[0].id"
    assert ways.paths.javascript == "JSON.parse(output.log).rows[0].id"
    assert ways.paths.python == 'json.loads(output["log"])["rows"][0]["id"]'
    assert ways.paths.note


@pytest.mark.parametrize(
    "inside", [("/words",), ("/nope",), ("",), ("/log", "/rows"), ("/log",) * 9]
)
def test_a_text_that_is_no_json_has_nothing_inside(team: Team, inside: tuple[str, ...]) -> None:
    make.make_result(team=team, output=INNER.encode())

    assert page(team, "output", inside=inside) is None


def test_an_output_that_is_a_text_of_json_is_named_by_the_text(team: Team) -> None:
    make.make_result(team=team, output=b'{"a":[1]}', output_type="text/plain")

    ways = page(team, "inner", "/a/0", form="paths")

    assert ways is not None
    assert ways.paths is not None
    assert ways.paths.python == 'json.loads(output)["a"][0]'


def test_a_picture_in_a_text_is_handed_out_as_what_its_bytes_are(team: Team) -> None:
    gif = "R0lGODlhAQABAAAAACwAAAAAAQABAAA="
    texts = {"ok": f"data:image/png;base64,{gif}", "svg": "data:image/svg+xml;base64,PHN2Zz4="}
    make.make_result(team=team, output=json.dumps(texts).encode())

    found = page(team, "output", "/ok", form="image")

    assert found is not None
    assert found.image is not None
    assert found.image.type == "image/gif"
    assert page(team, "output", "/svg", form="image") is None
    assert page(team, "output", "", form="image") is None


def test_lines_are_a_part_like_any_other(team: Team) -> None:
    make.make_result(team=team, output=b"one\ntwo\n", output_type="text/plain")

    found = page(team, "output", view="text", after=4, role=None)

    assert found is not None
    assert found.lines is not None
    assert [(line.number, line.text) for line in found.lines.lines.lines] == [(2, "two")]
    assert page(team, "payload", view="text", role=None) is None


def table_of(found: BranchPage | None) -> TablePart:
    assert found is not None
    assert found.table is not None
    assert found.tree is None
    return found.table


ORDERS = b'{"orders":[{"id":1,"to":"A"},{"id":2,"to":"B"}],"sum":[1,2]}'


def test_a_list_of_objects_inside_a_value_is_a_table(team: Team) -> None:
    make.make_result(team=team, output=ORDERS)

    shown = table_of(page(team, "output", "/orders", view="table", rows="b"))

    assert [each.name for each in shown.columns] == ["id", "to"]
    assert [row.item.pointer for row in shown.rows] == ["/orders/1"]
    assert shown.columns[0].url == "?view=table&of=output&at=%2Forders&sort=id&rows=b"
    assert shown.csv_url == "/o?of=output&at=%2Forders&rows=b&as=csv"
    assert "/b?of=output&amp;at=/orders/1" in table_rows(shown)


def test_both_ways_are_offered_where_there_are_two(team: Team) -> None:
    make.make_result(team=team, output=ORDERS)

    tree, table = page(team, "output", "/orders"), page(team, "output", "/orders", view="table")
    no_list = page(team, "output", "/sum", view="table")

    assert tree is not None
    assert table is not None
    assert [(each.label, each.url, each.is_current) for each in tree.choices] == [
        ("Tree", "/b?of=output&at=/orders", True),
        ("Table", "/b?of=output&at=/orders&view=table", False),
    ]
    assert [each.is_current for each in table.choices] == [False, True]
    assert len(tree_of(no_list).children) == 2
    assert no_list is not None
    assert no_list.choices == ()


def test_a_list_in_a_text_that_is_json_is_a_table_too(team: Team) -> None:
    make.make_result(team=team, output=json.dumps({"reply": ORDERS.decode()}).encode())

    shown = table_of(page(team, "output", "/orders", inside=("/reply",), view="table"))

    assert shown.columns[0].url.startswith("?view=table&of=output&in=%2Freply&at=%2Forders&")
    assert shown.csv_url == "/o?of=output&in=%2Freply&at=%2Forders&as=csv"


def test_a_table_is_only_for_whom_the_value_is_and_only_the_output_is_taken_away(
    team: Team,
) -> None:
    make.make_result(team=team, details=b'{"payload":[{"card":"4242"},{"card":"1"}]}')

    assert page(team, "payload", view="table", role=Role.VIEWER) is None
    assert page(team, "payload", view="table", role=None) is None
    assert table_of(page(team, "payload", view="table", role=Role.MEMBER)).csv_url == ""
