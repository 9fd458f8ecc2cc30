"""The demo company is as large and as lively as promised, whatever day it is loaded on."""

import json
import os
import re
import sys
from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from isof_cli import config, databases, postgres

STATES = {"planned", "in_progress", "done", "not_held", "postponed", "cancelled"}
SALESPEOPLE = {"anna", "piotr", "tomasz", "ewa", "marek"}
ORDER_STATES = ("0_open", "1_partial", "2_done")
WEIGHTS = (6, 5, 7, 2, 3, 4, 5, 6, 7)
FACTS = """
import json
env = env(context={"tz": "Europe/Warsaw"})
demo = env["ir.model.data"].search([("module", "=", "isof_crm")])
def records(model):
    return env[model].browse(demo.filtered(lambda d: d.model == model).mapped("res_id"))
partners = records("res.partner")
Activity = env["isof.activity"]
print("FACTS", json.dumps({
    "company": env.ref("isof_crm.res_company_demo").name,
    "currency": env.ref("isof_crm.res_company_demo").currency_id.name,
    "main": env.ref("base.main_company").name,
    "works_in": env.ref("base.user_admin").company_id.name,
    "contractors": partners.filtered("is_company").mapped(
        lambda p: (p.vat, p.zip, p.isof_region_id.complete_name, p.user_id.login, p.email,
                   len(p.child_ids))),
    "employees": len(records("hr.employee").user_id),
    "departments": records("hr.department").mapped(
        lambda d: (d.name, d.manager_id.user_id.login)),
    "groups": {
        user.login: user.group_ids.filtered(lambda g: g.privilege_id.name == "ISOF CRM").mapped(
            lambda g: g.get_external_id()[g.id])
        for user in records("res.users")},
    "campaigns": len(records("utm.campaign")),
    "plans": len(records("isof.activity.plan")),
    "activities": Activity.search([]).mapped(
        lambda a: (a.start_date.isoformat(), a.state, a.user_id.login, a.allday,
                   a.previous_id.start_date and a.previous_id.start_date.isoformat(),
                   (a.stop_date - a.start_date).days, a.result or "")),
    "marketing": partners.filtered("is_company").mapped(
        lambda p: (p.isof_group_id.complete_name, p.isof_lifecycle, p.isof_source_id.name,
                   p.isof_contact_frequency, p.isof_potential)),
    "consents": env["isof.consent"].search([]).mapped(lambda c: (c.channel, c.state, c.source)),
    "affiliations": env["isof.affiliation"].search([]).mapped(
        lambda a: (a.role_id.name, a.is_current)),
    "segments": env["isof.segment"].search([]).mapped(
        lambda s: (s.name, s.target, s.mode, s.member_count)),
    "doubles": env["res.partner"].search_count([("email", "=", "biuro@mewa.example")]),
    "forks": len(Activity.search([]).filtered(lambda a: len(a.next_ids) > 1)),
    "longest": max(Activity.search([]).mapped("chain_count")),
    "events": len(Activity.search([]).calendar_event_id),
    "all_events": env["calendar.event"].with_context(active_test=False).search_count(
        [("res_model", "=", "isof.activity")]),
    "mirrored": Activity.search_count(
        [("is_mirrored", "=", True), ("state", "not in", ("not_held", "cancelled"))]),
    "to_dos": env["mail.activity"].search_count([("res_model", "=", "isof.activity")]),
    "mails": env["mail.mail"].search_count(
        [("create_date", ">=", env.ref("isof_crm.res_users_anna").create_date)]),
}))
"""
# Only drafts: what would be loaded on other days and at other hours.
DRAFTS = """
import json
from datetime import datetime, timedelta
from freezegun import freeze_time
from odoo.addons.isof_crm.demo.activity_generator import ActivityGenerator
found = []
for first in (datetime(2026, 11, 23, 6), datetime(2026, 12, 28, 22), datetime(2027, 4, 29, 11)):
    for n in range(7):
        with freeze_time(first + timedelta(days=n, hours=n)):
            generator = ActivityGenerator(env["isof.demo"]._get_demo_env())
            drafts = generator.draft()
        login = {user.id: login for login, user in generator.users.items()}
        monday = generator.monday
        found.append({
            "today": generator.today.isoformat(),
            "count": len(drafts),
            "states": sorted({draft.state for draft in drafts}),
            "on_today": sorted(
                {login[d.vals["user_id"]] for d in drafts if d.day == generator.today}),
            "this_week": sorted({
                login[d.vals["user_id"]] for d in drafts
                if monday <= d.day < monday + timedelta(days=7)}),
            "held_in_future": sum(d.state == "done" and d.day > generator.today for d in drafts),
            "backwards": sum(bool(d.previous and d.day < d.previous.day) for d in drafts),
        })
print("FACTS", json.dumps(found))
"""
# Loaded once more in Polish, and never committed.
POLISH = """
import json
from odoo.addons.isof_crm.demo.activity_generator import ActivityGenerator
Activity = env["isof.activity"]
before = Activity.search([])
env.ref("base.user_admin").lang = "pl_PL"
ActivityGenerator(env["isof.demo"]._get_demo_env()).load()
env = env(context={"lang": "pl_PL"})
print("FACTS", json.dumps({
    "functions": env["res.partner"].search([("email", "like", ".example")]).mapped("function"),
    "steps": env["isof.activity.plan.step"].search([]).mapped("name"),
    "subjects": (Activity.search([]) - before).mapped("name"),
    "campaigns": env["utm.campaign"].search([]).mapped("title"),
}))
"""

# What each screen of resources shows.
BOOKINGS = """
import json
from odoo import fields
env = env(context={"tz": "Europe/Warsaw"})
Booking = env["isof.booking"]
today = fields.Date.context_today(Booking)
Report = env["isof.resource.utilization"]
print("FACTS", json.dumps({
    "resources": env["isof.resource"].search([]).mapped(
        lambda r: (r.name, r.kind_id.name, bool(r.place_id), r.quantity, r.needs_approval)),
    "states": [state for [state] in Booking._read_group([], ["state"])],
    "bookings": Booking.search_count([]),
    "activities": len(Booking.sudo().search([]).held_activity_id),
    "series": [len(series.booking_ids) for series in env["isof.booking.series"].search([])],
    "today": Booking.search_count(
        [("start", ">=", today), ("start", "<", fields.Date.add(today, days=1))]),
    "to_approve": Booking.search_count([("state", "=", "requested")]),
    "closures": env["resource.calendar.leaves"].search_count(
        [("resource_id.isof_resource_ids", "!=", False)]),
    "hours": Report._read_group(
        [("date", ">=", fields.Date.add(today, days=-7)), ("date", "<=", today)], ["resource_id"],
        ["booked_hours:sum", "available_hours:sum"])[0][1:],
    "mails": env["mail.mail"].search_count(
        [("create_date", ">=", env.ref("isof_crm.res_users_anna").create_date)]),
}))
"""
# Loaded on each day of the week, early, at noon and late; and never committed. That is long after
# any day on which the demo company itself is loaded, whose bookings would be in the way.
BOOKINGS_ON_OTHER_DAYS = """
import json
from datetime import datetime, timedelta
from freezegun import freeze_time
from odoo.addons.isof_crm_resources.demo.booking_generator import BookingGenerator
found = []
for n in range(7):
    moment = datetime(2035, 1, 3, 1 + 3 * n) + timedelta(days=n * 57)
    with freeze_time(moment):
        before = env["isof.booking"].search([])
        BookingGenerator(env["isof.demo"]._get_demo_env()).load()
        new = env["isof.booking"].search([]) - before
        found.append({
            "weekday": moment.weekday(),
            "today": len(new.filtered(lambda b: b.start.date() == moment.date())),
            "to_approve": len(new.filtered(lambda b: b.state == "requested")),
        })
print("FACTS", json.dumps(found))
"""

# What each ready report shows by default, this year and last year, and what is in the facts. As
# there is little of a year that has just begun, the twelve months until today are with it.
TRADE = """
import json
from lxml import etree
from odoo.fields import Date, Domain
from odoo.tools.safe_eval import safe_eval
Facts, Orders = env["isof.trade.line"], env["isof.order.report"]
today = Date.context_today(Facts.with_context(tz="Europe/Warsaw"))  # as the demo company sees it
this_year = str(Date.subtract(today, years=1)), f"{today.year}-12-31"
last_year = f"{today.year - 1}-01-01", f"{today.year - 1}-12-31"
def count(action, first, last):
    views = env[action.res_model].get_views([(action.search_view_id.id, "search")])
    arch = etree.fromstring(views["views"]["search"]["arch"])
    domain = Domain.TRUE
    for name in safe_eval(action.context):
        if name.startswith("search_default_"):
            [node] = arch.xpath("//filter[@name='%s']" % name.removeprefix("search_default_"))
            if field := node.get("date"):
                domain &= Domain(field, ">=", first) & Domain(field, "<=", last)
            else:
                domain &= Domain(safe_eval(node.get("domain")))
    return env[action.res_model].search_count(domain)
reports = env["ir.actions.act_window"].search(
    [("res_model", "in", ("isof.trade.line", "isof.order.report", "isof.assortment.report")),
     ("path", "!=", False)])
salespeople = env["res.users"].search(
    [("login", "in", ("anna", "piotr", "tomasz", "ewa", "marek"))])
campaigns = env["ir.model.data"].search(
    [("module", "=", "isof_crm"), ("model", "=", "utm.campaign")]).mapped("res_id")
# not what Odoo's own demo data have
ours = [("user_id", "in", salespeople.ids)]
print("FACTS", json.dumps({
    "reports": {action.path: [count(action, *span) for span in (this_year, last_year)]
                for action in reports},
    "salespeople": {
        user.login: [
            Facts.with_user(user).search_count(
                [("user_id", "=", user.id), ("flow", "=", flow),
                 ("invoice_date", ">=", first), ("invoice_date", "<=", last)])
            for flow, (first, last) in (
                ("sale", this_year), ("sale", last_year), ("purchase", last_year))]
        for user in salespeople},
    "months": len(Facts._read_group(ours, ["invoice_date:month"])),
    "roles": [role for [role] in Facts._read_group(ours, ["role"])],
    "types": [kind for [kind] in Facts._read_group(ours, ["move_type"])],
    "costs": dict(Facts._read_group([*ours, ("flow", "=", "sale")], ["cost_source"], ["__count"])),
    "margins": [
        float(margin / net) for _category, margin, net in Facts._read_group(
            [*ours, ("role", "=", "goods"), ("costed_net", "!=", 0)], ["product_category_id"],
            ["margin:sum", "costed_net:sum"])],
    "unit_costs": [
        sorted({round(fact.cost / fact.sold_quantity, 2) for fact in lines})
        for _product, lines in Facts._read_group(
            [*ours, ("role", "=", "goods"), ("cost_source", "=", "product")], ["product_id"],
            ["id:recordset"])],
    "corrections": Facts.search_count([*ours, ("is_price_correction", "=", True)]),
    "campaigns": len(Facts._read_group([("campaign_id", "in", campaigns)], ["campaign_id"])),
    "orders": [[flow, state] for flow, state in Orders._read_group(ours, ["flow", "state"])],
    "late": [flow for [flow] in Orders._read_group([*ours, ("is_late", "=", True)], ["flow"])],
    "wrong": Facts._sync_everything(),
    "later": Facts.search_count([*ours, ("invoice_date", ">", today)]),
    "mails": env["mail.mail"].search_count(
        [("create_date", ">=", env.ref("isof_crm.res_users_anna").create_date)]),
}))
"""
# Only drafts: what would be sold on other days, twice each.
SALES_ON_OTHER_DAYS = """
import json
from freezegun import freeze_time
from odoo.addons.isof_crm_analytics.demo.trade_generator import TradeGenerator
def draft():
    generator = TradeGenerator(env["isof.demo"]._get_demo_env())
    generator._create_products()
    return generator.draft()
def tell(sales):
    return [
        (sale.day.isoformat(), sale.customer.user_id.login,
         [(product.name, *terms) for product, terms in sale.lines.items()])
        for sale in sales]
found = {}
for day in ("2026-11-24", "2027-01-01", "2028-02-29", "2027-05-03", "2027-08-15"):
    with freeze_time(f"{day} 10:00"):
        found[day] = tell(draft()), tell(draft())
print("FACTS", json.dumps(found))
"""


def facts(isof, name, script):
    """Run a script that prints facts in the shell of a database, and return them."""
    done = isof("odoo", "shell", "-d", name, "--no-http", script=script)
    lines = [line for line in done.stdout.splitlines() if "FACTS " in line]
    assert lines, done.stdout + done.stderr
    return json.loads(lines[-1].partition("FACTS ")[2])


@pytest.fixture(scope="module")
def database(new_database):
    return new_database("--modules", "isof_crm,isof_crm_resources,isof_crm_analytics")


@pytest.fixture(scope="module")
def demo(isof, database):
    return facts(isof, database, FACTS)


def nip_is_valid(vat):
    digits = [int(digit) for digit in vat.removeprefix("PL")]
    checksum = sum(w * d for w, d in zip(WEIGHTS, digits, strict=False)) % 11
    return len(digits) == 10 and checksum == digits[9]


def test_company(demo):
    """It is one of its own, and where the administrator of a new database begins."""
    assert demo["company"] == demo["works_in"] == "Baltrade Sp. z o.o."
    assert demo["currency"] == "PLN"
    assert demo["main"] != demo["company"]


def test_contractors(demo):
    contractors = demo["contractors"]
    assert len(contractors) == 40
    vats, zips, regions, salespeople, emails, persons = zip(*contractors, strict=True)
    assert len(set(vats)) == 40
    assert [vat for vat in vats if not nip_is_valid(vat)] == []
    # no tax office has this number, so these belong to nobody
    assert {vat[:5] for vat in vats} == {"PL999"}
    assert [zip_code for zip_code in zips if not re.fullmatch(r"\d\d-\d{3}", zip_code)] == []
    assert len(set(regions)) >= 10
    assert all(region.count(" / ") == 2 for region in regions)
    assert set(salespeople) == SALESPEOPLE
    assert all(email.endswith(".example") for email in emails)
    assert min(persons) >= 1
    assert max(persons) == 4


def test_people(demo):
    assert demo["employees"] == 6
    assert sorted(manager for _name, manager in demo["departments"]) == ["ewa", "magda", "marek"]
    assert demo["groups"] == {
        "anna": ["isof_crm.group_user"],
        "piotr": ["isof_crm.group_user"],
        "tomasz": ["isof_crm.group_user"],
        "magda": ["isof_crm.group_user"],
        "ewa": ["isof_crm.group_team_leader"],
        "marek": ["isof_crm.group_manager"],
    }
    assert demo["campaigns"] == 4
    assert demo["plans"] == 3


def test_activities(demo):
    activities = demo["activities"]
    assert 280 <= len(activities) <= 380
    starts, states, *_rest = zip(*activities, strict=True)
    assert set(states) == STATES
    today = datetime.now(ZoneInfo("Europe/Warsaw")).date()  # as the demo company sees it
    months = Counter(start[:7] for start in starts)
    last_year = {(today - timedelta(days=30 * n)).isoformat()[:7] for n in range(11)}
    assert {month: months[month] for month in last_year if months[month] < 3} == {}
    assert max(starts) > (today + timedelta(days=20)).isoformat()
    held_later = [a for a in activities if a[1] == "done" and a[0] > today.isoformat()]
    assert held_later == []
    without_result = [a for a in activities if a[1] in ("done", "not_held") and not a[6]]
    assert without_result == []
    assert any(a[3] and a[5] for a in activities), "nothing lasts several days"


def test_marketing_base(demo):
    groups, stages, sources, frequencies, potentials = zip(*demo["marketing"], strict=True)
    assert all(group and " / " in group for group in groups)
    assert len(set(groups)) >= 8
    assert set(stages) == {"lead", "prospect", "customer", "key", "dormant", "lost"}
    assert len(set(sources)) == 4
    assert max(frequencies) > 0
    assert max(potentials) > 0
    channels, states, origins = map(set, zip(*demo["consents"], strict=True))
    assert channels == {"email", "phone", "sms", "post"}
    assert states == {"given", "withdrawn"}
    assert len(origins) >= 4
    roles, currents = map(set, zip(*demo["affiliations"], strict=True))
    assert len(roles) == 4
    assert demo["doubles"] == 2
    assert currents == {True, False}
    assert {target for _name, target, _mode, _count in demo["segments"]} == {"company", "person"}
    assert [name for name, _target, _mode, count in demo["segments"] if not count] == []


def test_chains(demo):
    follow_ups = [a for a in demo["activities"] if a[4]]
    assert len(follow_ups) > 150
    assert [a for a in follow_ups if a[0] < a[4]] == [], "a follow-up lies before its cause"
    assert demo["forks"] >= 3
    assert demo["longest"] >= 5


def test_nobody_is_mailed_and_events_are_there_once(demo):
    assert demo["mails"] == 0
    assert demo["to_dos"] == 0
    assert demo["mirrored"] > 50
    assert demo["events"] == demo["all_events"] == demo["mirrored"]


def test_loads_in_time(database):
    """The demo data take less than 20 seconds of a processor of one's own."""
    note = databases.read_note(postgres.server("test", Path(sys.executable)), database)
    log = (config.home() / "log" / note["log"]).read_text()
    first = re.search(r"^(\S+ \S+),.*Module isof_crm: loading demo", log, re.MULTILINE)
    last = re.search(r"^(\S+ \S+),.*Module isof_crm loaded in", log, re.MULTILINE)
    took = datetime.fromisoformat(last[1]) - datetime.fromisoformat(first[1])
    crowd = max(1, note["load"] / os.cpu_count())
    assert took < timedelta(seconds=20) * crowd


def test_lively_on_any_day(isof, database):
    """At the weekend, on holidays and around New Year, in the morning and in the evening."""
    days = facts(isof, database, DRAFTS)
    assert len(days) == 21
    for day in days:
        assert 270 <= day["count"] <= 350, day
        assert set(day["states"]) == STATES, day
        assert set(day["on_today"]) >= SALESPEOPLE, day
        assert set(day["this_week"]) >= SALESPEOPLE, day
        assert day["held_in_future"] == 0, day
        assert day["backwards"] == 0, day


def test_update_loads_nothing_twice(isof, database, demo):
    modules = ("-u", "isof_crm", "--stop-after-init", "--skip-auto-install", "--no-http")
    isof("odoo", "-d", database, *modules)
    after = facts(isof, database, FACTS)
    assert len(after["activities"]) == len(demo["activities"])
    assert len(after["contractors"]) == 40
    assert after["all_events"] == demo["all_events"]


def test_polish(isof, database):
    """Where the administrator speaks Polish, so does the demo company."""
    polish = facts(isof, database, POLISH)
    assert "Kierownik zakupów" in polish["functions"]
    assert "Purchasing Manager" not in polish["functions"]
    assert "Rozmowa powitalna" in polish["steps"]
    assert any(subject.startswith("Uzupełnienie zapasów") for subject in polish["subjects"])
    assert not any(subject.startswith("Restocking") for subject in polish["subjects"])
    assert "Nowy katalog" in polish["campaigns"]


def test_resources(isof, database):
    """No screen of resources is empty."""
    demo = facts(isof, database, BOOKINGS)
    _names, kinds, places, quantities, approvals = zip(*demo["resources"], strict=True)
    assert len(kinds) == 8
    assert len(set(kinds)) == 3
    assert all(places)
    assert max(quantities) > 1
    assert sum(approvals) == 2
    assert set(demo["states"]) == {"requested", "confirmed", "refused", "cancelled"}
    assert demo["bookings"] > 60
    assert demo["activities"] > 2, "hardly any activity has resources"
    assert demo["series"] == [6]
    assert demo["today"] >= 8
    assert demo["to_approve"] >= 2
    assert demo["closures"] == 1
    booked, available = demo["hours"]
    assert 0 < booked < available
    assert demo["mails"] == 0


def test_bookings_on_any_day(isof, database):
    """Nothing overlaps, whatever day and hour it is loaded."""
    days = facts(isof, database, BOOKINGS_ON_OTHER_DAYS)
    assert sorted(day["weekday"] for day in days) == list(range(7))
    for day in days:
        assert day["today"] >= 8, day
        assert day["to_approve"] >= 2, day


@pytest.fixture(scope="module")
def trade(isof, database):
    return facts(isof, database, TRADE)


def test_ready_reports(trade):
    """Each ready report shows something of late and of last year at once."""
    assert len(trade["reports"]) == 10
    empty = {path for path, counts in trade["reports"].items() if min(counts) < 10}
    assert empty == set()
    assert trade["months"] >= 24
    assert trade["later"] == 0


def test_everybody_sells(trade):
    """Each salesperson has own sales of late and of last year, and buys something."""
    assert set(trade["salespeople"]) == SALESPEOPLE
    assert {name for name, counts in trade["salespeople"].items() if not all(counts)} == set()


def test_every_kind_of_document(trade):
    assert set(trade["roles"]) == {"goods", "service", "other", "down_payment", "discount"}
    assert set(trade["types"]) == {
        f"{way}_{kind}" for way in ("in", "out") for kind in ("invoice", "refund", "receipt")
    }
    assert trade["corrections"] >= 2
    assert trade["campaigns"] == 4
    states = [[flow, state] for flow in ("purchase", "sale") for state in ORDER_STATES]
    assert sorted(trade["orders"]) == states
    assert sorted(trade["late"]) == ["purchase", "sale"]
    assert trade["mails"] == 0


def test_margins(trade):
    """Costs are mostly known, change over time, and leave a margin that one can believe."""
    costs = trade["costs"]
    assert costs["unknown"] >= 1
    assert costs["product"] > 10 * costs["unknown"]
    assert costs["original"] >= 1
    assert all(0.05 < margin < 0.6 for margin in trade["margins"]), trade["margins"]
    assert [prices for prices in trade["unit_costs"] if len(prices) < 3] == []
    assert trade["wrong"] == 0, "the facts of the demo company differ from its ledger"


def test_sales_on_any_day(isof, database):
    """Whatever day it is loaded on, its sales reach up to that day and are always the same."""
    for day, (sales, again) in facts(isof, database, SALES_ON_OTHER_DAYS).items():
        assert sales == again, day
        days, people, lines = zip(*sales, strict=True)
        assert days[-1] == day
        assert list(days) == sorted(days), day
        assert date.fromisoformat(days[0]) < date.fromisoformat(day) - timedelta(days=700), day
        assert set(people) == SALESPEOPLE, day
        assert all(lines), day
