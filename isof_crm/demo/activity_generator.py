"""The activities of the demo company: chains of a year up to the next month.

The same seed gives the same chains; only their dates follow the day on which the demo
company is loaded. A chain is laid around one day on which it is to be seen: what led to it
lies before, what was held already is followed up, and the first thing to come ends it.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import cycle
from random import Random

from odoo import fields
from odoo.fields import Command
from odoo.tools import groupby

from ..tools import activity_time
from . import activity_texts as texts

TZ = "Europe/Warsaw"
SEED = 19
SLOTS = (time(8, 30), time(10, 30), time(12, 30), time(14, 30), time(16, 30))
# Public holidays that fall on the same day each year, and Christmas Eve.
HOLIDAYS = {
    *((1, 1), (1, 6), (5, 1), (5, 3), (8, 15)),
    *((11, 1), (11, 11), (12, 24), (12, 25), (12, 26)),
}
# How many chains touch today, on which weekdays of this week one does, and how many each of
# the next weeks.
LOADS = {
    "anna": (3, (0, 1, 2, 3, 4), (3, 2, 1, 1)),
    "piotr": (3, (0, 1, 2, 3, 4), (3, 1, 1, 1)),
    "tomasz": (3, (0, 1, 2, 3, 4), (3, 1, 1, 1)),
    "ewa": (2, (1, 3), (1, 1, 1, 0)),
    "marek": (2, (0, 2), (1, 1, 0, 0)),
}
LEADERS = {"anna": "ewa", "piotr": "ewa", "ewa": "marek", "tomasz": "marek"}
# What became of some activities of last week.
LAST_WEEK = (
    *("planned", "in_progress", "postponed", "planned"),
    *("not_held", "postponed", "in_progress", "postponed"),
)
PAPERWORK = ("offer", "complaint", "email")  # what takes more than one sitting
PAST_CHAINS = 40
OLDEST, NEWEST = 355, 20  # days ago between which the past chains begin
BUSIER = 0.65  # below 1: the later, the closer to each other they begin
SILENT_SINCE = 140  # days; some customers were last talked to before that
# How often one goes another way than planned.
ATTEMPT_EVERY, CANCELLED_EVERY = 8, 6


@dataclass
class Draft:
    """An activity to be created, and the one that it follows."""

    vals: dict
    day: date
    state: str
    previous: "Draft | None" = None
    record_id: int | None = None

    @property
    def depth(self):
        """How many activities lead to this one."""
        return self.previous.depth + 1 if self.previous else 0


class ActivityGenerator:
    def __init__(self, env):
        self.env = env(context=dict(env.context, tz=TZ, tracking_disable=True))
        self.language = int((env.ref("base.user_admin").lang or "").startswith("pl"))
        self.random = Random(SEED)
        self.now = fields.Datetime.now()
        self.today = activity_time.local_day(self.now, TZ)
        self.monday = self.today - timedelta(days=self.today.weekday())
        self.users = {login: self._ref(f"res_users_{login}") for login in (*LOADS, "magda")}
        self.types = {
            step.type: self._ref(f"isof_activity_type_{step.type}")
            for story in texts.STORIES
            for step in story.steps
        } | {name: self._ref(f"isof_activity_type_{name}") for name in ("mailing", "fair")}
        self.statuses = {
            state: self._ref(f"isof_activity_status_{state}").id
            for state in ("planned", "in_progress", "done", "not_held", "postponed", "cancelled")
        }
        self.campaigns = {
            name: self._ref(f"utm_campaign_{name}").id
            for name in ("catalogue", "fair", "win_back", "loyalty")
        }
        self.tags = {}
        self.active, self.silent = {}, {}
        for login in LOADS:
            customers = self.env["res.partner"].search(
                [("user_id", "=", self.users[login].id), ("parent_id", "=", False)], order="id"
            )
            silent = customers[4::5] or customers[-1:]
            self.active[login], self.silent[login] = cycle(customers - silent), cycle(silent)
        self.stories = cycle(self.random.sample(texts.STORIES, len(texts.STORIES)))
        self.counters = defaultdict(int)
        self.taken = set()
        self.drafts = []

    def load(self):
        """Create the tags and the activities, and start two plans."""
        if self.language:
            self._translate()
        for color, (key, name) in enumerate(texts.TAGS.items(), start=1):
            tag = self.env["isof.activity.tag"].create({"name": self._say(name), "color": color})
            self.tags[key] = tag.id
        self.draft()
        self._create()
        self._start_plans()

    def draft(self):
        """Draft the activities.

        :return: list of ``Draft``, each after the one that it follows
        """
        self._draft_present()
        self._draft_future()
        self._draft_past()
        self._draft_marketing()
        return self.drafts

    # ------------------------------------------------------------
    # What and when
    # ------------------------------------------------------------

    def _draft_present(self):
        """Fill today, whatever day it is, this week, and leave something over from last week."""
        for login, (on_today, weekdays, _later) in LOADS.items():
            week = [self.monday + timedelta(days=n) for n in weekdays]
            days = [day for day in week if day != self.today and self._is_worked(day)]
            for day in [self.today] * on_today + days:
                self._draft_around(login, day)
        for n, (login, state) in enumerate(zip(cycle(LOADS), LAST_WEEK, strict=False)):
            day = self.monday + timedelta(days=n % 5 - 7)
            self._draft_around(login, self._shift(self._shift(day, 1), -1), state)

    def _draft_future(self):
        """Plan the next four weeks, ever less the further they are away."""
        for login, (_on_today, _weekdays, later) in LOADS.items():
            for week, chains in enumerate(later, start=1):
                for n in range(chains):
                    day = self.monday + timedelta(days=7 * week + (week + 2 * n) % 5)
                    self._draft_around(login, self._shift(day, 0))

    def _draft_around(self, login, day, state=None):
        """Draft a chain of which some step falls on the day, and is in the state if given."""
        steps = ()
        while not steps:
            story = next(self.stories)
            steps = [
                index
                for index, step in enumerate(story.steps)
                if not state or (step.type in PAPERWORK) == (state == "in_progress")
            ]
        # rather near the beginning: what lies before would crowd the last weeks
        index = min(self.random.choice(steps), self.random.choice(steps))
        self._draft_chain(login, next(self.active[login]), story, index, day, state)

    def _draft_past(self):
        """Spread finished chains over the year; some customers are silent since."""
        logins = cycle(LOADS)
        for n in range(PAST_CHAINS):
            ago = round(OLDEST - (OLDEST - NEWEST) * (n / (PAST_CHAINS - 1)) ** BUSIER)
            login = next(logins)
            customer = next((self.silent if ago > SILENT_SINCE else self.active)[login])
            day = self._shift(self.today - timedelta(days=ago), 0)
            self._draft_chain(login, customer, next(self.stories), 0, day)

    def _draft_chain(self, login, customer, story, index, day, state=None):
        """Draft a story so that its step number ``index`` falls on the day.

        What leads to that step lies before, at the distances of the story. What follows is
        drafted as far as the step that it follows was held.
        """
        facts = {
            "product": self._say(self.random.choice(texts.PRODUCTS)),
            "percent": self.random.randrange(4, 19),
            "pieces": self.random.randrange(2, 25) * 20,
        }
        contact = self.random.choice(customer.child_ids[:2])
        parents = [n - 1 if s.after is None else s.after for n, s in enumerate(story.steps)]
        days = {index: day}
        n = index
        while parents[n] >= 0:
            days[parents[n]] = self._shift(days[n], -max(story.steps[n].gap, 1))
            n = parents[n]
        drafts = {}
        for n, step in enumerate(story.steps):
            previous = drafts.get(parents[n])
            if n not in days:
                if not previous or previous.state != "done":
                    continue
                days[n] = self._shift(previous.day, step.gap)
            vals = self._prepare_vals(login, customer, contact, story, step, facts)
            if not previous:
                vals["author_id"] = self._get_author(login, story).id
            may_fail = step.type not in PAPERWORK and (step.gap > 3 or not previous)
            if may_fail and days[n] < self.today and self._is_nth("attempt", ATTEMPT_EVERY):
                before = self._shift(days[n], -2)
                previous = self._draft_attempt(login, vals, before, previous)
            known = state if n == index else None
            drafts[n] = self._draft_step(
                login, vals, days[n], previous, step, facts, n < index, known
            )

    def _draft_attempt(self, login, vals, day, previous):
        """Draft that the step was tried before, in vain."""
        state = "cancelled" if self._is_nth("dropped", 3) else "not_held"
        start, day = self._take_slot(login, day, -1)
        result = self._say(self.random.choice(texts.DROPPED[state]))
        return self._add(vals | {"start": start, "result": result}, day, state, previous)

    def _draft_step(self, login, vals, day, previous, step, facts, is_before, state):
        """Draft one step, with the state that fits its time unless one is given."""
        if step.allday:
            times = {"allday": True, "start_date": day, "stop_date": day}
            is_over = day < self.today
        else:
            start, day = self._take_slot(login, day, -1 if is_before else 1)
            times = {"start": start}
            hours = self.types[step.type].default_duration
            is_over = start + timedelta(hours=hours) < self.now
        state = state or self._get_state(step, day, is_over, is_before)
        if state == "done":
            result = self._say(self.random.choice(step.results)).format(**facts)
        elif state in texts.DROPPED:
            result = self._say(self.random.choice(texts.DROPPED[state]))
        else:
            result = False
        return self._add(vals | times | {"result": result}, day, state, previous)

    def _get_state(self, step, day, is_over, is_before):
        """Return the state of a step; one that led to another is done or still to come."""
        if is_over:
            return "done"
        may_fail = not is_before and day > self.today and step.type not in PAPERWORK
        if may_fail and self._is_nth("cancelled", CANCELLED_EVERY):
            return "cancelled"
        return "planned"

    def _draft_marketing(self):
        """A mailing each month, fairs and open days of several days: without a customer."""
        everybody_selling = self.users["ewa"] | self.users["tomasz"]
        for month in range(-12, 2):
            day = self._shift(self.today + timedelta(days=30 * month), 2 if month else 0)
            self._draft_marketing_day(texts.MAILING, "mailing", "catalogue", day)
        weeks = timedelta(days=7)
        for what, first, length, campaign, location, team in (
            (texts.PAST_FAIR, self.monday - 9 * weeks, 3, "fair", "Poznań", everybody_selling),
            (texts.NEXT_FAIR, self.monday + 3 * weeks, 2, "fair", "Warszawa", everybody_selling),
            (
                texts.OPEN_DAYS,
                self.monday + timedelta(days=3),
                2,
                "loyalty",
                self._say(texts.SHOWROOM),
                self.users["anna"] | self.users["piotr"],
            ),
        ):
            last = first + timedelta(days=length - 1)
            vals = {
                "allday": True,
                "start_date": first,
                "stop_date": last,
                "location": location,
                "priority": "1",
                "participant_ids": [Command.set(team.ids)],
            }
            is_going_on = first <= self.today <= last
            state = "in_progress" if is_going_on else None
            self._draft_marketing_day(what, "fair", campaign, last, vals, state)

    def _draft_marketing_day(self, what, type_name, campaign, day, vals=None, state=None):
        """Draft an activity of the marketing department that ends on the day."""
        subject, note, result = what
        facts = {
            "product": self._say(self.random.choice(texts.PRODUCTS)),
            "percent": self.random.randrange(21, 43),
        }
        if not vals:
            start, day = self._take_slot("magda", day, 1)
            vals = {"start": start}
        state = state or ("done" if day < self.today else "planned")
        user = self.users["magda"]
        vals = vals | {
            "type_id": self.types[type_name].id,
            "name": self._say(subject).format(**facts),
            "note": self._say(note),
            "user_id": user.id,
            "author_id": user.id,
            "campaign_id": self.campaigns[campaign],
        }
        if state == "done":
            vals["result"] = self._say(result).format(**facts)
        self._add(vals, day, state)

    # ------------------------------------------------------------
    # Helpers
    # ------------------------------------------------------------

    def _ref(self, name):
        return self.env.ref(f"isof_crm.{name}")

    def _say(self, pair):
        """Return the text in the language of the demo company."""
        return pair[self.language]

    def _is_nth(self, what, every):
        """Count, and return whether it is that one's turn."""
        self.counters[what] += 1
        return self.counters[what] % every == 0

    def _is_worked(self, day):
        return day.weekday() < 5 and (day.month, day.day) not in HOLIDAYS

    def _shift(self, day, working_days):
        """Return the day some working days later, or before; 0 is the next worked day."""
        step = timedelta(days=-1 if working_days < 0 else 1)
        while not self._is_worked(day) and working_days == 0:
            day += step
        for _working_day in range(abs(working_days)):
            day += step
            while not self._is_worked(day):
                day += step
        return day

    def _take_slot(self, login, day, direction):
        """Return a free time of the employee as naive UTC datetime, and its day.

        :param int direction: whether to look for a free slot later (1) or before (-1)
        """
        while True:
            free = [slot for slot in SLOTS if (login, day, slot) not in self.taken]
            if free:
                slot = self.random.choice(free)
                self.taken.add((login, day, slot))
                return activity_time.to_utc(datetime.combine(day, slot), TZ), day
            day = self._shift(day, direction)

    def _get_author(self, login, story):
        """Return who registered the first step: campaigns come from marketing or the boss."""
        if story.campaign:
            return self.users["marek" if story.campaign == "win_back" else "magda"]
        return self.users[login]

    def _prepare_vals(self, login, customer, contact, story, step, facts):
        """Return the values of a step that do not depend on its time."""
        vals = {
            "type_id": self.types[step.type].id,
            "name": self._say(step.subject).format(**facts),
            "note": self._say(step.note).format(**facts),
            "partner_id": customer.id,
            "contact_id": contact.id,
            "user_id": self.users[login].id,
            "author_id": self.users[login].id,
            "campaign_id": self.campaigns.get(story.campaign),
            "tag_ids": [Command.set([self.tags[tag] for tag in story.tags if tag in self.tags])],
        }
        if step.type in ("call", "email", "complaint"):
            vals["direction"] = step.direction
        if step.type in ("visit", "meeting", "negotiation", "presentation"):
            vals["location"] = customer.city
            vals["contact_ids"] = [Command.set((customer.child_ids - contact)[:1].ids)]
        if step.type in ("negotiation", "presentation"):
            vals["priority"] = "1"
            if login in LEADERS:
                vals["participant_ids"] = [Command.set(self.users[LEADERS[login]].ids)]
        if step.type == "complaint" or (step.type == "negotiation" and facts["pieces"] > 300):
            vals["priority"] = "2"
        return vals

    def _add(self, vals, day, state, previous=None):
        draft = Draft(vals | {"status_id": self.statuses[state]}, day, state, previous)
        self.drafts.append(draft)
        return draft

    # ------------------------------------------------------------
    # Into the database
    # ------------------------------------------------------------

    def _create(self):
        """Create what was drafted: first what begins a chain, then what follows, and so on."""
        by_depth = groupby(self.drafts, key=lambda draft: draft.depth)
        for _depth, batch in sorted(by_depth, key=lambda group: group[0]):
            records = self.env["isof.activity"].create(
                [
                    draft.vals | {"previous_id": draft.previous and draft.previous.record_id}
                    for draft in batch
                ]
            )
            for draft, record in zip(batch, records, strict=True):
                draft.record_id = record.id

    def _start_plans(self):
        """Start a plan some days ago for silent customers, and one today."""
        for plan, starter, customers, days_ago, campaign in (
            ("win_back", "marek", self.silent, 4, "win_back"),
            ("welcome", "ewa", self.active, 0, None),
        ):
            day = self._shift(self.today, -days_ago)
            run = (
                self.env["isof.activity.plan.run"]
                .with_user(self.users[starter])
                ._start(
                    self._ref(f"isof_activity_plan_{plan}"),
                    self.env["res.partner"].union(
                        *(next(customers[login]) for login in ("anna", "piotr", "tomasz"))
                    ),
                    activity_time.to_utc(datetime.combine(day, time(11, 30)), TZ),
                    campaign and self._ref(f"utm_campaign_{campaign}"),
                )
            )
            held = run.activity_line_ids.filtered(lambda activity: activity.start < self.now)
            held.write({"status_id": self.statuses["done"], "result": self._say(texts.PLAN_RESULT)})

    def _translate(self):
        """Put the words that Odoo does not translate into Polish."""
        for model, name in (("res.partner", "function"), ("isof.activity.plan.step", "name")):
            ids = (
                self.env["ir.model.data"]
                .search([("module", "=", "isof_crm"), ("model", "=", model)])
                .mapped("res_id")
            )
            for record in self.env[model].browse(ids).filtered(name):
                record[name] = texts.POLISH.get(record[name], record[name])
