"""The add-ons come and go where Odoo's own applications are at work, with their demo data."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import test_install
from isof_cli import config
from test_install import COMPLAINT, DEPENDENCIES, SCRIPT, get_state, live

# What sells, keeps stock, works for customers and writes to them; with what connects these.
APPLICATIONS = (
    "mass_mailing",
    "purchase_stock",
    "sale_crm",
    "sale_management",
    "sale_margin",
    "sale_project",
    "sale_stock",
    "sale_timesheet",
)
# What else a shop has, or thinks of later.
NEIGHBOURS = (
    "hr_holidays",
    "l10n_pl",
    "mrp",
    "point_of_sale",
    "project",
    "stock_account",
    "website_sale",
)
# OCA's, from PyPI, that add to the same models
OCA = ("account_commission_oca", "base_location", "commission_oca", "partner_firstname")
# They have names and countries of contacts computed after these are created. So is what we derive
# of them, then, which Odoo remarks and does by itself.
LATER = re.compile(
    r".* WARNING .* Field res\.partner\.isof_(?:name_key|region_id) cannot be precomputed as it "
    r"depends on non-precomputed field res\.partner\.(?:name|country_id)"
)
BATCH = ("--stop-after-init", "--no-http")


def test_come_and_go_beside_odoos_own(isof, new_database, once):
    """Each add-on is installed, updated and uninstalled there, without a warning or a trace."""

    def come_and_go():
        assert live(isof, new_database("--modules", ",".join((*DEPENDENCIES, *APPLICATIONS))))

    checks = Path(test_install.__file__).read_text()
    once(come_and_go, *get_state(), SCRIPT.read_text(), checks)


@pytest.fixture
def install(isof, tmp_path):
    """Return a function that installs or updates add-ons, without a warning that matters.

    It has those of OCA, and Odoo adds what it does by itself.
    """

    def run(name, option, addons):
        folder = tmp_path / "oca"
        if not folder.exists():
            wheels = [f"odoo-addon-{addon}==19.0.*" for addon in OCA]
            pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
            options = ("--no-deps", "--target", folder)
            subprocess.run([*pip, "install", *options, *wheels], check=True)
        path = f"{os.environ['ODOO_ADDONS_PATH']},{folder / 'odoo' / 'addons'}"
        arguments = ("-d", name, option, ",".join(addons), *BATCH)
        done = isof("odoo", *arguments, ODOO_ADDONS_PATH=path)
        assert "Registry loaded" in done.stderr
        complaints = COMPLAINT.findall(done.stderr)
        assert not [line for line in complaints if not LATER.match(line)], complaints

    return run


def test_neighbours_were_there(install, new_database, once):
    def come():
        name = new_database("--without-demo", "--modules", ",".join((*DEPENDENCIES, *NEIGHBOURS)))
        install(name, "-i", OCA)
        install(name, "-i", config.addons())

    once(come, *get_state())


def test_neighbours_come_later(install, new_database, once):
    """They extend models that ours have extended; ours are updated beside them."""

    def come():
        name = new_database("--without-demo")
        install(name, "-i", (*NEIGHBOURS, *OCA))
        install(name, "-u", config.addons())

    once(come, *get_state())
