import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { beforeEach, describe, expect, test, waitFor } from "@odoo/hoot";
import { mockDate } from "@odoo/hoot-mock";
import { findDateCell, moveEventToDate } from "@web/../tests/views/calendar/calendar_test_helpers";
import {
    defineModels,
    fields,
    makeServerError,
    models,
    mountView,
    onRpc,
} from "@web/../tests/web_test_helpers";

describe.current.tags("desktop");

class Talk extends models.Model {
    _name = "isof.talk";
    name = fields.Char();
    start = fields.Date();
    _records = [{ id: 1, name: "Talk", start: "2026-12-09" }];
    _views = { calendar: `<calendar date_start="start" mode="month"/>` };
    has_access() {
        return true;
    }
}

defineMailModels();
defineModels([Talk]);
beforeEach(() => mockDate("2026-12-02 08:00:00", 0));

test("what may not be dragged is shown where it still is", async () => {
    expect.errors(1);
    onRpc("isof.talk", "write", () => {
        throw makeServerError({ message: "Only Anna may move it." });
    });
    await mountView({ resModel: "isof.talk", type: "calendar" });
    await moveEventToDate(1, "2026-12-16");
    await waitFor(".o_dialog");
    expect.verifyErrors(["Only Anna may move it."]);
    const box = (element) => element.getBoundingClientRect();
    const event = box(document.querySelector(`.o_event[data-event-id="1"]`));
    const day = box(findDateCell("2026-12-09"));
    expect(event.top >= day.top && event.bottom <= day.bottom).toBe(true);
});
