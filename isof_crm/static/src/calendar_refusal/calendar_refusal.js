import { patch } from "@web/core/utils/patch";
import { CalendarModel } from "@web/views/calendar/calendar_model";

/**
 * Show what was dragged where it still is once the server has refused it: Odoo's calendar leaves
 * it where it was dropped. This is for our calendars, and for the one that mirrors activities.
 */
patch(CalendarModel.prototype, {
    async updateRecord() {
        const { resModel } = this.meta;
        try {
            return await super.updateRecord(...arguments);
        } catch (error) {
            if (resModel === "calendar.event" || resModel.startsWith("isof.")) {
                this.notify();
            }
            throw error;
        }
    },
});
