import { waitForChannels, waitNotifications } from "@bus/../tests/bus_test_helpers";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { beforeEach, describe, expect, test } from "@odoo/hoot";
import { queryAll, queryAllTexts, queryOne } from "@odoo/hoot-dom";
import { advanceTime, animationFrame, mockDate, mockTimeZone } from "@odoo/hoot-mock";
import {
    contains,
    defineModels,
    fields,
    makeMockEnv,
    makeServerError,
    MockServer,
    models,
    mountView,
    onRpc,
    patchWithCleanup,
    preloadBundle,
} from "@web/../tests/web_test_helpers";
import {
    floorToQuarter,
    formatTimes,
    getWindow,
    roundToQuarter,
} from "@isof_crm_resources/booking_planner/booking_planner_scale";
import {
    BookingPlannerController,
    REFRESH_DELAY,
} from "@isof_crm_resources/booking_planner/booking_planner_controller";

const { DateTime } = luxon;

class Resource extends models.Model {
    _name = "isof.resource";

    name = fields.Char();
    kind_id = fields.Many2one({ relation: "isof.resource.kind" });
    _records = [
        { id: 1, name: "Large room", kind_id: 1 },
        { id: 2, name: "Small room", kind_id: 1 },
        { id: 3, name: "Kit", kind_id: 2 },
    ];
    _views = { form: `<form><field name="name" /></form>` };
}

class Kind extends models.Model {
    _name = "isof.resource.kind";

    name = fields.Char();
    _records = [
        { id: 1, name: "Room" },
        { id: 2, name: "Device" },
    ];
}

class Booking extends models.Model {
    _name = "isof.booking";

    name = fields.Char();
    resource_id = fields.Many2one({ relation: "isof.resource" });
    kind_id = fields.Many2one({ relation: "isof.resource.kind" });
    user_id = fields.Many2one({ relation: "res.users" });
    start = fields.Datetime();
    stop = fields.Datetime();
    may_change = fields.Boolean();
    state = fields.Selection({
        selection: [
            ["requested", "Requested"],
            ["confirmed", "Confirmed"],
            ["cancelled", "Cancelled"],
        ],
    });
    _records = [
        {
            id: 1,
            name: "Training",
            resource_id: 1,
            start: "2026-03-11 09:00:00",
            stop: "2026-03-11 10:30:00",
            state: "confirmed",
            may_change: true,
        },
        {
            id: 2,
            name: "Offer",
            resource_id: 2,
            start: "2026-03-12 09:00:00",
            stop: "2026-03-12 10:00:00",
            state: "requested",
        },
        {
            id: 3,
            name: "Called off",
            resource_id: 2,
            start: "2026-03-12 12:00:00",
            stop: "2026-03-12 13:00:00",
            state: "cancelled",
        },
        {
            id: 4,
            name: "Later",
            resource_id: 3,
            start: "2026-04-20 09:00:00",
            stop: "2026-04-20 10:00:00",
            state: "confirmed",
        },
    ];
    _views = {
        form: `<form><field name="resource_id" /><field name="start" /><field name="stop" /></form>`,
    };

    search_planned(domain, fieldNames) {
        return this.search_read(domain, fieldNames);
    }
}

const ARCH = `
    <timeline js_class="isof_booking_planner" date_start="start" date_stop="stop"
              default_group_by="kind_id" event_open_popup="true">
        <field name="name" />
        <field name="user_id" />
        <field name="resource_id" />
        <field name="state" />
        <field name="may_change" />
        <templates><t t-name="timeline-item"><b t-esc="record.name" /></t></templates>
    </timeline>`;

function makeRow(id, name, kind, vals = {}) {
    return {
        id,
        name,
        kind_id: kind,
        place_id: [false, false],
        icon: "fa-cube",
        color: 1,
        seats: 0,
        quantity: 1,
        needs_approval: false,
        closed: [],
        ...vals,
    };
}

function mountPlanner(params = {}) {
    return mountView({
        type: "timeline",
        resModel: "isof.booking",
        arch: ARCH,
        groupBy: ["kind_id"],
        ...params,
    });
}

/** Have the planner drawn. */
async function settle() {
    for (let i = 0; i < 5; i++) {
        await advanceTime(250);
        await animationFrame();
    }
}

describe.current.tags("desktop");
defineMailModels();
defineModels([Booking, Kind, Resource]);
preloadBundle("web_timeline.vis-timeline_lib");

const ROWS = "rows 2026-03-06 05:00:00 2026-03-16 17:00:00";

/** Tell the planner, as the server does, that bookings have changed. */
async function notify(changes) {
    MockServer.env["bus.bus"]._sendone("isof_booking", "isof_booking/changed", changes);
    await waitNotifications(["isof_booking/changed", changes]);
}

/** Return a planner that hears of changes. */
async function mountListening() {
    const view = await mountPlanner();
    await waitForChannels(["isof_booking"]);
    await settle();
    expect.verifySteps([ROWS]);
    return view;
}

let planner;
beforeEach(() => {
    mockDate("2026-03-11 12:00:00");
    mockTimeZone("Europe/Warsaw");
    planner = {
        rows: [
            makeRow(1, "Large room", [1, "Room"], {
                seats: 12,
                closed: [["2026-03-08 00:00:00", "2026-03-11 07:00:00"]],
            }),
            makeRow(2, "Small room", [1, "Room"]),
            makeRow(3, "Kit", [2, "Device"]),
        ],
        count: 3,
        has_resources: true,
    };
    onRpc("isof.booking", "has_access", () => true);
    onRpc("isof.resource", "get_planner", ({ args }) => {
        expect.step(`rows ${args[1]} ${args[2]}`);
        return planner;
    });
});

test("a quarter of an hour is the grid", () => {
    const moment = new Date("2026-03-11T09:37:29Z");
    expect(floorToQuarter(moment)).toEqual(new Date("2026-03-11T09:30:00Z"));
    expect(roundToQuarter(moment)).toEqual(new Date("2026-03-11T09:30:00Z"));
    expect(roundToQuarter(new Date("2026-03-11T09:38:00Z"))).toEqual(
        new Date("2026-03-11T09:45:00Z"),
    );
});

test("times are told on the clock of the user", async () => {
    await makeMockEnv();
    const start = new Date("2026-03-11T09:30:00Z");
    expect(formatTimes(start, new Date("2026-03-11T10:00:00Z"))).toBe("Wed, Mar 11, 10:30 – 11:00");
    expect(formatTimes(start, new Date("2026-03-12T10:00:00Z"))).toBe(
        "Wed, Mar 11, 10:30 – Thu, Mar 12, 11:00",
    );
});

test("a month and a week are whole days, also where the clocks change", async () => {
    await makeMockEnv();
    const day = DateTime.fromISO("2026-03-29T12:00");
    expect(getWindow("month", day).stop.toISODate()).toBe("2026-04-01");
    const { start, stop } = getWindow("week", day);
    expect(stop.diff(start, "days").days).toBe(7);
    expect(getWindow("day", day).start.hour).toBe(6);
});

test("rows are there without bookings, bookings of the window only", async () => {
    onRpc("isof.booking", "search_planned", ({ args }) => {
        expect.step(JSON.stringify(args[0].filter((leaf) => leaf[0] !== "&")));
    });
    await mountPlanner();
    await settle();
    expect.verifySteps([
        "rows 2026-03-06 05:00:00 2026-03-16 17:00:00",
        JSON.stringify([
            ["resource_id", "in", [1, 2, 3]],
            ["start", "<", "2026-03-16 17:00:00"],
            ["stop", ">", "2026-03-06 05:00:00"],
            ["state", "in", ["requested", "confirmed", "released"]],
        ]),
    ]);
    expect(queryAllTexts(".vis-label").filter(Boolean)).toEqual([
        "Room",
        "Large room\n12",
        "Small room",
        "Device",
        "Kit",
    ]);
    expect(".o_isof_planner_booking.vis-item").toHaveCount(2);
    expect(".o_isof_planner_confirmed.vis-item").toHaveText("Training");
    expect(".o_isof_planner_requested.vis-item").toHaveText("Offer");
    expect(".o_isof_planner_closed.vis-item").toHaveCount(1);
    // 43 to 122 of the 252 hours that are loaded
    expect(queryOne(".o_isof_planner_closed.vis-item").style.backgroundImage).toMatch(
        /currentcolor 17\.06\d*%, currentcolor 48\.41\d*%/i,
    );
});

test("another time is loaded when it is not there yet", async () => {
    await mountPlanner();
    await settle();
    expect.verifySteps(["rows 2026-03-06 05:00:00 2026-03-16 17:00:00"]);
    await contains(".o_isof_planner_scale_day").click();
    await settle();
    expect("h2").toHaveText("Wednesday, March 11, 2026");
    expect.verifySteps([]);
    await contains(".o_isof_planner_scale_month").click();
    await settle();
    expect.verifySteps(["rows 2026-02-21 05:15:00 2026-04-08 15:45:00"]);
});

test("what was cancelled is shown when one searches for it", async () => {
    await mountPlanner({ domain: [["state", "=", "cancelled"]] });
    await settle();
    expect(".o_isof_planner_cancelled.vis-item").toHaveText("Called off");
    expect(".o_isof_planner_booking.vis-item:not(.o_isof_planner_other)").toHaveCount(1);
    expect.verifySteps(["rows 2026-03-06 05:00:00 2026-03-16 17:00:00"]);
});

test("what is not searched for is taken nevertheless", async () => {
    await mountPlanner({ domain: [["name", "=", "Offer"]] });
    await settle();
    expect(".o_isof_planner_booking.vis-item:not(.o_isof_planner_other)").toHaveText("Offer");
    expect(".o_isof_planner_other.vis-item").toHaveText("Training");
    expect(".oe_timeline_buttons ul").toHaveText(/Not searched for/);
    expect.verifySteps([ROWS]);
});

test("without a search nothing is greyed", async () => {
    await mountPlanner();
    await settle();
    expect(".o_isof_planner_other").toHaveCount(0);
    expect(".oe_timeline_buttons ul").not.toHaveText(/Not searched for/);
    expect.verifySteps([ROWS]);
});

test("what others book is shown once they have booked", async () => {
    const view = await mountListening();
    const item = queryOne(".o_isof_planner_confirmed.vis-item");
    item.focus();
    MockServer.env["isof.booking"].create({
        name: "Urgent",
        resource_id: 3,
        start: "2026-03-12 09:00:00",
        stop: "2026-03-12 10:00:00",
        state: "confirmed",
    });
    const notice = [3, "2026-03-12 09:00:00", "2026-03-12 10:00:00"];
    await notify([notice]);
    await notify([notice]);
    await advanceTime(REFRESH_DELAY - 100);
    expect.verifySteps([]);
    await settle();
    expect.verifySteps([ROWS]);
    expect(".o_isof_planner_booking.vis-item:contains(Urgent)").toHaveCount(1);
    // nothing else is drawn anew
    expect(document.activeElement).toBe(item);
    // one refresh is enough
    await notify([notice]);
    findController(view).reload();
    await advanceTime(REFRESH_DELAY);
    await settle();
    expect.verifySteps([ROWS]);
});

test("what is the same again is not drawn again", async () => {
    const view = await mountListening();
    const changed = new Set();
    const observer = new MutationObserver((records) =>
        records.forEach(({ target }) => changed.add(target.closest(".vis-item, .vis-label"))),
    );
    for (const drawn of queryAll(".vis-labelset, .vis-itemset")) {
        observer.observe(drawn, { childList: true, subtree: true });
    }
    await findController(view).reload();
    await settle();
    expect([...changed]).toEqual([]);
    const [booking] = MockServer.env["isof.booking"].browse(1);
    booking.name = "Longer training";
    await findController(view).reload();
    await settle();
    expect([...changed]).toEqual([queryOne(".o_isof_planner_booking:contains(Longer training)")]);
    observer.disconnect();
    expect.verifySteps([ROWS, ROWS]);
});

test("what is not shown refreshes nothing", async () => {
    await mountListening();
    await notify([
        [7, "2026-03-12 09:00:00", "2026-03-12 10:00:00"],
        [1, "2026-03-20 09:00:00", "2026-03-20 10:00:00"],
    ]);
    await advanceTime(REFRESH_DELAY);
    await settle();
    expect.verifySteps([]);
});

test("what nobody looks at is refreshed when somebody does", async () => {
    await mountListening();
    const visibility = { value: "hidden", configurable: true, writable: true };
    patchWithCleanup(document, Object.defineProperty({}, "visibilityState", visibility));
    await notify([[1, "2026-03-12 09:00:00", "2026-03-12 10:00:00"]]);
    await advanceTime(REFRESH_DELAY);
    await settle();
    expect.verifySteps([]);
    document.visibilityState = "visible";
    document.dispatchEvent(new Event("visibilitychange"));
    await settle();
    expect.verifySteps([ROWS]);
});

test("without resources one is helped on", async () => {
    planner = { rows: [], count: 0, has_resources: false };
    await mountPlanner();
    await settle();
    expect(".o_nocontent_help").toHaveText(/There is no resource yet/);
    planner.has_resources = true;
    await contains(".o_isof_planner_today").click();
    expect.verifySteps(["rows 2026-03-06 05:00:00 2026-03-16 17:00:00"]);
});

test("more resources than are shown are counted", async () => {
    planner.count = 500;
    await mountPlanner();
    expect(".o_isof_planner .alert").toHaveText(/3 of 500 resources are\s+shown/);
    expect.verifySteps(["rows 2026-03-06 05:00:00 2026-03-16 17:00:00"]);
});

test("a booking is made where one selected", async () => {
    const view = await mountPlanner();
    await settle();
    findController(view).book({
        group: 2,
        start: new Date("2026-03-12T09:15:00Z"),
        end: new Date("2026-03-12T10:45:00Z"),
    });
    await animationFrame();
    expect(".modal .o_field_widget[name=resource_id] input").toHaveValue("Small room");
    expect(queryOne(".modal .o_field_widget[name=start]").textContent).toMatch(/10:15/);
    expect(queryOne(".modal .o_field_widget[name=stop]").textContent).toMatch(/11:45/);
    await contains(".modal .o_form_button_cancel").click();
    await settle();
    expect.verifySteps([
        "rows 2026-03-06 05:00:00 2026-03-16 17:00:00",
        "rows 2026-03-06 05:00:00 2026-03-16 17:00:00",
    ]);
});

test("what was moved is written once, what is refused goes back", async () => {
    expect.errors(1);
    let isRefused = false;
    onRpc("isof.booking", "write", ({ args }) => {
        expect.step(`write ${JSON.stringify(args)}`);
        if (isRefused) {
            throw makeServerError({ message: "Somebody else has it" });
        }
    });
    const view = await mountPlanner();
    await settle();
    const move = () =>
        findController(view)._onMove(
            {
                id: 1,
                group: 2,
                start: new Date("2026-03-12T12:00:00Z"),
                end: new Date("2026-03-12T13:30:00Z"),
            },
            (item) => expect.step(item ? "moved" : "back"),
        );
    move();
    await settle();
    const written = JSON.stringify([
        1,
        { start: "2026-03-12 12:00:00", stop: "2026-03-12 13:30:00", resource_id: 2 },
    ]);
    const rows = "rows 2026-03-06 05:00:00 2026-03-16 17:00:00";
    expect.verifySteps([rows, `write ${written}`, "back", rows]);
    isRefused = true;
    move();
    await settle();
    expect.verifySteps([`write ${written}`, "back", rows]);
    expect.verifyErrors(["Somebody else has it"]);
    expect(".o_error_dialog").toHaveText(/Somebody else has it/);
});

/** Return the planner's controller among the components of a view. */
function findController(component) {
    const find = ({ component: each, children }) =>
        each instanceof BookingPlannerController
            ? each
            : Object.values(children).map(find).find(Boolean);
    return find(component.__owl__);
}
