"""Odoo 19.0 itself: a given one, Debian's package, or Odoo's own repository."""

import dataclasses
import os
import re
import shutil
import subprocess
from pathlib import Path

from . import config, store
from .console import Failure, say, step
from .programs import run_logged

SERIES = (19, 0)
REPOSITORY = "https://github.com/odoo/odoo"

# Debian: the package is in sid; its static files are links into these, which trixie has.
PACKAGE = "odoo-19/sid"
LINKED_PACKAGES = [
    f"{name}/trixie"
    for name in (
        "libjs-jquery",
        "libjs-jquery-form",
        "libjs-underscore",
        "fonts-montserrat",
        "fonts-ocr-b",
        "fonts-roboto-unhinted",
        "fonts-font-awesome",
        "fonts-inconsolata",
    )
]
# Left out by Debian, but loaded by the web client: a stub keeps its console silent.
STUB = "odoo/addons/mail/static/lib/selfie_segmentation/selfie_segmentation.js"


@dataclasses.dataclass(frozen=True)
class Source:
    """A usable Odoo."""

    origin: str  # for people: where it comes from
    key: str  # changes when the code does
    package: Path  # the folder ``odoo`` to import
    addons_path: tuple  # what Odoo does not find by itself


def locate():
    """Return the Odoo that ``ODOO_PATH`` names, or the one in the cache, or None."""
    if given := os.environ.get("ODOO_PATH"):
        return _given(Path(given).expanduser().absolute())
    for origin, folder in (("Debian's package", _debian_folder()), ("git", _git_folder())):
        if store.is_complete(folder, _KEY):
            if origin == "git":
                return dataclasses.replace(_given(folder), origin="Odoo's repository")
            version = (folder / "version").read_text()
            package = folder / "usr/lib/python3/dist-packages/odoo"
            return Source(f"{origin} {version}", version, package, ())
    return None


def ensure():
    """Return an Odoo 19.0, fetching it when there is none yet."""
    if source := locate():
        return source
    problem = ""
    if shutil.which("apt-get") and shutil.which("dpkg"):
        try:
            with step("Odoo 19.0 from Debian's package (about 130 MB)"):
                store.ensure(_debian_folder(), _KEY, _fetch_debian, 2500)
            return locate()
        except Failure as failure:
            problem = str(failure)
            say(f"  not from Debian: {problem.strip().splitlines()[0]}")
    if not shutil.which("git"):
        raise Failure(
            f"{problem}\nOdoo 19.0 could not be fetched: neither apt (on Debian) nor git can do it "
            "here. Check the network, install git, or set ODOO_PATH to an Odoo 19.0."
        )
    try:
        with step(f"Odoo 19.0 from {REPOSITORY}"):
            store.ensure(_git_folder(), _KEY, _fetch_git, 2500)
    except Failure as failure:
        raise Failure(f"{problem}\n{failure}") from failure
    return locate()


_KEY = config.digest("1", PACKAGE, *LINKED_PACKAGES)


def _debian_folder():
    return config.home() / "odoo-debian"


def _git_folder():
    return config.home() / "odoo-git"


def read_version(package):
    """Return the version tuple in the ``release.py`` of an ``odoo`` folder, or None."""
    try:
        text = (package / "release.py").read_text()
    except OSError:
        return None
    found = re.search(r"^version_info = \((\d+), (\d+)", text, re.MULTILINE)
    return found and (int(found[1]), int(found[2]))


def _given(path):
    """Return the Odoo in a checkout, in an install, or in the folder above its package."""
    candidates = (path / "odoo", path, path / "usr/lib/python3/dist-packages/odoo")
    package = next((each for each in candidates if (each / "release.py").is_file()), None)
    if package is None:
        raise Failure(
            f"ODOO_PATH={path} holds no Odoo: expected a checkout (with odoo-bin and addons) "
            "or the folder that contains the installed package odoo."
        )
    version = read_version(package)
    if version != SERIES:
        shown = ".".join(map(str, version or ("unknown",)))
        raise Failure(f"ODOO_PATH={path} is Odoo {shown}; ISOF CRM needs 19.0.")
    checkout = (package.parent / "odoo-bin").is_file()
    extra = (package.parent / "addons",) if checkout else ()
    return Source(f"ODOO_PATH {path}", f"{path}@{_revision(path)}", package, extra)


def _revision(path):
    """Return the commit of a checkout, empty where there is none."""
    if not shutil.which("git") or not (path / ".git").exists():
        return ""
    head = ["git", "-C", path, "rev-parse", "HEAD"]
    return subprocess.run(head, capture_output=True, text=True).stdout.strip()


def debian_mirrors():
    """Return the addresses of the Debian mirrors that this machine's apt uses."""
    listed = subprocess.run(
        [
            "apt-get",
            "indextargets",
            "--no-release-info",
            "--format",
            "$(REPO_URI)|$(RELEASE)|$(COMPONENT)",
            "Created-By: Packages",
        ],
        capture_output=True,
        text=True,
    ).stdout
    return parse_mirrors(listed)


def parse_mirrors(listed):
    """Return the mirrors of Debian proper among apt's index targets.

    Others use Debian's code names too, so the address has to say Debian as well; whether
    it really is Debian, apt finds out by the signature.
    """
    suites = re.compile(
        r"(?:stable|testing|unstable|sid|bookworm|trixie|forky|duke)(?:-updates|-backports)?"
    )
    mirrors = []
    for line in listed.splitlines():
        uri, _, rest = line.partition("|")
        release, _, component = rest.partition("|")
        is_debian = "debian" in uri and "security" not in uri
        if is_debian and component == "main" and suites.fullmatch(release) and uri not in mirrors:
            mirrors.append(uri)
    return mirrors


def _apt(folder, mirror):
    """Write a private apt configuration; return the start of its command line."""
    keyring = next(
        (
            path
            for suffix in ("gpg", "pgp")
            if (path := Path(f"/usr/share/keyrings/debian-archive-keyring.{suffix}")).exists()
        ),
        None,
    )
    if keyring is None:
        raise Failure("Debian's signing keys are missing: apt install debian-archive-keyring")
    for name in ("lists/partial", "cache/archives/partial", "debs"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    (folder / "sources.list").write_text(
        "".join(f"deb [signed-by={keyring}] {mirror} {suite} main\n" for suite in ("sid", "trixie"))
    )
    settings = {
        "Dir::Etc::sourcelist": folder / "sources.list",
        "Dir::Etc::sourceparts": "/dev/null",
        "Dir::State::lists": folder / "lists",
        "Dir::Cache": folder / "cache",
        "APT::Sandbox::User": "root",
        "Acquire::Languages": "none",
        "Acquire::Retries": "3",
    }
    hooks = ("APT::Update::Post-Invoke", "APT::Update::Post-Invoke-Success", "DPkg::Post-Invoke")
    (folder / "apt.conf").write_text(
        "".join(f"#clear {hook};\n" for hook in hooks)
        + "".join(f'{name} "{value}";\n' for name, value in settings.items())
    )
    return ["apt-get", "-q", f"--config-file={folder / 'apt.conf'}"]


def _fetch_debian(folder):
    """Unpack Debian's package and what it links to into ``folder``, installing nothing."""
    hint = "Is the network there? ./isof goes on where it stopped when started again."
    mirrors = debian_mirrors()
    if not mirrors:
        raise Failure("apt knows no Debian mirror on this machine")
    work = config.home() / "apt"
    logs = config.home() / "log"
    for mirror in mirrors:
        apt = _apt(work, mirror)
        try:
            run_logged([*apt, "update", "--error-on=any"], logs / "apt-update.log", hint=hint)
            break
        except Failure:
            if mirror == mirrors[-1]:
                raise
    run_logged(
        [*apt, "download", PACKAGE, *LINKED_PACKAGES],
        logs / "apt-download.log",
        hint=hint,
        measure=work / "debs",
        cwd=work / "debs",
    )
    for archive in sorted((work / "debs").glob("*.deb")):
        run_logged(["dpkg", "-x", archive, folder], logs / "dpkg.log")
    packages = folder / "usr/lib/python3/dist-packages"
    archive = next((work / "debs").glob("odoo-19_*.deb"))
    (folder / "version").write_text(archive.name.split("_")[1])
    shutil.rmtree(packages / "addons")  # a partial duplicate of odoo/addons
    stub = packages / STUB
    stub.parent.mkdir(parents=True, exist_ok=True)
    stub.write_text("// Not part of Debian's package.\n")
    dangling = [path for path in (packages / "odoo").rglob("*") if not path.exists()]
    if dangling:
        say(f"  {len(dangling)} files of Odoo are missing, for example {dangling[0]}")
    if read_version(packages / "odoo") != SERIES:
        raise Failure("Debian's package is no longer Odoo 19.0")
    shutil.rmtree(work)


def _fetch_git(folder):
    """Clone the newest state of branch 19.0 into ``folder``."""
    run_logged(
        ["git", "clone", "--quiet", "--depth=1", "--branch=19.0", REPOSITORY, folder],
        config.home() / "log/git-clone.log",
        measure=folder,
        hint="Odoo 19.0 could not be fetched. Check the network, or set ODOO_PATH to an Odoo 19.0.",
    )
