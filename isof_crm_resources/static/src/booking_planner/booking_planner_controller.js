import { onMounted, onWillUnmount, useExternalListener } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { serializeDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";
import { useSetupAction } from "@web/search/action_hook";
import { FormViewDialog } from "@web/views/view_dialogs/form_view_dialog";
import { TimelineController } from "@web_timeline/views/timeline/timeline_controller.esm";

const { DateTime } = luxon;

const NOTICE_CHANNEL = "isof_booking";
const NOTICE_TYPE = "isof_booking/changed";
// Milliseconds from the first notice until the planner is refreshed: others book in bursts.
export const REFRESH_DELAY = 2000;

/** Books, moves and opens what the planner shows. */
export class BookingPlannerController extends TimelineController {
    static template = "isof_crm_resources.BookingPlannerView";

    /** @override */
    setup() {
        super.setup();
        // whoever comes back sees the time that he left
        this.model.window = this.props.state?.window || this.model.window;
        useSetupAction({ getLocalState: () => ({ window: this.model.window }) });
        this.refreshTimer = null;
        this.isStale = false;
        const busService = useService("bus_service");
        const onNotice = (changes) => this.onNotice(changes);
        onMounted(() => {
            busService.addChannel(NOTICE_CHANNEL);
            busService.subscribe(NOTICE_TYPE, onNotice);
        });
        onWillUnmount(() => {
            busService.unsubscribe(NOTICE_TYPE, onNotice);
            busService.deleteChannel(NOTICE_CHANNEL);
            browser.clearTimeout(this.refreshTimer);
        });
        useExternalListener(document, "visibilitychange", () => this.isStale && this.refresh());
    }

    /** @override */
    get rendererProps() {
        return {
            ...super.rendererProps,
            onBook: (time) => this.book(time),
            onCreateResource: () => this.createResource(),
            onOpen: (id) => this.openItem(id),
        };
    }

    /** Somebody has booked, moved or cancelled something; see isof_booking_state.py. */
    onNotice(changes) {
        if (!this.refreshTimer && this.model.isAffected(changes)) {
            this.refreshTimer = browser.setTimeout(() => this.refresh(), REFRESH_DELAY);
        }
    }

    /** Show what others have changed, as soon as somebody looks. */
    refresh() {
        this.refreshTimer = null;
        this.isStale = document.visibilityState === "hidden";
        if (!this.isStale) {
            return this.reload();
        }
    }

    async reload() {
        browser.clearTimeout(this.refreshTimer);
        this.refreshTimer = null;
        await this.model.reload();
        this.render();
    }

    /** @override what is refused goes back, and the server's message is shown */
    async internalMove() {
        const moves = this.moveQueue.splice(0);
        try {
            for (const { id, data } of moves) {
                await this.model.write_completed(id, data);
            }
        } finally {
            for (const { callback } of moves) {
                callback(null);
            }
            await this.reload();
        }
    }

    /** @override */
    _onGroupClick({ group }) {
        this.dialogService.add(FormViewDialog, {
            resModel: "isof.resource",
            resId: group,
            title: _t("Resource"),
            onRecordSaved: () => this.reload(),
        });
    }

    /** @override a booking may be cancelled, approved or released there as well */
    openItem(resId) {
        this.openForm({ resId, title: _t("Booking") });
    }

    /**
     * Ask what a time is booked for.
     *
     * @param {Object} time
     * @param {number} [time.group] id of the resource
     * @param {Date} [time.start]
     * @param {Date} [time.end] an hour later unless told otherwise
     */
    book({ group, start, end }) {
        const context = { ...this.props.context };
        if (group) {
            const begin = DateTime.fromJSDate(start);
            const stop = end ? DateTime.fromJSDate(end) : begin.plus({ hours: 1 });
            context.default_resource_id = group;
            context.default_start = serializeDateTime(begin);
            context.default_stop = serializeDateTime(stop);
        }
        this.openForm({ context, title: _t("New Booking") });
    }

    openForm(props) {
        this.dialogService.add(
            FormViewDialog,
            { resModel: this.model.model_name, ...props },
            { onClose: () => this.reload() },
        );
    }

    createResource() {
        return this.actionService.doAction("isof_crm_resources.isof_resource_action");
    }
}
