"""One grep finds a feature: address name = function = template = test file."""

from __future__ import annotations

import re
from pathlib import Path

from results import urls
from tests.guards.addresses import addresses

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = {address.name: address.view for address in addresses(urls.urlpatterns)}
NAMED_BY_ALLAUTH = {"account", "mfa", "socialaccount", "usersessions"}
NAMED_BY_DJANGO = {"admin"}
FORBIDDEN = {"utils", "helpers", "common", "base", "manager", "misc", "lib"}


def test_an_address_is_named_after_its_function() -> None:
    for name, view in PRODUCT.items():
        module, function = name.split("-")
        assert view.__module__ == f"results.views.{module}", name
        assert view.__name__ == function, name


def test_every_view_has_its_test_file_and_the_other_way_round() -> None:
    files = {path.stem for path in (ROOT / "tests/views").glob("test_*.py")}

    assert files == {"test_" + name.replace("-", "_") for name in PRODUCT}


def test_every_test_file_of_a_view_opens_with_the_same_three_questions() -> None:
    for path in (ROOT / "tests/views").glob("test_*.py"):
        tests = re.findall(r"^def (test_\w+)", path.read_text(encoding="utf-8"), re.MULTILINE)
        assert tests[0] == "test_it_works", path.name
        assert tests[1].startswith("test_it_hides"), path.name
        assert tests[2].startswith("test_it_asks"), path.name


def test_every_page_is_named_after_a_view() -> None:
    pages = {
        f"{path.parent.name}-{path.stem}"
        for path in (ROOT / "templates").glob("*/*.html")
        if not path.name.startswith("_")
        and path.parent.name not in NAMED_BY_ALLAUTH | NAMED_BY_DJANGO
    }

    assert pages <= set(PRODUCT)


def test_every_part_of_a_page_is_used() -> None:
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "templates").rglob("*.html")]
    sources += [path.read_text(encoding="utf-8") for path in (ROOT / "results").rglob("*.py")]
    for path in (ROOT / "templates").glob("*/_*.html"):
        name = f"{path.parent.name}/{path.name}"
        assert any(f'"{name}"' in source for source in sources), name


def test_no_module_is_a_drawer_for_leftovers() -> None:
    for folder in ("results", "dashboard", "tests"):
        names = {path.stem for path in (ROOT / folder).rglob("*.py")}
        assert not names & FORBIDDEN


def test_every_module_says_what_it_is() -> None:
    for folder in ("results", "dashboard", "tests"):
        for path in (ROOT / folder).rglob("*.py"):
            if "migrations" not in path.parts:
                assert (
                    path.read_text(encoding="utf-8")
                    .lstrip("#!/usrbinevpytho3 \n")
                    .startswith('"""')
                ), path
