"""The add-ons come and go where Odoo's own applications are at work, with their demo data."""

from pathlib import Path

import test_install
from test_install import DEPENDENCIES, SCRIPT, get_state, live

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


def test_come_and_go_beside_odoos_own(isof, new_database, once):
    """Each add-on is installed, updated and uninstalled there, without a warning or a trace."""

    def come_and_go():
        assert live(isof, new_database("--modules", ",".join((*DEPENDENCIES, *APPLICATIONS))))

    checks = Path(test_install.__file__).read_text()
    once(come_and_go, *get_state(), SCRIPT.read_text(), checks)
