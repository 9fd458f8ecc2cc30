"""What holds for all tests, those of the add-ons and those that cross them."""

import pytest

pytest_plugins = ["pytest_durations"]


@pytest.fixture(scope="session", autouse=True)
def kept_files(load_registry):
    """Keep the stored files until the run ends.

    After each class Odoo deletes the files that no row of its database names. Processes that test
    side by side have a database each, but pytest-odoo has them share the files.
    """
    from odoo.tests import TransactionCase

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionCase, "_gc_filestore", lambda: None)
        yield
