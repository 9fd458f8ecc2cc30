"""The add-ons come and go where Odoo's own applications are at work, with their demo data."""

from test_install import DEPENDENCIES, live

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


def test_come_and_go_beside_odoos_own(isof, new_database):
    """Each add-on is installed, updated and uninstalled there, without a warning or a trace."""
    assert live(isof, new_database("--modules", ",".join((*DEPENDENCIES, *APPLICATIONS))))
