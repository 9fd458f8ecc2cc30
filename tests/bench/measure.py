"""Timing what the server does against hand-written SQL, in the same process."""

import json
import statistics
import time
from dataclasses import dataclass, field

from odoo import api
from odoo.tools.json import json_default

from .scale import check_goal, size

RUNS = size(7)
WARM_UP = 1
# Below this, plain SQL is so fast that the ratio only shows what Odoo takes to read 80 records
# with all their names; it is printed and not asserted.
FAST_MS = 30
# No way of looking at activities may need more, however many there are.
MOST_QUERIES = 40
READ_MS = 150
READ_RATIO = 3
CREATE_RATIO = 2


@dataclass
class Row:
    """One line of the table."""

    what: str
    product_ms: float
    queries: int
    plain_ms: float
    limit_ms: float | None
    limit_ratio: float

    @property
    def ratio(self):
        return self.product_ms / self.plain_ms

    @property
    def missed(self):
        """Which of the goals it misses."""
        return [
            goal
            for goal, is_missed in (
                (f"over {self.limit_ms} ms", self.limit_ms and self.product_ms > self.limit_ms),
                (f"over {self.limit_ratio}x", self.ratio > self.limit_ratio),
            )
            if is_missed
        ]


@dataclass
class Speed:
    """Measures as the client's requests would run: cold caches of records, warm of the rest."""

    registry: object
    rows: list = field(default_factory=list)

    def measure(self, what, login, product, plain, *, read=True, holds=True):
        """Time ``product`` against ``plain`` and note the medians; return their results.

        Each run of ``product`` has an environment and a cache of its own and is rolled back.
        The two take turns, so that a busy machine slows both.

        :param str login: whose rights ``product`` runs with
        :param product: function of an environment of that user
        :param plain: function of a cursor
        :param read: whether the goals of reads count, or else those of creating
        :param holds: whether the ratio is met with a margin, so that missing it is a failure;
            in milliseconds nothing is asserted, because they are the machine's
        :return: tuple of the ``Row`` and what the two returned
        """
        product_times, plain_times = [], []
        for run in range(WARM_UP + RUNS):
            seconds, queries, result = self._run_product(login, product)
            plain_seconds, plain_result = self._run_plain(plain)
            if run >= WARM_UP:
                product_times.append(seconds)
                plain_times.append(plain_seconds)
        row = Row(
            what,
            statistics.median(product_times) * 1000,
            queries,
            statistics.median(plain_times) * 1000,
            READ_MS if read else None,
            READ_RATIO if read else CREATE_RATIO,
        )
        self.rows.append(row)
        if read:
            assert queries <= MOST_QUERIES, f"{what}: {queries} queries; one for each record?"
        if holds and row.plain_ms > FAST_MS:
            check_goal(row.ratio <= row.limit_ratio, f"{what}: {row.ratio:.1f} times the plain SQL")
        return row, result, plain_result

    def _run_product(self, login, product):
        with self.registry.cursor() as cr:
            env = api.Environment(cr, api.SUPERUSER_ID, {})
            uid = env["res.users"].search([("login", "=", login)]).id
            env = api.Environment(
                cr, uid, {"lang": "en_US", "tz": "Europe/Warsaw", "allowed_company_ids": [1]}
            )
            env.user.tz, env.company.id  # noqa: B018  a request has read them by then
            env.cr.precommit.clear()
            queries = cr.sql_log_count
            started = time.perf_counter()
            result = product(env)
            env.flush_all()
            json.dumps(result, default=json_default)
            seconds = time.perf_counter() - started
            queries = cr.sql_log_count - queries
            cr.rollback()
        return seconds, queries, result

    def _run_plain(self, plain):
        with self.registry.cursor() as cr:
            cr.execute("SELECT 1")
            started = time.perf_counter()
            result = plain(cr)
            json.dumps(result, default=json_default)
            seconds = time.perf_counter() - started
            cr.rollback()
        return seconds, result

    def table(self):
        """Return the rows as text."""
        lines = [("what", "product ms", "queries", "SQL ms", "ratio", "goals")]
        lines += [
            (
                row.what,
                f"{row.product_ms:.1f}",
                str(row.queries),
                f"{row.plain_ms:.1f}",
                f"{row.ratio:.2f}",
                ", ".join(row.missed) or "met",
            )
            for row in self.rows
        ]
        widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
        return "\n".join(
            "  ".join(
                text.ljust(width) if column in (0, 5) else text.rjust(width)
                for column, (text, width) in enumerate(zip(line, widths, strict=True))
            ).rstrip()
            for line in lines
        )
