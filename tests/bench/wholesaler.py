# ruff: noqa: S608  SQL put together from our own words
"""A wholesaler's year: the lines of Online Retail as posted documents of a company of their own.

Where the folder of the data is absent, made up lines of the same number are. Documents are made
by SQL as copies of one that the ORM posted.
"""

import csv
import gzip
import io
import random
import time
from datetime import date, timedelta
from itertools import islice
from pathlib import Path

from odoo import api
from odoo.fields import Command

from .scale import size

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "data" / "online_retail"
ROWS = size(541_909)
COMPANY, USER = "Bench wholesaler", "bench_analyst"
CATEGORIES, SALESPEOPLE = 20, 25


def read_rows(count):
    """Yield the first lines of the file, or made up ones."""
    return islice(read_all_rows() if FOLDER.is_dir() else make_up_rows(count), count)


def read_all_rows():
    with gzip.open(FOLDER / "online_retail.csv.gz", "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            yield (
                row["InvoiceNo"],
                row["StockCode"],
                row["Description"] or row["StockCode"],
                row["Quantity"],
                row["InvoiceDate"][:10],
                row["UnitPrice"],
                row["CustomerID"] or f"unknown {row['Country']}",
                row["Country"],
            )


def make_up_rows(count):
    made = random.Random(541_909)
    first, rows, number = date(2010, 12, 1), 0, 536_365
    while rows < count:
        number += 1
        is_credit = made.random() < 0.15
        customer = int(4_372 * made.random() ** 2)
        day = first + timedelta(days=made.randrange(374))
        for _line in range(min(1 + int(made.expovariate(1 / 20)), count - rows)):
            code = int(4_070 * made.random() ** 2)
            quantity = made.randint(1, 24) * (-1 if is_credit else 1)
            price = f"{made.uniform(0.2, 12):.2f}"
            country = f"Country {customer % 38}"
            name = f"C{number}" if is_credit else f"{number}"
            yield name, f"P{code}", f"Product {code}", quantity, day, price, customer, country
            rows += 1


MOVES = """
    SELECT number, min(day) AS day, min(customer) AS customer, min(country) AS country,
           CASE WHEN sum(quantity * price) < 0 THEN 'out_refund' ELSE 'out_invoice' END AS type,
           CASE WHEN sum(quantity * price) < 0 THEN -1 ELSE 1 END AS sign,
           sum(round(quantity * price, 2)) AS amount
      FROM bench_row GROUP BY number
"""
MOVE_VALUES = {
    "id": "nextval('account_move_id_seq')",
    "name": "'B%(copy)s/' || doc.number",
    "sequence_number": "row_number() OVER ()",
    "sequence_prefix": "'B%(copy)s/'",
    "ref": "doc.number",
    "access_token": "NULL",
    "move_type": "doc.type",
    "invoice_date": "doc.day - interval '%(copy)s year'",
    "invoice_date_due": "doc.day - interval '%(copy)s year'",
    "date": "doc.day - interval '%(copy)s year'",
    "partner_id": "partner.id",
    "commercial_partner_id": "partner.id",
    "partner_shipping_id": "partner.id",
    "invoice_user_id": "people.ids[1 + partner.id %% {people}]",
    "amount_untaxed": "abs(doc.amount)",
    "amount_total": "abs(doc.amount)",
    "amount_residual": "abs(doc.amount)",
    "amount_untaxed_signed": "doc.amount",
    "amount_total_signed": "doc.amount",
    "amount_residual_signed": "doc.amount",
    "amount_untaxed_in_currency_signed": "doc.amount",
    "amount_total_in_currency_signed": "doc.amount",
    "isof_trade_line_count": "0",
}
# The last: what the customer owes.
LINE_VALUES = {
    "id": "nextval('account_move_line_id_seq')",
    "move_id": "move.id",
    "move_name": "move.name",
    "ref": "move.ref",
    "date": "move.date",
    "invoice_date": "move.invoice_date",
    "partner_id": "move.partner_id",
    "name": "line.name",
    "product_id": "product.id",
    "quantity": "line.quantity * line.sign",
    "price_unit": "line.price",
    "price_subtotal": "line.amount * line.sign",
    "price_total": "line.amount * line.sign",
    "balance": "-line.amount",
    "amount_currency": "-line.amount",
    "debit": "greatest(-line.amount, 0)",
    "credit": "greatest(line.amount, 0)",
}
DUE_VALUES = {
    **LINE_VALUES,
    "name": "move.name",
    "product_id": "NULL",
    "quantity": "template.quantity",
    "price_unit": "0",
    "price_subtotal": "0",
    "price_total": "0",
    "balance": "move.amount_total_signed",
    "amount_currency": "move.amount_total_signed",
    "amount_residual": "move.amount_total_signed",
    "amount_residual_currency": "move.amount_total_signed",
    "debit": "greatest(move.amount_total_signed, 0)",
    "credit": "greatest(-move.amount_total_signed, 0)",
}


def copy_rows(cr, table, template_id, values, source, params):
    """Insert a copy of a row for each of ``source``, with other values."""
    cr.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s"
        " AND is_generated = 'NEVER'",
        [table],
    )
    names = [name for (name,) in cr.fetchall()]
    values = {name: sql.format(people=SALESPEOPLE) for name, sql in values.items()}
    columns = ", ".join(values.get(name, f'template."{name}"') for name in names)
    targets = ", ".join(f'"{name}"' for name in names)
    cr.execute(
        f"INSERT INTO {table} ({targets}) SELECT {columns} FROM {source},"
        f" {table} AS template WHERE template.id = %(template_id)s",
        {**params, "template_id": template_id},
    )


def vacuum(cr):
    """Have PostgreSQL know what has just been written, outside of any transaction."""
    cr._cnx.autocommit = True
    cr.execute("VACUUM (ANALYZE)")
    cr._cnx.autocommit = False


class Wholesaler:
    """The company, its database and what is measured there."""

    def __init__(self, registry, rows=ROWS):
        self.registry = registry
        self.rows = rows
        self.copies = 0
        with registry.cursor() as cr:
            env = api.Environment(cr, api.SUPERUSER_ID, {"tracking_disable": True})
            self.company_id = self._create_masters(env)
            cr.commit()

    def _create_masters(self, env):
        company = env["res.company"].create({"name": COMPANY, "country_id": env.ref("base.uk").id})
        env["account.chart.template"].try_loading("generic_coa", company, install_demo=False)
        groups = env.ref("isof_crm_analytics.group_all") | env.ref("account.group_account_readonly")
        env["res.users"].create(
            [
                {
                    "name": f"Bench {number}",
                    "login": USER if number < 0 else f"bench_seller_{number}",
                    "company_id": company.id,
                    "company_ids": [Command.set(company.ids)],
                    "group_ids": [Command.link(group.id) for group in groups],
                }
                for number in range(-1, SALESPEOPLE)
            ]
        )
        env = env(context={**env.context, "allowed_company_ids": company.ids})
        categories = env["product.category"].create(
            [{"name": f"Bench category {number}"} for number in range(CATEGORIES)]
        )
        env.cr.execute(
            "CREATE TABLE bench_row (number varchar, code varchar, name varchar,"
            " quantity int, day date, price numeric, customer varchar, country varchar)"
        )
        buffer = io.StringIO()
        writer = csv.writer(buffer)
        writer.writerows(read_rows(self.rows))
        buffer.seek(0)
        env.cr._obj.copy_expert("COPY bench_row FROM STDIN WITH CSV", buffer)
        env.cr.execute("SELECT code, min(name) FROM bench_row GROUP BY 1 ORDER BY 1")
        env["product.product"].create(
            [
                {
                    "name": name,
                    "default_code": f"bench {code}",
                    "categ_id": categories[number % CATEGORIES].id,
                    "standard_price": 1 + number % 7,
                }
                for number, (code, name) in enumerate(env.cr.fetchall())
            ]
        )
        countries = {country.name: country.id for country in env["res.country"].search([])}
        env.cr.execute("SELECT customer, min(country) FROM bench_row GROUP BY 1 ORDER BY 1")
        env["res.partner"].create(
            [
                {
                    "name": f"Bench {customer}",
                    "ref": f"bench {customer}",
                    "country_id": countries.get(country),
                }
                for customer, country in env.cr.fetchall()
            ]
        )
        return company.id

    def load(self):
        """Post the year once more, a year earlier than before."""
        with self.registry.cursor() as cr:
            env = api.Environment(cr, api.SUPERUSER_ID, {"tracking_disable": True})
            env = env(context={**env.context, "allowed_company_ids": [self.company_id]})
            # what is copied is right: PostgreSQL need not check each link of it
            cr.execute("SET LOCAL session_replication_role = replica")
            template, _seconds = self.post(env, 1)
            self.copy(env, template)
            template.button_draft()
            template.with_context(force_delete=True).unlink()
            env.flush_all()
            cr.commit()
        self.copies += 1

    def post(self, env, lines, **vals):
        """Return a posted invoice with a number of lines."""
        product = env["product.product"].search([("default_code", "=like", "bench %")], limit=lines)
        move = env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": env["res.partner"].search([("ref", "=like", "bench %")], limit=1).id,
                "invoice_date": date(2012, 1, 2),
                "invoice_line_ids": [
                    Command.create(
                        {
                            "product_id": id_,
                            "quantity": 2,
                            "price_unit": 3.5,
                            "tax_ids": [Command.clear()],
                        }
                    )
                    for id_ in product.ids
                ],
                **vals,
            }
        )
        env.flush_all()
        started = time.perf_counter()
        move.action_post()
        env.flush_all()
        return move, time.perf_counter() - started

    def copy(self, env, template):
        params = {"copy": self.copies}
        cr = env.cr
        copy_rows(
            cr,
            "account_move",
            template.id,
            {name: sql.replace("%(copy)s", str(self.copies)) for name, sql in MOVE_VALUES.items()},
            f"""({MOVES}) AS doc
            JOIN res_partner AS partner ON partner.ref = 'bench ' || doc.customer,
            (SELECT array_agg(id ORDER BY id) AS ids FROM res_users
              WHERE login LIKE 'bench_seller_%%') AS people""",
            params,
        )
        moves = f"""account_move AS move
            JOIN (SELECT *, round(quantity * price, 2) AS amount,
                         CASE WHEN sum(quantity * price) OVER (PARTITION BY number) < 0
                              THEN -1 ELSE 1 END AS sign
                    FROM bench_row) AS line ON line.number = move.ref
                     AND move.sequence_prefix = 'B{self.copies}/'
            JOIN product_product AS product ON product.default_code = 'bench ' || line.code"""
        goods = template.line_ids.filtered("product_id")
        copy_rows(cr, "account_move_line", goods.id, LINE_VALUES, moves, params)
        copy_rows(
            cr,
            "account_move_line",
            (template.line_ids - goods).id,
            DUE_VALUES,
            f"(SELECT * FROM account_move WHERE sequence_prefix = 'B{self.copies}/') AS move",
            params,
        )

    def rebuild(self):
        """Derive all facts anew, as the first fill does; return the seconds."""
        with self.registry.cursor() as cr:
            env = api.Environment(cr, api.SUPERUSER_ID, {})
            cr.execute("TRUNCATE isof_trade_line, isof_trade_summary")
            started = time.perf_counter()
            env["isof.trade.line"]._sync_everything()
            cr.commit()
            seconds = time.perf_counter() - started
            vacuum(cr)
            return seconds
