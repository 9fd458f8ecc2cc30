"""Dates and numbers that earlier versions took, and that break the screens of whoever reads them.

Odoo cannot group by a month at an end of the calendar, and no browser reads "not a number".
"""

import logging
from datetime import datetime, timedelta

from psycopg2 import IntegrityError

from odoo import SUPERUSER_ID, api
from odoo.tools import SQL, mute_logger

from odoo.addons.isof_crm.tools import activity_time, bounds

_logger = logging.getLogger(__name__)

REPAIRED = ("date", "datetime", "float", "monetary")


def migrate(cr, version):
    """Bring each of them to the nearest one that makes sense, and log what there was."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    for name, model in env.registry.items():
        if model._auto and not model._abstract and not model._transient:
            _repair(env[name])
    env.flush_all()


def _repair(model):
    fields = [
        field
        for field in map(model._fields.get, model._get_bounded_fields())
        if field.store and field.column_type and field.type in REPAIRED
    ]
    if not fields:
        return
    model.flush_model([field.name for field in fields])
    table = SQL.identifier(model._table)
    rows = model.env.execute_query(
        SQL(
            "SELECT id, %s FROM %s WHERE %s",
            SQL(", ").join(SQL.identifier(field.name) for field in fields),
            table,
            SQL(" OR ").join(map(_is_absurd, fields)),
        )
    )
    assign = SQL(", ").join(
        SQL("%s = %s", SQL.identifier(field.name), _get_nearest(field)) for field in fields
    )
    for id_, *values in rows:
        had = dict(zip([field.name for field in fields], map(str, values), strict=True))
        try:
            with mute_logger("odoo.sql_db"), model.env.cr.savepoint(flush=False):
                model.env.cr.execute(SQL("UPDATE %s SET %s WHERE id = %s", table, assign, id_))
        except IntegrityError:
            _logger.warning("%s(%s) has absurd values, repair it: %s", model._name, id_, had)
            continue
        _logger.warning("%s(%s) had absurd values: %s", model._name, id_, had)
        _recompute(model.browse(id_), fields)


def _recompute(record, fields):
    """Compute what follows from what was repaired, but not that itself."""
    record.invalidate_recordset(flush=False)
    record.modified([field.name for field in fields])
    for field in fields:
        if field.type in ("date", "datetime"):
            record.env.remove_to_compute(field, record)
    if record._name == "isof.activity":
        record._sync_calendar_event()


def _is_absurd(field):
    column = SQL.identifier(field.name)
    if field.type in ("float", "monetary"):
        # PostgreSQL has "not a number" above all others
        return SQL("abs(%s) > %s", column, bounds.MAX_AMOUNT)
    end = bounds.LAST_DAY + timedelta(days=1)
    return SQL("(%s < %s OR %s >= %s)", column, bounds.FIRST_DAY, column, end)


def _get_nearest(field):
    column = SQL.identifier(field.name)
    if field.type in ("float", "monetary"):
        return SQL(
            "CASE WHEN %(column)s = 'NaN' THEN 0 WHEN %(is_absurd)s"
            " THEN sign(%(column)s) * %(highest)s ELSE %(column)s END",
            column=column,
            is_absurd=_is_absurd(field),
            highest=bounds.MAX_AMOUNT,
        )
    first, last = bounds.FIRST_DAY, bounds.LAST_DAY
    if field.type == "datetime":
        # what ends stays behind what begins, and what lasts all day goes on doing so
        is_end = field.name.endswith("stop")
        hour = activity_time.ALLDAY_STOP if is_end else activity_time.ALLDAY_START
        first, last = (datetime.combine(day, hour) for day in (first, last))
    return SQL(
        "CASE WHEN %s THEN least(greatest(%s, %s), %s) ELSE %s END",
        _is_absurd(field),
        column,
        first,
        last,
        column,
    )
