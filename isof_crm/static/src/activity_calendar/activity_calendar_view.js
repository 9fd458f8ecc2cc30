import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { CalendarController } from "@web/views/calendar/calendar_controller";
import { calendarView } from "@web/views/calendar/calendar_view";

export class ActivityCalendarController extends CalendarController {
    get className() {
        return `${super.className} o_isof_activity_calendar`;
    }

    /** Odoo's calendar would not show what was just created. */
    getQuickCreateFormViewProps(record) {
        return {
            ...super.getQuickCreateFormViewProps(record),
            title: _t("New Activity"),
            size: "md",
            onRecordSaved: () => this.model.load(),
        };
    }
}

registry.category("views").add("isof_activity_calendar", {
    ...calendarView,
    Controller: ActivityCalendarController,
});
