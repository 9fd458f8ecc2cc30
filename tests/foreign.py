"""What a client is told, or may change, of records that it may not read, by sending their ids.

A script after ``client_calls.py``; ``test_foreign.py`` says what is right. Words that occur nowhere
else are put into records of a colleague and of another company; then each role calls every public
method and onchange, creates, writes and opens dialogues with the ids of these records, as a web
client does, and follows to the workbooks and reports that it gets.
"""

# names of client_calls.py and of the shell; calls that are made at once, within their loop
# ruff: noqa: B023, F821

import inspect
import re
import traceback
import zipfile
from collections import Counter
from datetime import timedelta
from functools import cache

import psycopg2

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.service.model import get_public_method
from odoo.tools import SQL

# users of the demo company; beside them a manager of a company that has nothing is tried
TRIERS = ("portal", "employee", "user", "own figures", "marketing")
# what is wrong: a word that one may not read is told, a record is changed, a public method works
# with a record that one may not read, a client gets an error that is not in words
FOUND = ("told", "changed", "unrefused", "crashed")
WORD = "KANAREK"
# texts of a record that the word is looked for in, to know whether somebody may read it
TEXTS = ("char", "text", "html")
# where a word is put: what other fields hold decides about more than what is shown
TEXT_FIELDS = {
    *("name", "title", "note", "result", "location", "description", "complete_name", "ref"),
    *("error", "skipped", "proof_name", "next_note", "text", "move_name", "code"),
}
# of Odoo's chatter: nothing of ours
CHATTER = ("message_", "activity_", "website_message", "rating_")
WRITES = re.compile(r"\b(INSERT|UPDATE|DELETE)\b")
# rows that whoever has the right to may have made anew out of the documents of all companies
HEALED = ("isof.trade.line",)
# columns that follow from others' work: when somebody plans with the customer, or asks for consent
DERIVED = {
    "res_partner": ("isof_last_activity_date", "isof_next_activity_date"),
    "isof_consent": ("is_current", "write_date", "write_uid"),
}


class Planted:
    """A record with a word in its texts, if it has any, and who may read it.

    :param record: of a model of ours, or one of Odoo that ours refer to
    :param whose: text that tells whose it is
    :param owner: user who may read it
    """

    def __init__(self, record, whose, owner):
        # without the companies that it was made in
        record = self.record = env[record._name].browse(record.id)
        self.whose = whose
        self.owner = owner
        self.word = f"{WORD}{record._name.replace('.', '').upper()}{record.id}X"
        texts = {
            field.name: f"<p>{self.word}</p>" if field.type == "html" else self.word
            for field in record._fields.values()
            if field.type in TEXTS and field.store and not field.related
            if field.name in TEXT_FIELDS
        }
        env.flush_all()
        for name, text in texts.items():
            self._write(record._fields[name], text)
        if record._name == "isof.resource":  # its name is that of the resource of Odoo
            record.name = self.word
            env.flush_all()
        self.texts = [*texts, "display_name"] if texts else []

    def _write(self, field, text):
        """Write by SQL: what is planted is not to be worked on, or refused."""
        record = self.record
        value = SQL("jsonb_build_object('en_US', %s::text)", text) if field.translate else text
        table, name = SQL.identifier(record._table), SQL.identifier(field.name)
        env.cr.execute(SQL("UPDATE %s SET %s = %s WHERE id = %s", table, name, value, record.id))

    def is_known_to(self, user):
        """Whether a user may read the word where it was planted, or the record if it has none."""
        record = self.record.with_user(user).with_context(allowed_company_ids=user.company_ids.ids)
        if not self.texts:
            return record.has_access("read")
        for name in self.texts:
            try:
                if self.word in str(record.read([name])):
                    return True
            except AccessError:
                continue
        return False

    def __repr__(self):
        return f"{self.record._name} ({self.whose})"


def plant():
    """Return what is planted: a list of ``Planted``."""
    planted = []
    main = env.ref("isof_crm.res_company_demo")
    other = env["res.company"].create({"name": "Another Company"})
    for whose, company in (("a colleague's", main), ("another company's", other)):
        user = new_test_user(
            env,
            f"planter_{company.id}",
            "isof_crm.group_user",
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )
        records = plant_activities(company, user, company != main)
        records += plant_figures(company, user, company != main)
        if company != main:
            records.append(company)
        planted += [Planted(record, whose, user) for record in records]
    env.invalidate_all()
    return planted


def plant_activities(company, user, is_other):
    """Plant customers, activities, segments and bookings: those of a user of a company."""
    own = {"company_id": company.id} if is_other else {}
    create = env(context={**env.context, "allowed_company_ids": company.ids})
    now = fields.Datetime.now().replace(microsecond=0, second=0)
    partner, organization = create["res.partner"].create(
        [{"name": "x", "is_company": True, "user_id": user.id, **own} for _i in range(2)]
    )
    person = create["res.partner"].create({"name": "x", "parent_id": partner.id, **own})
    kind = create["isof.activity.type"].create({"name": "x", **own})
    tag = create["isof.activity.tag"].create({"name": "x"})
    first = create["isof.activity"].create(
        {
            "name": "x",
            "type_id": kind.id,
            "partner_id": partner.id,
            "contact_id": person.id,
            "user_id": user.id,
            "company_id": company.id,
            "author_id": user.id,
            "start": now + timedelta(days=3),
        }
    )
    second = first.copy(
        {
            "previous_id": first.id,
            "start": now + timedelta(days=4),
            "stop": now + timedelta(days=4, hours=1),
            "user_id": user.id,
            "author_id": user.id,
        }
    )
    plan = create["isof.activity.plan"].create(
        {"name": "x", "step_ids": [Command.create({"type_id": kind.id, "name": "x"})], **own}
    )
    run = create["isof.activity.plan.run"].create(
        {"plan_id": plan.id, "user_id": user.id, "company_id": company.id, "start": now}
    )
    (first | second).write({"plan_run_id": run.id})
    segment = create["isof.segment"].create(
        {
            "name": "x",
            "mode": "static",
            "target": "company",
            "is_shared": False,
            "user_id": user.id,
            "addition_ids": [Command.set(partner.ids)],
            **own,
        }
    )
    consent = create["isof.consent"].create(
        {"partner_id": partner.id, "channel": "email", "state": "given", "note": "x"}
    )
    affiliation = create["isof.affiliation"].create(
        {"person_id": person.id, "organization_id": organization.id, "note": "x"}
    )
    group = create["isof.partner.group"].create({"name": "x", **own})
    region = create["isof.region"].create({"name": "x", **own})
    campaign = create["utm.campaign"].create(
        {"name": "x", "title": "x", "user_id": user.id, "company_id": company.id}
    )
    department = create["hr.department"].create({"name": "x", "company_id": company.id})
    place = create["isof.resource.place"].create({"name": "x", **own})
    resource, open_resource = create["isof.resource"].create(
        [
            {
                "name": "x",
                "place_id": place.id,
                "company_id": company.id,
                "resource_calendar_id": False,
                **vals,
            }
            for vals in ({"department_ids": [Command.set(department.ids)]}, {})
        ]
    )
    series = create["isof.booking.series"].create(
        {
            "name": "x",
            "resource_id": open_resource.id,
            "user_id": user.id,
            "start": now + timedelta(days=30),
            "stop": now + timedelta(days=30, hours=1),
            "count": 2,
        }
    )
    bookings = create["isof.booking"].create(
        [
            {
                "resource_id": resource.id,
                "user_id": user.id,
                "name": "x",
                "start": now + timedelta(days=20),
                "stop": now + timedelta(days=20, hours=1),
            },
            {
                "resource_id": open_resource.id,
                "user_id": user.id,
                "activity_id": first.id,
                "start": first.start,
                "stop": first.stop,
            },
        ]
    )
    bookings |= series.booking_ids[:1]
    found = [
        *(partner, person, organization, kind, first, second, plan, plan.step_ids, run, segment),
        *(consent, affiliation, group, region, campaign, department, place, resource),
        *(open_resource, series, *bookings, tag),
    ]
    return [*found, *plant_wizards(company, user)]


def plant_wizards(company, user):
    """Plant dialogues that a user of a company has open."""
    create = env(user=user.id, su=False)
    return [
        create["isof.activity.report.wizard"].create({}).sudo(),
        create["isof.segment.fill.wizard"]
        .create(
            {"segment_id": create["isof.segment"].search([("user_id", "=", user.id)], limit=1).id}
        )
        .sudo(),
        create["isof.list.export"].sudo().create({"name": "x", "res_model": "isof.activity"}),
    ]


def plant_figures(company, user, is_other):
    """Plant analyses, commissions, scores and documents of a user's company."""
    create = env(context={**env.context, "allowed_company_ids": company.ids})
    today = fields.Date.today()
    payee = user.partner_id
    own = {"company_id": company.id} if is_other else {}
    analysis = create["isof.analysis"].create(
        {"name": "x", "description": "x", "user_id": user.id, **own}
    )
    schedule = create["isof.analysis.schedule"].create(
        {"analysis_id": analysis.id, "user_id": user.id, "recipient_ids": [Command.set(user.ids)]}
    )
    period_type = create["isof.period.type"].create({"name": "x", **own})
    period = create["isof.period"].create(
        {"name": "x", "type_id": period_type.id, "date_from": today, "date_to": today}
    )
    plan = create["isof.commission.plan"].create(
        {
            "name": "x",
            "company_id": company.id,
            "date_from": today,
            "rule_ids": [Command.create({"name": "x", "rate": 1})],
        }
    )
    scheme = create["isof.score.scheme"].create(
        {"name": "x", "kind": "rfm", "company_id": company.id}
    )
    run = create["isof.score.run"].create(
        {"scheme_id": scheme.id, "kind": "rfm", "measure": scheme.measure, "date_to": today}
    )
    cost = create["isof.campaign.cost"].create(
        {
            "name": "x",
            "campaign_id": create["utm.campaign"].search([("user_id", "=", user.id)]).id,
            "company_id": company.id,
            "entered_amount": 1,
        }
    )
    journal = create["account.journal"].search(
        [("company_id", "=", company.id), ("type", "=", "sale")], limit=1
    ) or create["account.journal"].create(
        {"name": "x", "code": "XX", "type": "sale", "company_id": company.id}
    )
    customer = create["res.partner"].search(
        [("user_id", "=", user.id), ("is_company", "=", True)], limit=1
    )
    move = create["account.move"].create(
        {
            "move_type": "out_invoice",
            "journal_id": journal.id,
            "partner_id": customer.id,
            "ref": "x",
            "invoice_user_id": user.id,
        }
    )
    row = {
        "kind": "correction",
        "date": today,
        "note": "x",
        "company_id": company.id,
        "company_currency_id": company.currency_id.id,
        "move_name": "x",
        "partner_id": customer.id,
        "basis": 0,
        "payee_id": payee.id,
        "accrued": 7,
        "due": 7,
    }
    create["isof.commission.entry"]._insert([row])
    entry = create["isof.commission.entry"].search([("payee_id", "=", payee.id)])
    settlement = create["isof.commission.settlement"].create(
        {
            "payee_id": payee.id,
            "user_id": user.id,
            "company_id": company.id,
            "currency_id": company.currency_id.id,
            "date_from": today,
            "date_to": today,
        }
    )
    product = create["product.product"].create({"name": "x", **own})
    # rows that only documents make: some of the demo company are given to the other one
    kept = []
    for name in ("isof.trade.line", "isof.score"):
        record = create[name].with_context(active_test=False).search([], limit=1, order="id desc")
        if is_other:
            env.flush_all()
            table = SQL.identifier(record._table)
            env.cr.execute(
                SQL("UPDATE %s SET company_id = %s WHERE id = %s", table, company.id, record.id)
            )
        kept.append(record)
    return [
        *(analysis, schedule, period_type, period, plan, plan.rule_ids, scheme, run, cost),
        *(move, entry, settlement, product, *kept),
    ]


class Trial:
    """The calls of a user with the ids of what that user may not read."""

    def __init__(self, role, user, planted):
        self.role = role
        self.user = user
        # read once: each call would, as the one before has emptied the cache
        self.companies = {"allowed_company_ids": user.company_ids.ids}
        self.known = [each for each in planted if each.is_known_to(user)]
        self.hidden = [each for each in planted if each not in self.known]
        self.ids = {}
        for each in self.hidden:
            self.ids.setdefault(each.record._name, []).append(each.record.id)
        self.words = {each.word: each for each in self.hidden}
        # of some that can be read, a text cannot
        self.unreadable = {
            (each.record._name, each.record.id)
            for each in self.hidden
            if not each.record.with_user(user).has_access("read")
        }
        self.snapshot_query = get_snapshot_query(
            [
                each.record
                for each in planted
                if each.record._name not in HEALED
                and not each.record.with_user(user).has_access("write")
            ]
        )
        self.snapshot = self._take_snapshot()
        self.tries = Counter()
        self.answered = Counter()
        self.own, self.analyses = {}, []
        self.found = {name: set() for name in FOUND}

    def _take_snapshot(self):
        env.cr.execute(self.snapshot_query)
        return dict(env.cr.fetchall())

    def rpc(self, model, method, /, *args, context=None, **kwargs):
        """Call a method as a web client of the user does."""
        context = {**self.user.context_get(), **self.companies, **(context or {})}
        records = env[model].with_user(self.user)
        answer = call_kw(records, method, list(args), {**kwargs, "context": context})
        return answer, self.follow(answer)

    def follow(self, answer):
        """Return what a client shows next where an action is answered: a workbook, or a report."""
        kind = answer.get("type") if isinstance(answer, dict) else None
        if kind == "ir.actions.act_url":
            path, file = answer["url"].partition("?")[0].split("/")[-2:]
            record = env[path].with_user(self.user).browse(int(file.split(".")[0]))
            _name, output = record.env["isof.export"]._write_file(record)
            with zipfile.ZipFile(output) as book:
                return [book.read(part).decode() for part in book.namelist()]
        if kind == "ir.actions.report":
            reports = env["ir.actions.report"].with_user(self.user)
            ids = answer["context"].get("active_ids", [])
            return reports._render_qweb_html(answer["report_name"], ids, answer.get("data"))
        return None

    def check(self, kind, what, call):
        """Make a call, look into what it answers and has changed, and undo it.

        :param kind: of the try
        :param what: text that tells which one it was
        :return: whether it has answered something else than an error
        """
        self.tries[kind] += 1
        writes.clear()
        changed, is_answered = None, True
        try:
            with env.cr.savepoint() as savepoint:
                answer = repr(call())
                env.flush_all()
                if writes:
                    changed = self._take_snapshot()
                savepoint.rollback()
        except Exception as error:
            is_answered = False
            # all that a client is sent of an error
            answer = repr((error.args, getattr(error, "context", None)))
            answer += "".join(traceback.format_exception(error))
            if not isinstance(error, EXPECTED):
                self.found["crashed"].add(f"{self.role}: {what}: {error!r}"[:300])
        env.invalidate_all()
        self.answered[kind] += is_answered
        for word in set(re.findall(rf"{WORD}[A-Z]*\d+X", answer)):
            if word in self.words:
                self.found["told"].add(f"{self.role}: {what} tells {self.words[word]}")
        if changed is not None:
            for key, value in self.snapshot.items():
                if changed.get(key) != value:
                    self.found["changed"].add(f"{self.role}: {what} changes {key}")
        return is_answered

    # ------------------------------------------------------------
    # Public methods
    # ------------------------------------------------------------

    def try_methods(self):
        """Call each public method on hidden records, and on own ones with hidden ids."""
        for name, method in get_public_methods():
            model = env[name]
            if getattr(getattr(type(model), method), "_api_model", False):
                calls = [((), kwargs) for kwargs in self.get_arguments(name, method)]
            elif model._abstract:
                continue
            else:
                # what is hidden is refused whatever the arguments are
                calls = [
                    (([id_],), kwargs)
                    for id_ in self.ids.get(name, ())
                    for kwargs in (
                        self.get_takeovers(name)
                        if method == "write"
                        else [next(self.get_arguments(name, method, id_))]
                    )
                ]
                calls += [
                    (([id_],), kwargs)
                    for id_ in self.get_own(name, method)
                    for kwargs in self.get_arguments(name, method, id_)
                ]
            for args, kwargs in calls:
                what = f"{name}.{method}({', '.join(kwargs)})"
                answers = self.check(
                    "method", what, lambda: self.rpc(name, method, *args, **kwargs)
                )
                if answers and args and (name, *args[0]) in self.unreadable:
                    self.found["unrefused"].add(f"{self.role}: {what}")

    def get_takeovers(self, name):
        """Return arguments of ``write`` as of somebody who takes a record over, or closes it."""
        vals = {
            "user_id": self.user.id,
            "parent_id": False,
            "company_id": self.user.company_id.id,
            "active": False,
            "state": "cancelled",
            "name": "x",
        }
        return [{"vals": {f: value}} for f, value in vals.items() if f in env[name]._fields]

    def get_own(self, name, method=None):
        """Return ids of records that the user may read, to be called with hidden ids."""
        if method == "get_table" and self.analyses:
            return self.analyses
        if name not in self.own:
            try:
                found = (
                    env[name].with_user(self.user).browse(self.rpc(name, "search", [], limit=20)[0])
                )
                writable = found._filtered_access("write")
                self.own[name] = (writable or found)[:1].ids
            except UserError:  # some cannot be searched at all
                self.own[name] = []
        return self.own[name]

    def prepare(self):
        """Have the user make an activity, a booking and a segment, of which nothing is hidden."""
        start = fields.Datetime.now().replace(microsecond=0) + timedelta(days=40)
        stop = start + timedelta(hours=1)
        shared = [("company_id", "in", (self.user.company_id.id, False))]
        resource = env["isof.resource"].create(
            {"name": "Ours", "company_id": self.user.company_id.id, "resource_calendar_id": False}
        )
        kind = env["isof.activity.type"].search([*shared, ("needs_contact", "=", False)], limit=1)
        partner = env["res.partner"].create({"name": "Mine", "is_company": True})
        activity = {"name": "Mine", "type_id": kind.id, "partner_id": partner.id}
        for name, vals in (
            ("isof.activity", {**activity, "start": start, "stop": stop}),
            ("isof.segment", {"name": "Mine", "mode": "static", "target": "company"}),
            ("isof.booking", {"resource_id": resource.id, "start": start, "stop": stop}),
        ):
            model = env[name].with_user(self.user)
            if model.has_access("create"):
                self.own[name] = model.create(vals).ids
        self.prepare_analyses()
        env.flush_all()

    def prepare_analyses(self):
        """Have the user make analyses that name what is hidden: in columns, rows and filters."""
        analyses = env["isof.analysis"].with_user(self.user)
        if not analyses.has_access("create"):
            return
        shown = set()
        for key, dataset in analyses._get_datasets().items():
            model = env[dataset.model]
            for dimension, _label in analyses._get_dimension_choices(dataset):
                field = model._fields.get(dimension)
                if not field or field.comodel_name not in self.ids or field.comodel_name in shown:
                    continue
                shown.add(field.comodel_name)
                names = analyses._get_dimension_names(dataset)
                other = next(each for each in names if each != dimension)
                self.analyses += analyses.create(
                    [
                        {"name": dimension, "dataset": key, "period": "all", **vals}
                        for vals in (
                            {"column": dimension, "row_1": other},
                            {"row_1": dimension, "row_2": other},
                            {"domain": str([(dimension, "in", self.ids[field.comodel_name])])},
                        )
                    ]
                ).ids

    def get_arguments(self, name, method, id_=None):
        """Yield dicts of the arguments of a method: each with what is likely, one after another.

        :param id_: of the record that it is called on
        """
        parameters = list(inspect.signature(getattr(type(env[name]), method)).parameters.values())
        values = {
            parameter.name: self.get_values(name, method, parameter.name, id_)
            for parameter in parameters[1:]
            if parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
        }
        first = {parameter: choices[0] for parameter, choices in values.items() if choices}
        yield first
        for parameter, choices in values.items():
            for value in choices[1:]:
                yield first | {parameter: value}

    def get_values(self, name, method, parameter, id_):
        """Return what a parameter of a method may be given."""
        model = env[name]
        now = fields.Datetime.now() + timedelta(days=20)
        if parameter in ("path", "column_keys"):
            return [None if parameter == "column_keys" else [], *self.get_keys(id_)]
        if parameter == "overrides" and id_ not in self.analyses[1:]:
            periods = self.ids.get("isof.period", [])
            types = self.ids.get("isof.period.type", [])
            return [
                {},
                *({"period": "own_period", "period_id": each} for each in periods),
                *({"comparison": "own_period", "comparison_period_id": each} for each in periods),
                *({"period": "current_period", "period_type_id": each} for each in types),
            ]
        if parameter == "domain":
            return [[]] + [
                [(field.name, "in", self.ids[field.comodel_name])]
                for field in get_relational(model)
                if field.comodel_name in self.ids and field._description_searchable
            ]
        if parameter in ("vals", "vals_list", "default"):
            vals = self.get_vals_choices(name, method)
            return [[each] for each in vals] if parameter == "vals_list" else vals
        simple = {
            "model": [name],
            "field_names": [["name", "display_name"], sorted(model._fields)],
            "fields": [sorted(model._fields)],
            "allfields": [None],
            "attributes": [None],
            "specification": [get_spec(model)],
            "scope": ["one", "all", "following"],
            "start": [str(now)[:19]],
            "stop": [str(now + timedelta(hours=1))[:19]],
            "date_from": [str(now)[:19]],
            "date_to": [str(now)[:19]],
            "overrides": [{}],
            "unfold": [None],
            "name": ["", WORD],
            "operator": ["ilike"],
            "limit": [100],
        }
        if parameter in simple:
            return simple[parameter]
        comodel = f"res.{parameter.removesuffix('_id')}"
        if comodel not in env:
            unknown_parameters.add(f"{name}.{method}: {parameter}")
        return self.ids.get(comodel, [])

    def get_vals_choices(self, name, method):
        """Return values for a method; what records of our models refer to is tried apart."""
        if name == "isof.list.export":
            return [
                {
                    "res_model": other,
                    "list_domain": [("id", "in", ids)],
                    "list_columns": [field.name for field in get_relational(env[other])],
                }
                for other, ids in self.ids.items()
            ]
        tried = get_relational(env[name])
        if method in OVERRIDDEN:
            ours = name in get_models()
            tried = [] if ours else [field for field in tried if is_ours(field)]
        return [{}, *({field.name: value} for field in tried for value in self.aim(field))]

    def get_keys(self, id_):
        """Return keys of rows and columns of the analysis that is called."""
        analysis = env["isof.analysis"].browse(id_)
        dataset = analysis._get_datasets()[analysis.dataset]
        found = []
        for dimension in filter(None, (analysis.column, analysis.row_1)):
            field = env[dataset.model]._fields[dimension.partition(":")[0]]
            found += [[key] for key in self.ids.get(field.comodel_name, ())]
        return found

    # ------------------------------------------------------------
    # Relational fields
    # ------------------------------------------------------------

    def aim(self, field):
        """Return values of a relational field that refer to hidden records, for a client."""
        if field.type == "reference":
            return [
                f"{name},{ids[0]}"
                for name, ids in self.ids.items()
                if name in field.get_values(env)
            ]
        ids = self.ids.get(field.comodel_name, ())[:2]
        # PostgreSQL takes a text for a number, and the ORM the values of a record for its id
        forms = [form for id_ in ids[:1] for form in (str(id_), {"id": id_})]
        ids = [*ids, *(forms if self.role == "user" else ())]
        if field.type == "many2one":
            return ids
        return [[Command.link(id_)] for id_ in ids]

    def try_fields(self):
        """Put hidden ids into each relational field of our models, by each path of a client."""
        for name in get_models():
            vals = self.get_vals(name)
            # without them, to know that creating is refused for the ids
            self.check_create(name, f"{name}.create()", vals, kind="control")
            for field in get_relational(env[name]):
                for value in self.aim(field):
                    self.try_field(name, field.name, value, vals)
            if env[name]._transient:
                self.try_active(name, vals)

    def try_field(self, name, f, value, vals):
        """Put hidden ids into a field: of a new record, of an own one, and as a default."""
        spec = get_spec(env[name])
        for ids in ([], self.get_own(name)[:1]):
            self.check(
                "onchange",
                f"{name}.onchange({f}) {'of an own record' if ids else ''}",
                lambda: self.rpc(name, "onchange", ids, {f: value}, [f], spec),
            )
        if ids:
            self.check(
                "write",
                f"{name}.web_save({f})",
                lambda: self.rpc(name, "web_save", ids, {f: value}, spec),
            )
        self.check_create(name, f"{name}.create({f})", {**vals, f: value})
        self.try_opening(name, f"{name} by default_{f}", {f"default_{f}": value})

    def try_active(self, name, vals):
        """Open a dialogue from hidden records of the models that it refers to."""
        for other in sorted({field.comodel_name for field in get_relational(env[name])}):
            if ids := self.ids.get(other):
                context = {"active_model": other, "active_id": ids[0], "active_ids": ids}
                what = f"{name} opened from {other}"
                self.try_opening(name, what, context)
                self.check_create(name, what, vals, context)

    def try_opening(self, name, what, context):
        """Open the form of a new record in a context."""
        spec = get_spec(env[name])
        self.check(
            "default", what, lambda: self.rpc(name, "onchange", [], {}, [], spec, context=context)
        )

    def get_vals(self, name):
        """Return values that a record of a model cannot be created without."""
        model = env[name]
        defaults = {}
        try:
            defaults, _next = self.rpc(name, "default_get", list(model._fields))
        except Exception:
            return {}
        planted = [each.record.id for each in self.hidden if each.record._name == name]
        example = model.search([("id", "not in", planted)], limit=1)
        vals = {}
        for field in model._fields.values():
            if not (field.store and field.required) or defaults.get(field.name) or field.compute:
                continue
            if field.type == "many2one":
                comodel = env[field.comodel_name].with_user(self.user)
                value = example[field.name].with_user(self.user)
                if not (value and value.has_access("read")):
                    value = comodel.search([], limit=1) if comodel.has_access("read") else None
                vals[field.name] = value and value.id
            elif field.type == "many2many":
                vals[field.name] = [Command.set(self.get_own(field.comodel_name)[:1])]
            elif field.type in ("date", "datetime"):
                vals[field.name] = str(fields.Datetime.now() + timedelta(days=25))[:19]
            elif field.type == "char":
                vals[field.name] = (example and example[field.name]) or "x"
            elif field.type == "selection":
                vals[field.name] = field.get_values(env)[0]
            elif field.type in ("float", "integer", "monetary"):
                vals[field.name] = 1
            elif field.type == "json":
                vals[field.name] = []
        return vals

    def check_create(self, name, what, vals, context=None, kind="create"):
        """Create a record and read it; a dialogue is used for all that it can do, too."""

        def create():
            ids, _next = self.rpc(name, "create", [vals], context=context)
            return ids, self.rpc(name, "web_read", ids, get_spec(env[name]), context=context)

        if not self.check(kind, what, create) or not env[name]._transient:
            return
        for model, method in get_public_methods():
            if model == name and method.startswith(("action_", "get_")):
                function = getattr(type(env[name]), method)
                if getattr(function, "_api_model", False):
                    continue

                def use():
                    ids, _next = self.rpc(name, "create", [vals], context=context)
                    answer = self.rpc(name, method, ids, context=context)
                    return answer, self.rpc(name, "web_read", ids, get_spec(env[name]))

                self.check("dialogue", f"{what}.{method}", use)


# what a client is told in words, or what the database refuses
EXPECTED = (UserError, psycopg2.IntegrityError)
OVERRIDDEN = ("write", "unlink", "copy_data", "name_search", "web_save_multi")
writes = []
unknown_parameters = set()


def watch_writes():
    """Note statements that may change something, so that only then it is looked at what has."""
    cursor = type(env.cr)
    execute = cursor.execute

    def watched(self, query, *args, **kwargs):
        if WRITES.search(query.code if isinstance(query, SQL) else str(query)):
            writes.append(True)
        return execute(self, query, *args, **kwargs)

    cursor.execute = watched
    return lambda: setattr(cursor, "execute", execute)


def get_snapshot_query(records):
    """Return the query of what is in records of several models, as pairs of a key and a hash."""
    by_table = {}
    for record in records:
        by_table.setdefault(record._table, []).append(record.id)
    return SQL(" UNION ALL ").join(
        SQL(
            "SELECT %s || ',' || id, md5((to_jsonb(t) - %s::text[])::text)"
            " FROM %s AS t WHERE id IN %s",
            table,
            list(DERIVED.get(table, ())),
            SQL.identifier(table),
            tuple(ids),
        )
        for table, ids in by_table.items()
    )


@cache
def get_public_methods():
    """Return pairs of a model and a method that clients may call and that is defined by us.

    What every model has is tried by ``try_fields``, but for a few methods that we override.
    """
    found = {}
    for name, model in sorted(env.registry.items()):
        for cls in model.mro():
            if not cls.__module__.startswith(tuple(f"odoo.addons.{addon}." for addon in OURS)):
                continue
            for method, function in vars(cls).items():
                if (
                    inspect.isfunction(function)
                    and (method in OVERRIDDEN or not hasattr(env.registry["base"], method))
                    and is_public(name, method)
                ):
                    found[name, method] = None
    return list(found)


def is_public(name, method):
    """Return whether clients may call a method of a model."""
    try:
        return bool(get_public_method(env[name], method))
    except AccessError:
        return False


def get_relational(model):
    """Return the relational fields of a model, without those of the chatter."""
    return [
        field
        for field in model._fields.values()
        if (field.relational or field.type == "reference")
        and not field.name.startswith(CHATTER)
        and field.name not in ("create_uid", "write_uid")
    ]


def get_spec(model):
    """Return what a form asks for: names of what is referred to, and texts."""
    spec = {"display_name": {}}
    for field in get_relational(model):
        spec[field.name] = {"fields": {"display_name": {}}} if field.relational else {}
    for field in model._fields.values():
        if field.type in TEXTS and not field.name.startswith(CHATTER):
            spec[field.name] = {}
    return spec


def create_triers():
    """Return the users who try, by role, and one who may read everything, as nobody hides it."""
    main = env.ref("isof_crm.res_company_demo")
    empty = env["res.company"].create({"name": "Third Company"})
    group = ROLES["manager"]
    triers = {
        role: new_test_user(
            env,
            f"isof_{role.replace(' ', '_')}",
            ROLES[role] if role == "portal" else f"{ROLES[role]},base.group_allow_export",
            company_id=main.id,
            company_ids=[Command.set(main.ids)],
        )
        for role in TRIERS
    }
    triers["stranger"] = new_test_user(
        env,
        "isof_stranger",
        f"{group},base.group_allow_export",
        company_id=empty.id,
        company_ids=[Command.set(empty.ids)],
    )
    owner = new_test_user(
        env,
        "isof_owner",
        f"{group},account.group_account_manager",
        company_id=main.id,
        company_ids=[Command.set(env["res.company"].search([]).ids)],
    )
    return triers, owner


def main():
    """Try everything."""
    planted = plant()
    triers, owner = create_triers()
    env.flush_all()
    facts = {
        "planted": len(planted),
        "unread": [
            repr(each)
            for each in planted
            if not (each.is_known_to(owner) or each.is_known_to(each.owner))
        ],
        "tries": {},
        **{name: [] for name in FOUND},
    }
    stop_watching = watch_writes()
    for role, user in triers.items():
        with env.cr.savepoint() as savepoint:
            trial = Trial(role, user, planted)
            trial.prepare()
            trial.try_methods()
            trial.try_fields()
            savepoint.rollback()
        for name in FOUND:
            facts[name] += sorted(trial.found[name])
        facts["tries"][role] = {
            "hidden": len(trial.hidden),
            "made": dict(trial.tries),
            "answered": dict(trial.answered),
        }
    stop_watching()
    tell(facts | {"unknown": sorted(unknown_parameters)})


main()
