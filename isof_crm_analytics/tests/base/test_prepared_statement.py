from psycopg2.errors import DivisionByZero

from odoo.tests import TransactionCase, tagged
from odoo.tools import SQL, mute_logger

from ...tools.prepared_statement import FEW, IDS, execute_prepared, fetch_prepared, get_text

SETTINGS = ("join_collapse_limit", "enable_seqscan", "jit", "plan_cache_mode")


@tagged("post_install", "-at_install")
class TestPreparedStatement(TransactionCase):
    """A prepared statement answers as the statement itself does, and leaves no trace."""

    def setUp(self):
        super().setUp()
        self.cr = self.env.cr
        self.text = get_text(
            self.cr,
            SQL(
                "SELECT id, code LIKE %s FROM res_country"
                " WHERE id = ANY(%s) AND id = ANY(%s) ORDER BY id",
                "P%",
                IDS,
                IDS,
            ),
        )
        self.ids = self.env["res.country"].search([], order="id").ids

    def _get_settings(self):
        return [self._ask(SQL("SHOW %s", SQL.identifier(name))) for name in SETTINGS]

    def _ask(self, sql):
        self.cr.execute(sql)
        return self.cr.fetchone()[0]

    def _count_kept(self):
        return self._ask("SELECT count(*) FROM pg_prepared_statements WHERE name LIKE 'isof_%'")

    def test_answers(self):
        poland = self.env.ref("base.pl")
        for _use in range(4):
            self.assertEqual(fetch_prepared(self.cr, self.text, poland.ids), [(poland.id, True)])
            self.assertEqual(fetch_prepared(self.cr, self.text, []), [])
            self.assertEqual(
                [id_ for id_, _like in fetch_prepared(self.cr, self.text, self.ids)], self.ids
            )
        self.assertGreater(len(self.ids), FEW)

    def test_is_kept_from_the_second_time_on(self):
        # no other test has it: the connection of the tests is not reset between them
        text = get_text(self.cr, SQL("SELECT 1 FROM res_country WHERE id = ANY(%s)", IDS))
        before = self._count_kept()
        fetch_prepared(self.cr, text, self.ids[:1])
        self.assertEqual(self._count_kept(), before)
        for _use in range(3):
            fetch_prepared(self.cr, text, self.ids[:1])
            self.assertEqual(self._count_kept(), before + 1)

    def test_rows_changed(self):
        text = get_text(
            self.cr, SQL("UPDATE res_country SET phone_code = 7 WHERE id = ANY(%s)", IDS)
        )
        for _use in range(3):
            self.assertEqual(execute_prepared(self.cr, text, self.ids[:5]), 5)

    def test_settings_are_put_back(self):
        before = self._get_settings()
        for _use in range(3):
            fetch_prepared(self.cr, self.text, self.ids[:1])
            self.assertEqual(self._get_settings(), before)

    @mute_logger("odoo.sql_db")
    def test_an_error_leaves_no_setting(self):
        text = get_text(
            self.cr, SQL("SELECT 1 / (id - id) FROM res_country WHERE id = ANY(%s)", IDS)
        )
        before = self._get_settings()
        for _use in range(3):
            with self.assertRaises(DivisionByZero), self.cr.savepoint():
                fetch_prepared(self.cr, text, self.ids[:1])
            self.assertEqual(self._get_settings(), before)
