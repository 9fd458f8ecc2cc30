"""What becomes of absurd dates and numbers in each field of ours, tried in the demo company.

A script after ``client_calls.py``; ``test_absurd.py`` says what is right.

Each value is typed into a form, written and created, as a client does it. It has to be refused by
a sentence, or to be accepted so that somebody else, at either end of the world, still sees every
list, group, calendar and report. Nothing may keep a thread busy for longer than two seconds.
"""

# names of client_calls.py and of the shell; calls that are made at once, within their loop
# ruff: noqa: B023, F821

import io
import signal
import time
from collections import Counter
from contextlib import contextmanager
from datetime import date

from dateutil.relativedelta import TU, relativedelta
from lxml import etree
from psycopg2 import IntegrityError

from odoo.exceptions import UserError
from odoo.models import LOG_ACCESS_COLUMNS

GROUPS = "isof_crm.group_manager,base.group_allow_export"
ZONES = ("Asia/Tokyo", "America/Los_Angeles")
# of the processor, as others may use the machine as well
SECONDS = 2
# what is still running by then, waiting for the database, is stopped
ENDLESS = 20
# the ends of the calendar, and of the years that are taken
DAYS = ("0001-01-01", "1900-01-01", "2199-12-31", "9999-12-31")
TIMES = ("00:30:00", "00:30:00", "23:30:00", "23:30:00")
AMOUNTS = (1e12, -1e12, 1e300, float("nan"))
VALUES = {
    "date": DAYS,
    "datetime": tuple(map(" ".join, zip(DAYS, TIMES, strict=True))),
    "integer": (2**31, -(2**31) - 1, 2**31 - 1, float("nan")),
    "float": AMOUNTS,
    "monetary": AMOUNTS,
}
# the next Tuesday, when people work
TUESDAY = date.today() + relativedelta(days=1, weekday=TU)
# a value that is fine: what is refused with it is not refused for the value
FINE = {"date": f"{TUESDAY}", "datetime": f"{TUESDAY} 10:00:00", "float": 1}
# records of a model whose copies are tried
TRIED = 10
# long after what is booked in the demo company
LATER = TUESDAY + relativedelta(weeks=26)
FREE_HOUR = {"start": f"{LATER} 10:00:00", "stop": f"{LATER} 11:00:00"}
# what a copy has to differ in
OTHERWISE = {
    "isof.product.cost": {"date": f"{TUESDAY}"},
    "isof.activity.tag": {"name": "Absurd"},
    "isof.booking": FREE_HOUR,
    "isof.booking.series": FREE_HOUR,
    "isof.period": {"date_from": "2100-01-01", "date_to": "2100-12-31"},
    "isof.resource": {"name": "Absurd"},
    "isof.resource.feature": {"name": "Absurd"},
}
# what begins and what ends, and when: for ever, or as long as is taken
PAIRS = (
    ("start", "stop"),
    ("start_date", "stop_date"),
    ("date_from", "date_to"),
    ("comparison_date_from", "comparison_date_to"),
    ("isof_date_from", "isof_date_to"),
    ("start", "until"),
)
RANGES = (
    ("0001-01-01", "0001-01-02"),
    ("0001-01-01", "9999-12-31"),
    ("9999-12-30", "9999-12-31"),
    ("1900-01-01", "1900-01-02"),
    ("1900-01-01", "2199-12-31"),
    ("2199-12-30", "2199-12-31"),
)
# It has no moment and no number but its place in lists, and making one makes fields anew.
SKIPPED = {"isof.period.type"}
# what a new record of a model of Odoo is tried with
EXTENDED = ("res.partner", "utm.campaign", "res.company", "res.config.settings")


class EndlessError(BaseException):
    """A call has not come to an end."""


def stop(_signal, _frame):
    raise EndlessError


def attempt(call):
    """Return what is wrong with a call, if anything, and how it was refused, if it was."""
    start = time.process_time()
    signal.alarm(ENDLESS)
    problem = refusal = None
    try:
        call()
        # with what is done before a commit, such as telling in the chatter what has changed
        env.cr.flush()
    except (UserError, IntegrityError) as error:
        refusal = str(error).split("\n", 1)[0][:150] or "refused"
    except EndlessError:
        problem = refusal = "does not end"
    except Exception as error:
        problem = refusal = f"{type(error).__name__}: {str(error)[:150]}"
    finally:
        signal.alarm(0)
    took = time.process_time() - start
    if not problem and took > SECONDS:
        problem = f"took {took:.1f} s"
    return problem, refusal


@contextmanager
def undone():
    """Roll back what is done meanwhile."""
    with env.cr.savepoint() as savepoint:
        yield
        savepoint.rollback()
    env.invalidate_all()


class Model:
    """A model with what is needed to try its fields."""

    def __init__(self, name, writer, readers):
        self.name = name
        self.writer = writer
        self.readers = readers
        self.model = env[name].with_user(writer)
        views = self.model.get_views([(False, "form"), (False, "list")])["views"]
        self.form = etree.fromstring(views["form"]["arch"])
        self.shown = self._get_names(etree.fromstring(views["list"]["arch"]))
        self.spec = {each: {} for each in self._get_names(self.form)}
        self.buttons = [
            button.get("name")
            for button in self.form.xpath("//button[not(ancestor::field)]")
            if button.get("type") == "object"
            and {"btn-primary", "oe_highlight"} & set(button.get("class", "").split())
        ]
        # some of them can be changed, and some can be copied
        self.records = self.model.search([], limit=TRIED, order="id desc")
        self.record = self.records[:1]
        self.moments = [
            each.name
            for each in self.model._fields.values()
            if each.type in ("date", "datetime")
            and each._description_groupable(env)
            and is_ours(each)
        ]

    def _get_names(self, arch):
        return [
            node.get("name")
            for node in arch.xpath("//field[not(ancestor::field)]")
            if node.get("name") in self.model._fields
        ]

    def get_tried(self):
        """Return the fields that somebody may fill in."""
        return [
            each
            for each in self.model._fields.values()
            if each.type in VALUES
            and each.name not in LOG_ACCESS_COLUMNS
            and is_ours(each)
            and not (each.compute and each.readonly)
            and (each.store or each.inverse or not each.compute or not each.readonly)
            and self.model._has_field_access(each, "write")
        ]

    def prepare(self):
        """Return the values of a new record that makes sense, with those of required fields."""
        model = self.model.with_context(**self._get_context())
        required = [each for each in model._fields.values() if each.required and each.store]
        vals = model.default_get(list(model._fields))
        for each in required:
            if vals.get(each.name) or each.compute:
                continue
            if each.type == "many2one":
                vals[each.name] = self._find_some(each.comodel_name).id
            elif each.type in FINE:
                vals[each.name] = FINE[each.type]
            elif each.type in ("char", "text", "html"):
                vals[each.name] = "[]" if "domain" in each.name else "Absurd"
            elif each.type == "selection":
                vals[each.name] = each.get_values(env)[0]
        return vals

    def _find_some(self, name):
        """Return a record of a model, a new one if it is a wizard's."""
        some = env[name].with_user(self.writer).search([], limit=1)
        if not some and env[name]._transient:
            some = some.create(Model(name, self.writer, self.readers).prepare())
        return some

    def _get_context(self):
        """Return what wizards are opened with."""
        if not self.model._transient:
            return {}
        names = [
            each.comodel_name
            for each in self.model._fields.values()
            if each.name in ("partner_ids", "segment_id", "activity_id", "booking_id")
        ]
        if not names:
            return {}
        some = self._find_some(names[0])
        return {"active_model": names[0], "active_id": some.id, "active_ids": some.ids}

    def create(self, vals):
        """Create a record of fine values and some others: a copy where there is one."""
        if self.record and not self.model._transient:
            vals = OTHERWISE.get(self.name, {}) | vals
            return rpc(self.writer, self.name, "copy", self.record.ids, vals)
        vals = self.prepare() | vals
        return [rpc(self.writer, self.name, "create", vals, context=self._get_context())]

    def write(self, vals):
        rpc(self.writer, self.name, "write", self.record.ids, vals)
        return []

    def change(self, vals):
        """Type values into the form of a record."""
        values = rpc(self.writer, self.name, "onchange", [], {}, [], self.spec)["value"]
        rpc(self.writer, self.name, "onchange", [], values | vals, list(vals), self.spec)

    def press(self, vals):
        """Press the main buttons of a wizard."""
        ids = self.create(vals)
        for button in self.buttons:
            rpc(self.writer, self.name, button, ids)
        if hasattr(self.model, "_write_workbook"):
            self.model.browse(ids)._write_workbook(io.BytesIO())

    def get_ways(self):
        """Return how values come into records, by names."""
        ways = {}
        if self.spec:
            ways["form"] = self.change
        if self.record and self.model.has_access("write") and not self.model._transient:
            ways["write"] = self.write
        if self.model.has_access("create"):
            ways["create"] = self.create
            if self.model._transient and self.buttons:
                ways["press"] = self.press
        return ways

    def read(self, ids, zones):
        """Yield the calls by which others read some records beside another one, with names."""
        if self.model._transient:
            return
        name, domain = self.name, [("id", "in", [*ids, *self.record.ids])]
        for zone in zones:
            user = self.readers[zone]
            yield (
                f"list, {zone}",
                lambda: rpc(user, name, "web_search_read", domain, {f: {} for f in self.shown}),
            )
            yield f"workbook, {zone}", lambda: self._write_workbook(user, domain)
            for moment in self.moments:
                yield (
                    f"{moment} by month, {zone}",
                    lambda: rpc(
                        user, name, "web_read_group", domain, [f"{moment}:month"], ["__count"]
                    ),
                )
            for what, call in READERS.get(name, {}).items():
                yield f"{what}, {zone}", lambda: call(user)

    def _write_workbook(self, user, domain):
        """Have the list of some records written as a workbook."""
        columns = [name for name in self.shown if self.model.with_user(user)._fields[name].store]
        vals = {
            "name": "Absurd",
            "res_model": self.name,
            "list_domain": domain,
            "list_columns": columns,
            "list_groupby": [f"{self.moments[0]}:month"] if self.moments else [],
        }
        export = env["isof.list.export"].with_user(user).with_context(**user.env.context)
        export.create(vals)._write_workbook(io.BytesIO())


def get_table(user):
    for analysis in env["isof.analysis"].with_user(user).search([], order="id desc", limit=3):
        rpc(user, "isof.analysis", "get_table", analysis.ids)


def get_chain(user):
    newest = env["isof.activity"].with_user(user).search([], order="write_date desc, id desc")[:1]
    rpc(user, "isof.activity", "get_chain", newest.ids)
    rpc(user, "isof.activity", "get_partner_timeline", newest.partner_id.id)


def export_register(user):
    names = ["name", "start", "stop", "start_date", "stop_date", "duration"]
    newest = env["isof.activity"].with_user(user).search([], order="write_date desc, id desc")[:9]
    rpc(user, "isof.activity", "export_data", newest.ids, names)


def get_planner(user):
    rpc(user, "isof.resource", "get_planner", [], "2026-11-30 00:00:00", "2026-12-07 00:00:00")


# what else shows records of a model
READERS = {
    "isof.activity": {
        "chain": get_chain,
        "export": export_register,
        "my day": lambda user: rpc(user, "isof.my.day", "get_day"),
        "calendar": lambda user: rpc(
            user,
            "isof.activity",
            "search_read",
            [("start", "<=", "2026-12-31 23:59:59"), ("stop", ">=", "2026-12-01 00:00:00")],
            ["start", "stop", "allday", "display_name"],
        ),
    },
    "isof.booking": {
        "planner": get_planner,
        "my day": lambda user: rpc(user, "isof.my.day", "get_day"),
    },
    "isof.resource": {"planner": get_planner},
    "isof.analysis": {"table": get_table},
    "isof.period": {"table": get_table},
}


def find_fine(tried, field, put):
    """Return why no value of a field that makes sense can be put; None, and the record, if it can.

    What is refused with it would not be refused for the value.
    """
    refusal = "there is no record"
    for record in tried.records if put != tried.press and tried.records else [tried.record]:
        tried.record = record
        own = (record and OTHERWISE.get(tried.name, {}).get(field.name)) or record[field.name]
        for fine in filter(None, (own, FINE.get(field.type, 1))):
            with undone():
                _problem, refusal = attempt(lambda: put({field.name: fine}))
            if not refusal:
                return None
    return refusal


def try_values(tried, way, put, vals):
    """Return what is wrong with values that are put into fields, and whether they were accepted."""
    ids = []
    with undone():
        problem, refusal = attempt(lambda: ids.extend(put(vals) or ()))
        problems = [problem] if problem else []
        if not refusal and way in ("create", "write"):
            env.invalidate_all()
            # a number is the same all over the world
            zones = ZONES if any(isinstance(each, str) for each in vals.values()) else ZONES[:1]
            for what, call in tried.read(ids, zones):
                with env.cr.savepoint() as savepoint:
                    problem, refusal_of_reader = attempt(call)
                    savepoint.rollback()
                if problem or refusal_of_reader:
                    problems.append(f"{what}: {problem or refusal_of_reader}")
    return problems, not refusal


def try_model(tried):
    """Return the problems of a model, how many values were tried, and what could not be."""
    problems, count, untried = [], Counter(), {}
    to_try = {field.name: field for field in tried.get_tried()}
    ranges = [
        dict(zip(pair, each, strict=True))
        for pair in PAIRS
        if to_try.keys() >= set(pair)
        for each in RANGES
    ]
    for way, put in tried.get_ways().items():
        for name, field in to_try.items():
            if refusal := find_fine(tried, field, put):
                untried[f"{tried.name}.{name}: {way}"] = refusal
        for vals in [
            *({name: value} for name, each in to_try.items() for value in VALUES[each.type]),
            *ranges,
        ]:
            found, is_accepted = try_values(tried, way, put, vals)
            count["accepted" if is_accepted else "refused"] += 1
            problems += [f"{tried.name} {vals} by {way}: {each}" for each in found]
    return problems, count, untried


def main():
    """Try everything."""
    signal.signal(signal.SIGALRM, stop)
    writer = new_test_user(env, "isof_absurd", GROUPS, tz="Europe/Warsaw")
    readers = {
        zone: new_test_user(env, f"isof_reader_{number}", GROUPS, tz=zone).with_context(tz=zone)
        for number, zone in enumerate(ZONES)
    }
    for user in (writer, *readers.values()):
        user.env.flush_all()
    # one that is not approved, with what belongs to it
    plans = env["isof.commission.plan"].search([("state", "=", "approved")])
    plans[:1].with_user(writer).action_new_version()
    env.flush_all()
    names = sorted(
        name
        for name, model in env.registry.items()
        if not model._abstract
        and (model._original_module in OURS or name in EXTENDED)
        and (model._auto or model._transient)
    )
    problems, untried, counts, took = [], {}, Counter(), {}
    for name in names:
        mine = env[name].with_user(writer)
        if name in SKIPPED or not (mine.has_access("create") or mine.has_access("write")):
            continue
        start = time.monotonic()
        found, count, left = try_model(Model(name, writer, readers))
        problems += found
        untried |= left
        counts += count
        took[name] = round(time.monotonic() - start, 1)
    tell({"problems": problems, "untried": untried, "counts": counts, "took": took})


main()
