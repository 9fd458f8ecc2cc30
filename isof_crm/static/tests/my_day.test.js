import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { beforeEach, describe, expect, test } from "@odoo/hoot";
import { queryAllTexts } from "@odoo/hoot-dom";
import { animationFrame, mockDate, mockTimeZone } from "@odoo/hoot-mock";
import { contains, getService, mountWithCleanup, onRpc } from "@web/../tests/web_test_helpers";
import { registry } from "@web/core/registry";
import { WebClient } from "@web/webclient/webclient";

const STEP = {
    id: 7,
    name: "First call",
    type: "Phone call",
    icon: "fa-phone",
    color: 2,
    state: "planned",
    state_name: "Planned",
    status: "Planned",
    start: "2026-03-11 13:00:00",
    stop: "2026-03-11 13:30:00",
    allday: false,
    timeframe: "now",
    partner: "Alfa Hurt",
    contact: "",
    user: "Salesperson A",
    user_id: 3,
    note: "",
    result: "",
    chain_count: 1,
    can_edit: true,
};

function act(name) {
    return { type: "ir.actions.client", tag: `test_open_${name}` };
}

const DAY = {
    sections: [
        { key: "now", title: "Today", steps: [STEP], count: 3, empty: "" },
        { key: "upcoming", title: "The Next Days", steps: [], count: 0, empty: "Nothing yet." },
    ],
    panels: [
        {
            title: "My Bookings",
            rows: [{ label: "Room", detail: "9:00", value: "Requested", action: act("room") }],
            action: act("all"),
            empty: "",
        },
        { title: "Sales", rows: [], action: null, empty: "Nothing sold." },
    ],
};

async function openDay(day) {
    onRpc("isof.my.day", "get_day", () => {
        expect.step("get_day");
        return day;
    });
    await mountWithCleanup(WebClient);
    await getService("action").doAction({ type: "ir.actions.client", tag: "isof_crm.my_day" });
    await animationFrame();
    expect.verifySteps(["get_day"]);
}

describe.current.tags("desktop");
defineMailModels();
beforeEach(() => {
    mockDate("2026-03-11 12:00:00");
    mockTimeZone("Europe/Warsaw");
});

test("activities of the day, how many more there are, and what is empty", async () => {
    await openDay(DAY);
    expect("h2:first").toHaveText("Wednesday, March 11");
    expect(".o_isof_day_now h3 .badge").toHaveText("3");
    expect(".o_isof_day_upcoming h3").toHaveText("The Next Days");
    expect(queryAllTexts(".o_isof_panel li button")).toEqual(["Room"]);
    expect(queryAllTexts(".o_isof_timeline_name")).toEqual(["First call"]);
    expect(".o_isof_day_now p:last").toHaveText("2 more: see “Action Plan”.");
    expect(".o_isof_day_upcoming p").toHaveText("Nothing yet.");
    expect(".o_isof_panel:eq(1) li").toHaveText("Nothing sold.");
});

test("rows and panels lead to what they are about", async () => {
    await openDay(DAY);
    for (const name of ["room", "all"]) {
        registry.category("actions").add(`test_open_${name}`, () => expect.step(name));
    }
    await contains(".o_isof_panel:eq(0) li button").click();
    await contains(".o_isof_panel:eq(0) h3 button").click();
    expect.verifySteps(["room", "all"]);
});
