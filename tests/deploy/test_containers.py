"""Containers: pinned, without privileges, without secrets, and with no name that the code does not know."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from dashboard import local_secrets, settings_page
from results.management.commands import watch

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
COMPOSE = {name: DEPLOY / name for name in ("compose.yaml", "compose.grown.yaml")}
SETTINGS = {name for part in settings_page.MEANINGS.values() for name in part}
SECRETS = {"SECRET_KEY", "VAULT_KEYS", "DATABASE_URL", "CACHE_URL", "METRICS_TOKEN"}
# What Python itself and the shell look for.
OF_OTHERS = {"PATH", "PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE"}
Services = dict[str, dict[str, Any]]


def services(name: str) -> Services:
    """The services of a file, with what they take over from each other."""
    read: Services = yaml.safe_load(COMPOSE[name].read_text(encoding="utf-8"))["services"]
    return read


EVERY = [(file, name) for file in COMPOSE for name in services(file)]
OURS = [(file, name) for file, name in EVERY if services(file)[name]["image"] == "runlens:local"]


def instructions() -> list[tuple[str, str]]:
    """The lines of the Containerfile, joined where they go on."""
    text = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
    joined = re.sub(r"\\\n\s*", "", text)
    lines = [line for line in joined.splitlines() if line and not line.startswith("#")]
    return [(line.split(" ", 1)[0], line.split(" ", 1)[1]) for line in lines]


def names(setting: str) -> str:
    return setting.removesuffix("_FILE")


def test_the_image_is_built_in_stages_from_one_pinned_base() -> None:
    told = instructions()
    stages = [what for word, what in told if word == "FROM"]

    assert told[0] == ("ARG", "PYTHON=docker.io/library/python:3.13.15-slim-trixie")
    assert stages == ["${PYTHON} AS packages", "${PYTHON}"]


def test_the_image_runs_as_nobody_who_may_anything() -> None:
    told = instructions()
    users = [what for word, what in told if word == "USER"]

    assert users == ["10001:10001"]
    after = told[told.index(("USER", "10001:10001")) :]
    assert not [word for word, _ in after if word in ("RUN", "COPY", "ADD")]


def test_the_image_holds_no_secret_and_nothing_of_a_checkout_but_the_program() -> None:
    told = instructions()
    copied = [what.split() for word, what in told if word == "COPY"]

    assert not [word for word, _ in told if word == "ADD"]
    allowed = (DEPLOY / "Containerfile.dockerignore").read_text(encoding="utf-8").split()
    assert allowed[0] == "*"
    for sources in ([one for one in parts[:-1] if "--from" not in one] for parts in copied):
        for source in sources:
            assert source == "/opt/venv" or f"!{source}" in allowed
            assert source == "/opt/venv" or (ROOT / source).exists()
    given = " ".join(what for word, what in told if word in ("ENV", "ARG"))
    assert not [name for name in SECRETS if f"{name}=" in given]


def test_the_image_sets_only_what_the_code_reads() -> None:
    given = " ".join(what for word, what in instructions() if word == "ENV")

    read = set(re.findall(r"\b([A-Z_]+)=", given))
    assert read - OF_OTHERS <= SETTINGS


def test_the_image_asks_itself_whether_it_lives() -> None:
    [check] = [what for word, what in instructions() if word == "HEALTHCHECK"]

    assert check.endswith('CMD ["python", "-m", "dashboard.probe", "live"]')
    assert (ROOT / "dashboard" / "probe.py").exists()


@pytest.mark.parametrize(("file", "name"), EVERY)
def test_every_image_is_pinned(file: str, name: str) -> None:
    image = services(file)[name]["image"]

    assert image == "runlens:local" or re.search(r":\d+\.\d+(\.\d+)?-", image), image


@pytest.mark.parametrize(("file", "name"), EVERY)
def test_what_each_waits_for_is_there_and_tells_how_it_is(file: str, name: str) -> None:
    everybody = services(file)

    for other, condition in everybody[name].get("depends_on", {}).items():
        awaited = everybody[other]
        if condition["condition"] == "service_healthy":
            assert awaited["healthcheck"]["test"]
        else:
            assert condition["condition"] == "service_completed_successfully"
            assert awaited["restart"] == "no"


@pytest.mark.parametrize(("file", "name"), EVERY)
def test_no_store_is_reached_from_outside_and_only_the_proxy_by_everybody(
    file: str, name: str
) -> None:
    ports = services(file)[name].get("ports", [])

    if file == "compose.grown.yaml":
        assert bool(ports) == (name == "proxy")
    else:
        assert ports == ["127.0.0.1:8000:8000"]


@pytest.mark.parametrize(("file", "name"), EVERY)
def test_no_password_stands_in_a_file(file: str, name: str) -> None:
    given = services(file)[name].get("environment", {})

    for setting, value in given.items():
        if names(setting) in SECRETS or "PASSWORD" in setting:
            assert setting.endswith("_FILE") or "@" not in str(value), setting
            assert setting.endswith("_FILE") or setting == "CACHE_URL"
            assert str(value).startswith(("/secrets/", "redis://redis:"))


@pytest.mark.parametrize(("file", "name"), OURS)
def test_every_name_in_it_is_a_setting(file: str, name: str) -> None:
    given = services(file)[name].get("environment", {})

    for setting in given:
        assert names(setting) in SETTINGS
        assert setting == names(setting) or names(setting) in SECRETS


@pytest.mark.parametrize(("file", "name"), OURS)
def test_ours_has_no_privilege_and_writes_only_where_it_must(file: str, name: str) -> None:
    service = services(file)[name]

    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in service
    assert "user" not in service
    assert "network_mode" not in service or service["network_mode"] == "none"


@pytest.mark.parametrize(("file", "name"), OURS)
def test_every_command_exists(file: str, name: str) -> None:
    service = services(file)[name]
    commands = [service.get("command"), service.get("healthcheck", {}).get("test")]

    for command in (one for one in commands if one):
        words = command[1:] if command[0] == "CMD" else command
        assert words[0] == "python"
        if words[1] == "-m":
            assert (ROOT / f"{words[2].replace('.', '/')}.py").exists()
        else:
            assert words[1:] == ["manage.py", "watch"]
            assert Path(watch.__file__).name == "watch.py"


def test_every_volume_is_named() -> None:
    for file, path in COMPOSE.items():
        named = set(yaml.safe_load(path.read_text(encoding="utf-8"))["volumes"])
        for name, service in services(file).items():
            for mount in service.get("volumes", []):
                source = mount.partition(":")[0]
                assert source in named or (DEPLOY / source).exists(), (file, name, mount)


def test_stores_have_a_network_without_a_way_out() -> None:
    grown = yaml.safe_load(COMPOSE["compose.grown.yaml"].read_text(encoding="utf-8"))

    assert grown["networks"]["inside"] == {"internal": True}
    for store in ("postgres", "redis"):
        assert grown["services"][store]["networks"] == ["inside"]


def test_the_secrets_that_are_made_are_those_that_are_read(tmp_path: Path) -> None:
    local_secrets.main(str(tmp_path), "--database", "postgres")
    made = {path.name: path.read_text(encoding="utf-8").strip() for path in tmp_path.iterdir()}

    read = set()
    for service in services("compose.grown.yaml").values():
        given = service.get("environment", {})
        read |= {Path(str(v)).name for k, v in given.items() if k.endswith("_FILE")}
    assert read == set(made)
    assert (
        made["database_url"] == f"postgres://runlens:{made['database_password']}@postgres/runlens"
    )
    assert len(made["database_password"]) >= 32


def test_the_proxy_asks_both_servers_and_keeps_the_metrics_inside() -> None:
    told = (DEPLOY / "Caddyfile").read_text(encoding="utf-8")
    webs = [name for name in services("compose.grown.yaml") if name.startswith("web")]

    assert len(webs) == 2
    assert f"reverse_proxy {' '.join(f'{name}:8000' for name in webs)}" in told
    assert "health_uri /health/ready" in told
    assert "respond /metrics 404" in told
    assert told.count("{") == told.count("}")
