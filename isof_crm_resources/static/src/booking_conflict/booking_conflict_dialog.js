import { Component, useState } from "@odoo/owl";

import { Dialog } from "@web/core/dialog/dialog";
import { standardErrorDialogProps } from "@web/core/errors/error_dialogs";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";

/**
 * What is in the way of a booking, and what could be booked instead by one click: how the
 * client shows the exception BookingConflict.
 */
export class BookingConflictDialog extends Component {
    static template = "isof_crm_resources.BookingConflictDialog";
    static components = { Dialog };
    static props = { ...standardErrorDialogProps };

    setup() {
        this.action = useService("action");
        this.orm = useService("orm");
        this.state = useState({ isBooking: false });
        const { offers, finder, taken } = this.props.data.context;
        // What fails while an activity is saved is mended there, with what else was changed.
        this.offers = this.props.model === "isof.booking" ? offers : [];
        this.message = this.offers.length ? taken : this.props.data.message;
        this.finder = finder;
    }

    /** Book what is offered, and show the booking instead of the form that was refused. */
    async book({ booking_id: bookingId, vals }) {
        this.state.isBooking = true;
        let id = bookingId;
        try {
            if (id) {
                await this.orm.write("isof.booking", [id], vals);
            } else {
                [id] = await this.orm.create("isof.booking", [vals]);
            }
        } finally {
            this.props.close();
        }
        await this.action.doAction(
            {
                type: "ir.actions.act_window",
                res_model: "isof.booking",
                res_id: id,
                views: [[false, "form"]],
            },
            { forceLeave: true },
        );
    }

    async find() {
        await this.action.doAction("isof_crm_resources.isof_resource_finder_action", {
            additionalContext: this.finder,
        });
        this.props.close();
    }
}

registry
    .category("error_dialogs")
    .add("odoo.addons.isof_crm_resources.exceptions.BookingConflict", BookingConflictDialog);
