"""The domain stands on the standard library and one JSON parser, and on nothing else."""

import ast
import sys
from functools import cache
from pathlib import Path

DOMAIN = Path(__file__).resolve().parents[2] / "results" / "domain"
MODULES = sorted(DOMAIN.rglob("*.py"))
IMPURE = {
    "asyncio",
    "socket",
    "subprocess",
    "threading",
    "urllib",
    "http",
    "ssl",
    "logging",
    "os",
    "random",
    "time",
}


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


@cache
def imports_of(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports name their module in full"
            found.add(node.module or "")
    return found


def test_the_domain_imports_nothing_but_the_standard_library_and_msgspec() -> None:
    for path in MODULES:
        for name in imports_of(path):
            top = name.partition(".")[0]
            own = name == "results.domain" or name.startswith("results.domain.")
            assert own or top == "msgspec" or top in sys.stdlib_module_names, (path, name)


def test_every_module_of_the_domain_says_what_it_is() -> None:
    for path in MODULES:
        assert ast.get_docstring(parsed(path)), path


def test_the_decoders_touch_no_file_network_or_clock() -> None:
    for path in (DOMAIN / "outputs").glob("*.py"):
        assert not {name.partition(".")[0] for name in imports_of(path)} & IMPURE, path
        calls = {
            node.func.id
            for node in ast.walk(parsed(path))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        }
        assert not calls & {"open", "eval", "exec", "compile", "__import__"}, path
