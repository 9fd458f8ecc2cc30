import pytest

from odoo import api
from odoo.modules.registry import Registry
from odoo.tests.common import get_db_name

from . import bare, generate
from .measure import Speed


@pytest.fixture(scope="session")
def registry(load_registry):
    """Return the registry of the database with a million activities."""
    registry = Registry(get_db_name())
    generate.generate(registry)
    with registry.cursor() as cr:
        bare.define(api.Environment(cr, api.SUPERUSER_ID, {}), "isof.activity")
    return registry


@pytest.fixture(scope="session")
def speed(registry):
    """Return what takes the times, and print them when all are taken."""
    speed = Speed(registry)
    yield speed
    print(f"\n\n{speed.table()}\n")  # noqa: T201
