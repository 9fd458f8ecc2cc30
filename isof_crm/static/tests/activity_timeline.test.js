import { mailModels, defineMailModels } from "@mail/../tests/mail_test_helpers";
import { beforeEach, describe, expect, test } from "@odoo/hoot";
import { queryAllTexts } from "@odoo/hoot-dom";
import { animationFrame, mockDate, mockTimeZone } from "@odoo/hoot-mock";
import {
    contains,
    defineModels,
    fields,
    getService,
    makeServerError,
    models,
    mountView,
    mountWithCleanup,
    onRpc,
} from "@web/../tests/web_test_helpers";
import { WebClient } from "@web/webclient/webclient";
import { formatPeriod, layOutSteps } from "@isof_crm/activity_timeline/activity_timeline";

class Activity extends models.Model {
    _name = "isof.activity";

    name = fields.Char();
    start = fields.Datetime();
    allday = fields.Boolean();

    _records = [
        { id: 1, name: "First call", start: "2026-03-10 09:00:00" },
        { id: 2, name: "Presentation", start: "2026-03-11 08:00:00", allday: true },
        { id: 3, name: "Offer", start: "2026-03-12 22:30:00" },
    ];
    _views = { form: `<form><field name="name" /></form>` };
}

const PLANNED = { state_name: "Planned", state_color: "info", is_open: true };
const CANCELLED = { state_name: "Cancelled", state_color: "secondary", is_striked: true };

function makeStep(id, vals = {}) {
    return {
        id,
        parent_id: false,
        name: `Step ${id}`,
        type: "Phone call",
        icon: "fa-phone",
        color: 2,
        state_name: "Done",
        state_color: "success",
        is_open: false,
        is_striked: false,
        status: "Held",
        start: "2026-03-11 09:00:00",
        stop: "2026-03-11 10:30:00",
        allday: false,
        timeframe: false,
        partner: "Alfa Hurt",
        contact: "Anna Alfowska",
        user: "Salesperson A",
        user_id: 7,
        note: "",
        result: "",
        chain_count: 3,
        can_edit: true,
        ...vals,
    };
}

function makeChain(vals = {}) {
    return {
        title: "First call – Alfa Hurt",
        hidden: 0,
        omitted: 0,
        steps: [
            makeStep(1, { result: "Interested" }),
            makeStep(2, { parent_id: 1, ...PLANNED, status: "Agreed", timeframe: "late" }),
            makeStep(3, { parent_id: 1, ...CANCELLED, status: "Called off" }),
        ],
        ...vals,
    };
}

async function openChain(activityId) {
    await mountWithCleanup(WebClient);
    await getService("action").doAction({
        type: "ir.actions.client",
        tag: "isof_crm.activity_chain",
        context: { active_id: activityId },
    });
    await animationFrame();
}

describe.current.tags("desktop");
defineMailModels();
defineModels([Activity]);
beforeEach(() => {
    mockDate("2026-03-11 12:00:00");
    mockTimeZone("Europe/Warsaw");
});

test("a straight chain stays in one column, branches move right", () => {
    const rows = layOutSteps([
        { id: 1, parent_id: false },
        { id: 2, parent_id: 1 },
        { id: 3, parent_id: 2 },
        { id: 4, parent_id: 3 },
        { id: 5, parent_id: 2 },
        { id: 6, parent_id: 5 },
    ]);
    expect(rows.map(({ guides }) => guides)).toEqual([[], [], ["tee"], ["through"], ["end"], [""]]);
    expect(rows.map(({ isLinkedUp }) => isLinkedUp)).toEqual([
        false,
        true,
        false,
        true,
        false,
        true,
    ]);
    expect(rows.map(({ isLinkedDown }) => isLinkedDown)).toEqual([
        true,
        true,
        true,
        false,
        true,
        false,
    ]);
});

test("times are told in the user's zone", () => {
    expect(formatPeriod(makeStep(1))).toBe("Mar 11, 10:00 AM – 11:30 AM");
});

test("a night across midnight tells both days", () => {
    const step = makeStep(1, { start: "2026-03-11 21:00:00", stop: "2026-03-11 23:30:00" });
    expect(formatPeriod(step)).toBe("Mar 11, 10:00 PM – Mar 12, 12:30 AM");
});

test("an all-day activity is its stored day in every zone", () => {
    const days = { allday: true, start: "2026-03-10 08:00:00", stop: "2026-03-10 18:00:00" };
    for (const zone of ["Pacific/Auckland", "America/Los_Angeles", "Europe/Warsaw"]) {
        mockTimeZone(zone);
        expect(formatPeriod(makeStep(1, days))).toBe("Mar 10");
    }
    expect(formatPeriod(makeStep(1, { ...days, stop: "2026-03-12 18:00:00" }))).toBe(
        "Mar 10 – Mar 12",
    );
});

test("a list tells the day of an all-day activity, and no time", async () => {
    mockTimeZone("Pacific/Auckland");
    await mountView({
        type: "list",
        resModel: "isof.activity",
        arch: `<list><field name="start" widget="isof_activity_time" /></list>`,
    });
    expect(queryAllTexts(".o_data_cell")).toEqual([
        "Mar 10, 10:00 PM",
        "Mar 11",
        "Mar 13, 11:30 AM",
    ]);
});

test("the chain page shows the tree, the states and where one came from", async () => {
    onRpc("isof.activity", "get_chain", ({ args }) => {
        expect.step(`chain of ${args[0]}`);
        return makeChain();
    });
    await openChain(2);
    expect.verifySteps(["chain of 2"]);
    expect(".o_isof_chain h2").toHaveText("First call – Alfa Hurt");
    expect(".o_isof_timeline_row").toHaveCount(3);
    expect(".o_isof_timeline_row[data-id='1'] .o_isof_timeline_guide").toHaveCount(1);
    expect(".o_isof_timeline_row[data-id='2'] .o_isof_timeline_guide").toHaveCount(2);
    expect(".o_isof_timeline_row[data-id='2'] .o_isof_guide_tee").toHaveCount(1);
    expect(".o_isof_timeline_row[data-id='3'] .o_isof_guide_end").toHaveCount(1);
    expect(".o_isof_timeline_row[aria-current=step]").toHaveAttribute("data-id", "2");
    expect(".o_isof_timeline_row[data-id='2'] .text-bg-danger").toHaveText("Overdue");
    expect(".o_isof_timeline_row[data-id='3'] .o_isof_timeline_name").toHaveClass(
        "text-decoration-line-through",
    );
    expect(".o_isof_timeline_row[data-id='1'] .o_isof_timeline_text").toHaveText(
        "Result: Interested",
    );
    expect(".o_isof_chain_hidden").toHaveCount(0);
    expect(".o_breadcrumb").toHaveText("Chain of Activities");
});

test("the chain page says how many steps cannot be seen", async () => {
    onRpc("isof.activity", "get_chain", () => makeChain({ hidden: 2 }));
    await openChain(2);
    expect(".o_isof_chain_hidden").toHaveText(
        "2 more steps belong to the chain; you have no right to see them.",
    );
});

test("buttons follow state and rights", async () => {
    onRpc("isof.activity", "get_chain", () =>
        makeChain({
            steps: [
                makeStep(1),
                makeStep(2, { parent_id: 1, ...PLANNED }),
                makeStep(3, { parent_id: 2, ...PLANNED, can_edit: false }),
            ],
        }),
    );
    await openChain(1);
    expect(".o_isof_timeline_row[data-id='1'] button:contains(Done and plan next)").toHaveCount(0);
    expect(".o_isof_timeline_row[data-id='1'] button:contains(Plan follow-up)").toHaveCount(1);
    expect(".o_isof_timeline_row[data-id='2'] button:contains(Done and plan next)").toHaveCount(1);
    expect(".o_isof_timeline_row[data-id='3'] button:contains(Plan)").toHaveCount(0);
});

test("a click opens the form; the breadcrumb leads back to a fresh chain", async () => {
    onRpc("isof.activity", "get_chain", () => {
        expect.step("get_chain");
        return makeChain();
    });
    await openChain(2);
    await contains(".o_isof_timeline_row[data-id='3'] .o_isof_timeline_card").click();
    expect(".o_form_view [name=name] input").toHaveValue("Offer");
    await contains(".o_back_button, .breadcrumb-item a").click();
    expect(".o_isof_timeline_row").toHaveCount(3);
    expect.verifySteps(["get_chain", "get_chain"]);
});

test("planning a follow-up reloads the chain", async () => {
    let chain = makeChain();
    onRpc("isof.activity", "get_chain", () => chain);
    onRpc("isof.activity", "action_plan_follow_up", ({ args }) => {
        expect.step(`follow up ${args[0]}`);
        return {
            type: "ir.actions.act_window",
            res_model: "isof.activity",
            views: [[false, "form"]],
            target: "new",
        };
    });
    await openChain(2);
    await contains(".o_isof_timeline_row[data-id='1'] button:contains(Plan follow-up)").click();
    chain = makeChain({ steps: [...chain.steps, makeStep(4, { parent_id: 3 })] });
    await contains(".modal [name=name] input").edit("Next");
    await contains(".modal .o_form_button_save").click();
    await animationFrame();
    expect.verifySteps(["follow up 1"]);
    expect(".o_isof_timeline_row").toHaveCount(4);
});

test("a chain that may not be read says why and can be tried again", async () => {
    let isForbidden = true;
    onRpc("isof.activity", "get_chain", () => {
        if (isForbidden) {
            throw makeServerError({ message: "Not yours to see" });
        }
        return makeChain();
    });
    await openChain(2);
    expect(".o_isof_chain [role=alert] p").toHaveText("Not yours to see");
    isForbidden = false;
    await contains(".o_isof_chain [role=alert] button").click();
    await animationFrame();
    expect(".o_isof_timeline_row").toHaveCount(3);
});

test("the form of a contact asks for its first activities only", async () => {
    onRpc("isof.activity", "get_partner_timeline", ({ args }) => {
        expect.step(`timeline of ${args[0]}`);
        return {
            open: { steps: [makeStep(2, { ...PLANNED })], count: 1 },
            closed: { steps: [makeStep(1)], count: 5000 },
            domain: [["commercial_partner_id", "=", 5]],
            context: { default_partner_id: 5 },
        };
    });
    mailModels.ResPartner._records.push({ id: 5000, name: "Alfa Hurt" });
    await mountView({
        type: "form",
        resModel: "res.partner",
        resId: 5000,
        arch: `<form><field name="name" /><widget name="isof_partner_timeline" /></form>`,
    });
    await animationFrame();
    expect.verifySteps(["timeline of 5000"]);
    expect("section h3:first").toHaveText("To do");
    expect("section:last").toHaveText(/4999 more: see “Show all”/);
    expect(".o_isof_show_all").toHaveText("Show all (5001)");
    expect("section:first button:contains(Chain of 3)").toHaveCount(1);
});
