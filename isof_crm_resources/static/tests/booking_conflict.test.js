import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { describe, expect, test } from "@odoo/hoot";
import { queryAll, queryOne } from "@odoo/hoot-dom";
import { animationFrame } from "@odoo/hoot-mock";
import {
    contains,
    getService,
    mockService,
    mountWithCleanup,
    onRpc,
} from "@web/../tests/web_test_helpers";
import { MainComponentsContainer } from "@web/core/main_components_container";
import { BookingConflictDialog } from "@isof_crm_resources/booking_conflict/booking_conflict_dialog";

describe.current.tags("desktop");
defineMailModels();

const TAKEN =
    "“Large room” is already taken at the time you chose, 9:00–10:00:\n" +
    "– 9:00–10:00, Anna: Training https://crm.example.com/odoo/isof.booking/7\n" +
    "– 9:00–10:00, Ewa: reserved";
const OFFER = {
    label: "Small room, 9:00–10:00",
    model: "isof.booking",
    method: "create",
    args: [[{ resource_id: 2 }]],
};

/** Show what the server said when something was saved, above a view. */
async function showConflict({ view, resModel = "isof.booking", model = "isof.booking" }) {
    mockService("action", {
        currentController: {
            view: { type: view },
            props: { resModel },
            config: { breadcrumbs: ["Bookings", "Large room"] },
        },
        doAction: (action, options) => expect.step([action.res_id || action, options?.index]),
    });
    await mountWithCleanup(MainComponentsContainer);
    getService("dialog").add(BookingConflictDialog, {
        model,
        data: {
            message: `${TAKEN}\nStill free: “Small room” at the same time.`,
            context: { offers: [OFFER], model: "isof.booking", finder: {}, taken: TAKEN },
        },
    });
    await animationFrame();
}

test("what is in the way can be opened, as far as it is no secret", async () => {
    await showConflict({ view: "form" });
    expect("p[role=alert]").toHaveText(
        TAKEN.replace("https://crm.example.com/odoo/isof.booking/7", "Open"),
    );
    expect(queryAll("p[role=alert] a")).toHaveLength(1);
    // on this server, whatever its name is
    expect(queryOne("p[role=alert] a").getAttribute("href")).toBe("/odoo/isof.booking/7");
});

for (const [view, resModel, shown, index] of [
    // in the place of the form in which it was refused, which would be in the breadcrumb as well
    ["form", "isof.booking", 8, 1],
    ["form", "isof.activity", 8, undefined],
    ["calendar", "isof.booking", "soft_reload", undefined],
    ["timeline", "isof.booking", "soft_reload", undefined],
]) {
    test(`an offer taken above a ${view} of ${resModel} is booked and shown`, async () => {
        onRpc("isof.booking", "create", ({ args }) => {
            expect.step(args[0]);
            return [8];
        });
        await showConflict({ view, resModel });
        expect(".list-group-item button").toBeFocused();
        await contains(".list-group-item button").click();
        expect.verifySteps([[{ resource_id: 2 }], [shown, index]]);
        expect(".o_dialog").toHaveCount(0);
        expect(".o_notification_content").toHaveText("Booked: Small room, 9:00–10:00");
    });
}

test("what was refused as a part of something else is not offered", async () => {
    await showConflict({ view: "form", model: "res.partner" });
    expect(".list-group-item").toHaveCount(0);
    expect("p[role=alert]").toHaveText(/Still free/);
});
