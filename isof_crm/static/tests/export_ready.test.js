import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { describe, expect, test } from "@odoo/hoot";
import { waitFor } from "@odoo/hoot-dom";
import {
    contains,
    MockServer,
    mockService,
    mountWithCleanup,
    serverState,
} from "@web/../tests/web_test_helpers";
import { WebClient } from "@web/webclient/webclient";

describe.current.tags("desktop");
defineMailModels();

test("a workbook that is ready is downloaded from its notification, which goes then", async () => {
    mockService("action", {
        doAction: (action) => action.url && expect.step(`${action.target} ${action.url}`),
    });
    await mountWithCleanup(WebClient);
    MockServer.env["bus.bus"]._sendone(serverState.partnerId, "isof_crm.export_ready", {
        name: "Register 2026-03-11.xlsx",
        url: "/web/content/7?download=true",
    });
    await waitFor(".o_notification");
    expect(".o_notification").toHaveText(/Register 2026-03-11\.xlsx/);
    await contains(".o_notification_buttons button").click();
    expect.verifySteps(["download /web/content/7?download=true"]);
    expect(".o_notification").toHaveCount(0);
});
