#!/usr/bin/env python3
"""Take the pictures of the README and of the add-ons' pages from the running product.

Start ``./isof run``, then ``docs/screenshots.py``. Needs Chromium or Chrome, nothing else.
"""

import argparse
import sys
import time
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tools"))

from isof_cli.browser import Browser, log_in  # noqa: E402  our tools are no package

PATIENCE = 3  # seconds that charts take to be drawn
ACTIVITIES = "isof-activities"
FIRST_ROW = ".o_data_row .o_data_cell[name=name], .o_data_row .o_data_cell[name=complete_name]"
CHAIN_BUTTON = "button[name=action_open_chain]"
DASHBOARD = ".o_spreadsheet_dashboard_action canvas"


class Page(NamedTuple):
    """A picture of what somebody sees at a path of the web client, once something is there."""

    addon: str
    path: str
    selector: str
    login: str = "anna"
    click: str = ""


PAGES = {
    "my_day": Page("isof_crm", "isof-my-day", ".o_isof_my_day"),
    "calendar": Page("isof_crm", "isof-calendar", ".fc-event"),
    "action_plan": Page("isof_crm", "isof-action-plan", ".o_data_row"),
    "register": Page("isof_crm", ACTIVITIES, ".o_data_row"),
    "activity": Page("isof_crm", ACTIVITIES, ".o_form_view .o_field_widget", click=FIRST_ROW),
    "chain": Page("isof_crm", ACTIVITIES, ".o_isof_timeline_card", click=CHAIN_BUTTON),
    "segments": Page("isof_crm", "isof-segments", ".o_data_row", "magda"),
    "planner": Page("isof_crm_resources", "isof-planner", ".o_timeline_view, .vis-item"),
    "resources": Page("isof_crm_resources", "isof-resources", ".o_kanban_record, .o_data_row"),
    "dashboard": Page("isof_crm_analytics", "dashboards", DASHBOARD, "marek"),
    "statement": Page(
        "isof_crm_analytics", "isof-sale-statement", ".o_pivot td.o_pivot_cell_value", "marek"
    ),
    "saved_analysis": Page(
        "isof_crm_analytics",
        "isof-analyses",
        ".o_isof_analysis_table",
        "marek",
        ".o_kanban_record:nth-child(4)",
    ),
}


def find_chain(url, browser):
    """Return the address of the page of the longest chain that the user may see."""
    script = """
        fetch("/web/dataset/call_kw/isof.activity/formatted_read_group", {
            method: "POST",
            headers: {"Content-Type": "application/json"},
            body: JSON.stringify({params: {
                model: "isof.activity", method: "formatted_read_group", args: [],
                kwargs: {domain: [], groupby: ["root_id"], aggregates: ["__count"],
                         order: "__count desc", limit: 1},
            }}),
        }).then(r => r.json()).then(r => r.result[0].root_id[0])
    """
    return f"{url}/odoo/isof-activities/{browser.run(script)}"


def take(browser, url, name):
    """Take one picture, and return its path."""
    page = PAGES[name]
    address = find_chain(url, browser) if name == "chain" else f"{url}/odoo/{page.path}"
    browser.open(address, page.click or page.selector)
    if page.click:
        browser.click(page.click)
        browser.wait(page.selector)
    time.sleep(PATIENCE)
    path = ROOT / page.addon / "static" / "description" / f"{name}.png"
    browser.shoot(path)
    return path


def main():
    """Take every picture, or those that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default="http://localhost:8069")
    parser.add_argument("pages", nargs="*", metavar="PAGE", help=f"of {', '.join(PAGES)}")
    options = parser.parse_args()
    browser = Browser(1400, 900)
    try:
        user = None
        for name in options.pages or PAGES:
            if PAGES[name].login != user:
                user = PAGES[name].login
                log_in(browser, options.url, user)
            print(take(browser, options.url, name))
    finally:
        browser.close()


if __name__ == "__main__":
    main()
