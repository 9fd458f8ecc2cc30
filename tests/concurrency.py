"""Run in Odoo's shell by ``test_concurrency.py``: real processes that book at the same moment.

Each process has a connection of its own and goes through ``retrying``, as every call of the
web client and of RPC does. All of them look at the bookings before the barrier: what the others
do after it they cannot see, as two people who click at once. Each round is printed as a line
of JSON after ``ROUND``.
"""

import functools
import json
import multiprocessing
import sys
import time
from datetime import datetime, timedelta
from types import SimpleNamespace

from psycopg2.errors import DeadlockDetected

from odoo import SUPERUSER_ID, api, sql_db
from odoo.fields import Command
from odoo.modules.registry import Registry
from odoo.service import model

SIZES = (2, 8, 32)
ROUNDS = 20
START = datetime(2031, 3, 3, 9)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
# How much later the second one begins, and how long the first one takes until it commits.
LATER, LONG = 0.3, 0.8

database = env.cr.dbname  # noqa: F821 (the shell's)
env.cr.execute("SELECT setting::int / 1000.0 FROM pg_settings WHERE name = 'deadlock_timeout'")  # noqa: F821
patience = float(env.cr.fetchone()[0])  # noqa: F821


def book(env, resource_id, start):
    vals = {"resource_id": resource_id, "start": start, "stop": start + HOUR}
    return env["isof.booking"].create(vals).unit


def rebook(env, booking_id):
    booking = env["isof.booking"].browse(booking_id)
    booking.action_cancel()
    return book(env, booking.resource_id.id, booking.start)


def write(env, model, record_id, vals):
    env[model].browse(record_id).write(vals)
    return True


def close(env, resource_id, start):
    resource = env["isof.resource"].browse(resource_id).resource_id
    vals = {"name": "Works", "resource_id": resource.id, "date_from": start}
    return env["resource.calendar.leaves"].create(vals | {"date_to": start + HOUR}).id


def finish(env, wizard_id):
    wizard = env["isof.activity.done.wizard"].browse(wizard_id)
    wizard.action_confirm()
    return wizard.is_confirmed


def slowly(env, before, after, action, arguments):
    """Do something some time after the others, and commit some time after it is done."""
    time.sleep(before)
    done = ACTIONS[action](env, *arguments)
    env.flush_all()
    time.sleep(after)
    return done


# by name: a function of the shell cannot be sent to another process
ACTIONS = {
    "book": book,
    "close": close,
    "finish": finish,
    "rebook": rebook,
    "slowly": slowly,
    "write": write,
}


def insist(function, env):
    """Do something as a request does, and once more where that was in vain.

    Of those who insert what excludes each other, and so wait for each other, PostgreSQL gives up
    one after the other. Of eight, rarely, one is chosen as often as Odoo tries, and told so: that
    one clicks again.
    """
    try:
        return model.retrying(function, env)
    except DeadlockDetected:
        return model.retrying(function, env)


def sleep(seconds, _sleep=time.sleep):
    """Have Odoo wait before it tries again, in proportion to how soon PostgreSQL sees a deadlock.

    By default that is a second, and its waits are made for that.
    """
    _sleep(seconds * patience)


def work(number, jobs, results, barriers):
    """Do what the parent asks for, at the moment at which all others do."""
    model.time = SimpleNamespace(sleep=sleep)
    # no connection is shared between processes: forgotten here, and still open in the parent
    sql_db._Pool._connections.clear()
    while job := jobs.get():
        size, uid, action, arguments = job
        # what the others have cached may not be so any more, as at each request
        with Registry(database).check_signaling().cursor() as cr:
            env = api.Environment(cr, uid, {})
            cr.execute("SELECT count(*) FROM isof_booking WHERE is_blocking")
            barriers[size].wait()
            try:
                done = insist(functools.partial(ACTIONS[action], env, *arguments), env)
                results.put((number, done, ""))
            except Exception as error:
                results.put((number, None, f"{type(error).__name__}: {error}"))
                cr.rollback()


class Race:
    """The processes, and what they have to do in a round."""

    def __init__(self, size):
        context = multiprocessing.get_context("fork")
        self.jobs = [context.Queue() for _number in range(size)]
        self.results = context.Queue()
        barriers = {size: context.Barrier(size, timeout=60) for size in SIZES}
        self.processes = [
            context.Process(target=work, args=(number, jobs, self.results, barriers))
            for number, jobs in enumerate(self.jobs)
        ]
        for process in self.processes:
            process.start()

    def run(self, jobs):
        """Do jobs at once; return what came of each, in their order."""
        for queue, (uid, action, arguments) in zip(self.jobs, jobs, strict=False):
            queue.put((len(jobs), uid, action, arguments))
        done = sorted(self.results.get(timeout=120) for _job in jobs)
        return [(result, message) for _number, result, message in done]

    def close(self):
        for queue in self.jobs:
            queue.put(None)
        for process in self.processes:
            process.join(timeout=30)


def report(name, results, state=None):
    line = json.dumps({"name": name, "results": results, "state": state})
    sys.stdout.write(f"ROUND {line}\n")


def in_database(do, *arguments):
    """Do something in a transaction of its own and return what it returns."""
    registry = Registry(database)
    with registry.cursor() as cr:
        done = do(api.Environment(cr, SUPERUSER_ID, {}), *arguments)
    registry.signal_changes()
    return done


def set_up(env):
    group = env.ref("isof_crm_resources.group_resource_manager")
    users = env["res.users"].create(
        [
            {
                "name": f"Racer {number}",
                "login": f"racer_{number}",
                "group_ids": [Command.link(group.id)],
            }
            for number in range(SIZES[-1])
        ]
    )
    resources = env["isof.resource"].create(
        [
            {"name": name, "quantity": quantity, "resource_calendar_id": False}
            for name, quantity in (("Room", 1), ("Kit", 3), ("Second room", 1), ("Car", 1))
        ]
    )
    booker = env["res.users"].create(
        {
            "name": "Racer of no office",
            "login": "racer_without",
            "group_ids": [Command.link(env.ref("isof_crm.group_user").id)],
        }
    )
    return users.ids, booker.id, resources.ids


def count(resource_id, start):
    def read(env):
        return env["isof.booking"].search_count(
            [
                ("resource_id", "=", resource_id),
                ("is_blocking", "=", True),
                ("start", "=", start),
            ]
        )

    return in_database(read)


def race(run, users, resources):
    room, kit, second, car = resources
    start = START
    for size in SIZES:
        for _round in range(ROUNDS):
            start += HOUR
            done = run([(users[n], "book", (room, start)) for n in range(size)])
            report(f"same slot {size}", done, count(room, start))
    for _round in range(ROUNDS):
        start += HOUR
        done = run([(users[n], "book", (kit, start)) for n in range(8)])
        report("three units", done, count(kit, start))
    for _round in range(5):
        start += HOUR
        held = in_database(book_as, users[0], room, start)
        done = run([(users[0], "rebook", (held,)), (users[1], "book", (room, start))])
        report("cancel and rebook", done, count(room, start))
    for _round in range(5):
        start += HOUR
        refused = [in_database(refuse_as, users[0], room, start) for _n in "12"]
        confirm = {"state": "confirmed"}
        done = run([(users[n], "write", ("isof.booking", refused[n], confirm)) for n in range(2)])
        report("approve overlapping", done, count(room, start))
    for _round in range(5):
        start += 3 * HOUR
        activity = in_database(plan_as, users[0], [room, second, car], start)
        moved = {"start": start + HOUR, "stop": start + 2 * HOUR}
        done = run(
            [
                (users[0], "write", ("isof.activity", activity, moved)),
                (users[1], "book", (car, start + HOUR)),
            ]
        )
        state = [count(each, start + HOUR) for each in (room, second, car)]
        report("move an activity", done, state)


def race_for_terms(run, manager, booker):
    """Change each field of a resource that decides about a booking while somebody books it."""
    start = START + timedelta(days=700)
    for name, terms, changed, is_taken in in_database(prepare_terms, manager):
        for first in ("change", "book"):
            start += timedelta(days=1)
            resource = in_database(create_resource, manager, terms, start if is_taken else None)
            timing = (0, LONG), (LATER, 0)
            of_change, of_booking = timing if first == "change" else reversed(timing)
            jobs = [
                (manager, "slowly", (*of_change, "write", ("isof.resource", resource, changed))),
                (booker, "slowly", (*of_booking, "book", (resource, start))),
            ]
            report(f"terms, {first} first: {name}", run(jobs), in_database(describe, resource))


def race_for_duties(run, users, booker):
    """Change what decides who is asked and told, or whether one may book, while somebody books."""
    start = START + timedelta(days=900)
    manager, one, other = users[:3]
    for first in ("change", "book"):
        timing = (0, LONG), (LATER, 0)
        of_change, of_booking = timing if first == "change" else reversed(timing)
        for name, terms, change in (
            ("closure", {"closed_policy": "refuse"}, "close"),
            ("hours", {"closed_policy": "refuse"}, {"attendance_ids": [Command.clear()]}),
            ("active", {}, {"active": False}),
            (
                "approver_ids",
                {"needs_approval": True, "approver_ids": [Command.set([one])]},
                {"approver_ids": [Command.set([other])]},
            ),
        ):
            start += timedelta(days=1)
            resource = in_database(create_resource, manager, terms, None)
            if change == "close":
                job = ("close", (resource, start))
            elif name == "hours":
                calendar = in_database(give_hours, resource)
                job = ("write", ("resource.calendar", calendar, change))
            else:
                job = ("write", ("isof.resource", resource, change))
            jobs = [
                (manager, "slowly", (*of_change, *job)),
                (booker, "slowly", (*of_booking, "book", (resource, start))),
            ]
            report(f"duties, {first} first: {name}", run(jobs), in_database(list_duties, resource))
        # two changes of one booking
        start += timedelta(days=1)
        resource = in_database(create_resource, manager, {}, None)
        booking = in_database(book_as, booker, resource, start)
        moved = {"start": start + HOUR, "stop": start + 2 * HOUR}
        jobs = [
            (manager, "slowly", (*of_change, "write", ("isof.booking", booking, moved))),
            (one, "slowly", (*of_booking, "write", ("isof.booking", booking, {"user_id": other}))),
        ]
        report(f"duties, {first} first: holder", run(jobs), in_database(list_duties, resource))
    for _round in range(5):
        start += timedelta(days=1)
        activity, wizards = in_database(ask_whether_done, users[:2])
        done = run([(user, "finish", (wizards[n],)) for n, user in enumerate(users[:2])])
        report("done twice", done, in_database(count_next, activity))


def give_hours(env, resource_id):
    """Give a resource hours of its own, of all days, and return them."""
    day = {"name": "Day", "hour_from": 0, "hour_to": 24, "day_period": "full_day"}
    days = [Command.create(day | {"dayofweek": str(number)}) for number in range(7)]
    calendar = env["resource.calendar"].create({"name": "Always", "attendance_ids": days})
    env["isof.resource"].browse(resource_id).resource_calendar_id = calendar
    return calendar.id


def list_duties(env, resource_id):
    """Return what there is of a resource in the end, who is asked about it and who was told."""
    resource = env["isof.resource"].browse(resource_id)
    bookings = resource.booking_ids
    notices = env["mail.message"].search(
        [
            ("model", "=", "isof.booking"),
            ("res_id", "in", bookings.ids),
            ("message_type", "=", "user_notification"),
        ]
    )
    return {
        "active": resource.active,
        "approvers": resource.approver_ids.ids,
        "asked": bookings.activity_ids.user_id.ids,
        "holders": bookings.user_id.ids,
        "start": [str(booking.start) for booking in bookings],
        "told": sorted(notices.partner_ids.user_ids.ids),
        "subjects": notices.mapped("subject"),
    }


def ask_whether_done(env, user_ids):
    """Return an activity of two people, and the dialogue in which each of them finishes it."""
    first, second = user_ids
    kind = env["isof.activity.type"].search([("needs_partner", "=", False)], limit=1)
    start = env.cr.now().replace(microsecond=0) - 2 * HOUR
    activity = env["isof.activity"].create(
        {
            "name": "Race",
            "type_id": kind.id,
            "start": start,
            "stop": start + HOUR,
            "user_id": first,
            "participant_ids": [Command.set([second])],
            "status_id": env.ref("isof_crm.isof_activity_status_planned").id,
        }
    )
    wizards = [
        env(user=uid)["isof.activity.done.wizard"]
        .create(
            {
                "activity_id": activity.id,
                "result": f"By {uid}",
                "plan_next": True,
                "next_type_id": kind.id,
                "next_start": START,
            }
        )
        .id
        for uid in user_ids
    ]
    return activity.id, wizards


def count_next(env, activity_id):
    return len(env["isof.activity"].browse(activity_id).next_ids)


def prepare_terms(env, manager):
    """Return the races: name, what a resource is, what it becomes, and whether it is taken."""
    department = env["hr.department"].create({"name": "Nobody's"}).id
    company = env["res.company"].create({"name": "Other company"}).id
    env["res.users"].browse(manager).company_ids = [Command.link(company)]
    closed = env["resource.calendar"].create({"name": "Never", "attendance_ids": []}).id
    approval = {"needs_approval": True, "user_id": manager}
    return [
        ("quantity", {"quantity": 2}, {"quantity": 1}, True),
        ("allow_overlap", {"allow_overlap": True}, {"allow_overlap": False}, True),
        ("buffer_before", {}, {"buffer_before": 30}, False),
        ("buffer_after", {}, {"buffer_after": 30}, False),
        ("needs_approval", {"user_id": manager}, {"needs_approval": True}, False),
        ("request_hours", approval, {"request_hours": 1}, False),
        ("booker_ids", {}, {"booker_ids": [Command.set([manager])]}, False),
        ("department_ids", {}, {"department_ids": [Command.set([department])]}, False),
        ("max_duration", {}, {"max_duration": 0.5}, False),
        ("max_days_ahead", {}, {"max_days_ahead": 1}, False),
        (
            "closed_policy",
            {"resource_calendar_id": closed, "closed_policy": "warn"},
            {"closed_policy": "refuse"},
            False,
        ),
        (
            "resource_calendar_id",
            {"closed_policy": "refuse"},
            {"resource_calendar_id": closed},
            False,
        ),
        ("tz", {"tz": "Europe/Warsaw"}, {"tz": "Pacific/Auckland"}, False),
        ("company_id", {"company_id": False}, {"company_id": company}, False),
    ]


def create_resource(env, manager, terms, taken_at):
    vals = {"name": "Changing", "quantity": 1, "resource_calendar_id": False, **terms}
    resource = env["isof.resource"].create(vals).id
    if taken_at:
        book_as(env, manager, resource, taken_at)
    return resource


def describe(env, resource_id):
    """Return what there is in the end."""
    resource = env["isof.resource"].browse(resource_id)
    bookings = resource.booking_ids.sorted("id")
    return {
        "units": bookings.filtered("is_blocking").mapped("unit"),
        "states": bookings.mapped("state"),
        "before": [(each.start - each.block_start) // MINUTE for each in bookings],
        "after": [(each.block_stop - each.stop) // MINUTE for each in bookings],
        "expires": [str(each.expiry or "") for each in bookings],
        "days": [str(each.first_day) for each in bookings],
        "start": [str(each.start) for each in bookings],
        "wrong": len(env["isof.booking"]._find_wrong_ids()),
    }


def book_as(env, uid, resource_id, start):
    vals = {"resource_id": resource_id, "start": start, "stop": start + HOUR}
    return env(user=uid)["isof.booking"].create(vals).id


def refuse_as(env, uid, resource_id, start):
    booking = env["isof.booking"].browse(book_as(env, uid, resource_id, start))
    booking.action_refuse()
    return booking.id


def plan_as(env, uid, resource_ids, start):
    kind = env["isof.activity.type"].search([("needs_partner", "=", False)], limit=1)
    return (
        env(user=uid)["isof.activity"]
        .create(
            {
                "name": "Race",
                "type_id": kind.id,
                "start": start,
                "stop": start + HOUR,
                "resource_ids": [Command.set(resource_ids)],
            }
        )
        .id
    )


users, booker, resources = in_database(set_up)
env.cr.rollback()  # noqa: F821 (the shell's)
runners = Race(SIZES[-1])
try:
    race(runners.run, users, resources)
    race_for_terms(runners.run, users[0], booker)
    race_for_duties(runners.run, users, booker)
finally:
    runners.close()
sys.stdout.flush()
