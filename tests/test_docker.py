"""What Docker is given: without its daemon, its scripts are run on a PostgreSQL of the tests."""

import os
import re
import secrets
import subprocess

import pytest
from isof_cli import config, postgres
from test_replica import SETTINGS, own_cluster, wait

DOCKER = config.ROOT / "docker"
COMPOSE = config.ROOT / "compose.yaml"


def test_image_has_each_add_on():
    dockerfile = (DOCKER / "Dockerfile").read_text()
    copied = dict(re.findall(r"^COPY (\S+) (\S+)$", dockerfile, re.MULTILINE))
    assert copied.pop("requirements.txt") in dockerfile.partition("RUN pip")[2]
    assert copied == {name: f"/mnt/extra-addons/{name}" for name in config.addons()}
    kept = re.findall(r"^!(\S+)$", (DOCKER / "Dockerfile.dockerignore").read_text(), re.MULTILINE)
    assert set(kept) == {"requirements.txt", *config.addons()}


@pytest.mark.parametrize("script", sorted(DOCKER.glob("*.sh")), ids=lambda path: path.name)
def test_scripts_are_shell(script):
    done = subprocess.run(["bash", "-n", script], capture_output=True, text=True)
    assert not done.stderr


def test_files_that_are_mounted_are_there():
    text = COMPOSE.read_text()
    mounted = re.findall(r"^ +- \./(\S+?):", text, re.MULTILINE)
    assert set(mounted) == {f"docker/{path.name}" for path in DOCKER.glob("*.sh")}
    assert (config.ROOT / re.search(r"dockerfile: (\S+)", text)[1]).exists()
    scripts = "".join(path.read_text() for path in DOCKER.glob("*.sh"))
    used = set(re.findall(r"/run/secrets/(\w+)", text + scripts))
    steps = (config.ROOT / "docs" / "administration.md").read_text()
    for name in set(re.findall(r"file: \./secrets/(\w+)", text)) | used:
        assert f"> secrets/{name}\n" in steps, name


def test_composition_is_closed():
    """Only this machine reaches it, no password is in it, and the replica is of one version."""
    text = COMPOSE.read_text()
    ports = re.findall(r"^ +- \"(\S+:\d+)\"$", text, re.MULTILINE)
    assert len(ports) == 2
    assert not [port for port in ports if not port.startswith("127.0.0.1:")]
    assert set(re.findall(r"(\w*PASSWORD\w*):", text)) == {
        "PASSWORD_FILE",
        "POSTGRES_PASSWORD_FILE",
    }
    images = re.findall(r"image: (postgres:\d+)$", text, re.MULTILINE)
    assert len(images) == 2
    assert len(set(images)) == 1
    waits = re.findall(r"condition: (\w+)", text)
    assert set(waits) == {"service_healthy"}


def test_versions_of_odoo():
    [base] = re.findall(r"^FROM odoo:(\S+)$", (DOCKER / "Dockerfile").read_text(), re.MULTILINE)
    for name in config.addons():
        assert config.manifest(name)["version"].startswith(f"{base}."), name


@pytest.fixture
def primary():
    """Return a PostgreSQL, as the image has one when it runs its first script."""
    with own_cluster("docker", SETTINGS) as cluster, cluster:
        yield cluster


@pytest.fixture
def start(primary):
    """Return a function that starts a script beside the PostgreSQL, by whom that runs."""
    place = primary.folder
    keys = place / "secrets"
    primary._private_folder(keys)
    (keys / "replication_password").write_text(secrets.token_hex(8) + "\n")
    (keys / "replication_password").chmod(0o644)
    options = {"cwd": "/", "stdin": subprocess.DEVNULL, "stderr": subprocess.PIPE, "text": True}
    if primary._identity:
        user, group = primary._identity
        options |= {"user": user, "group": group, "extra_groups": []}

    def run(name, *arguments, **environ):
        return subprocess.Popen(
            ["bash", "-c", (DOCKER / name).read_text(), name, *map(str, arguments)],
            env={"PATH": f"{primary.binaries}:{os.defpath}", "SECRETS": str(keys), **environ},
            **options,
        )

    return run


def is_streaming(primary):
    return primary.sql("SELECT state FROM pg_stat_replication") == [["streaming"]]


def test_replica_follows(primary, start):
    """It is copied, follows, and goes on after an end without notice, or one during the copy."""
    environ = {"PGHOST": str(primary.socket_folder), "PGDATA": str(primary.data)}
    script = start("primary.sh", POSTGRES_USER=postgres.USER, POSTGRES_DB="postgres", **environ)
    assert not script.wait(60), script.stderr.read()
    [[allowed]] = primary.sql(
        "SELECT rolcanlogin AND rolreplication FROM pg_roles WHERE rolname = 'replication'"
    )
    assert allowed == "t"
    assert primary.data.joinpath("pg_hba.conf").read_text().endswith("scram-sha-256\n")

    folder = primary.folder / "replica"
    primary._private_folder(folder)
    unfinished = folder / "data.new"
    primary._private_folder(unfinished)
    (unfinished / "PG_VERSION").write_text("half a copy\n")
    for _start in range(2):
        replica = start(
            "replica.sh",
            *("-k", folder, "-c", "listen_addresses="),
            PRIMARY=str(primary.socket_folder),
            PGDATA=str(folder / "data"),
        )
        try:
            wait(lambda: is_streaming(primary), 60)
        finally:
            replica.kill()
            replica.communicate()
        wait(lambda: not is_streaming(primary), 60)
    [[slot]] = primary.sql("SELECT slot_name FROM pg_replication_slots")
    assert slot == "replica"
