import { Component, useState } from "@odoo/owl";

import { Dialog } from "@web/core/dialog/dialog";
import { standardErrorDialogProps } from "@web/core/errors/error_dialogs";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useAutofocus, useService } from "@web/core/utils/hooks";

const TIME_VIEWS = ["calendar", "timeline"];
// The address of a booking that the reader may see, in the server's message.
const ADDRESS = /https?:\/\/\S+(\/odoo\/isof\.booking\/\d+)/;

/**
 * What is in the way of a booking, and what could be booked instead by one click: how the
 * client shows the exception BookingConflict.
 */
export class BookingConflictDialog extends Component {
    static template = "isof_crm_resources.BookingConflictDialog";
    static components = { Dialog };
    static props = { ...standardErrorDialogProps };

    setup() {
        // not by useService, which refuses to be used after the dialogue is closed
        this.action = this.env.services.action;
        this.notification = this.env.services.notification;
        this.orm = useService("orm");
        useAutofocus();
        this.state = useState({ isBooking: false });
        const { offers, model, finder, taken } = this.props.data.context;
        // What fails as a part of something else is no whole; it is mended there.
        this.offers = this.props.model === model ? offers : [];
        const message = this.offers.length ? taken : this.props.data.message;
        // every other part is an address: its path, as one is on this server
        this.parts = message.split(ADDRESS);
        this.finder = finder;
    }

    /** Book what is offered, and show it instead of what was refused. */
    async book({ label, model, method, args, kwargs }) {
        this.state.isBooking = true;
        let ids = args[0];
        try {
            const result = await this.orm.call(model, method, args, kwargs);
            if (method === "create") {
                ids = result;
            }
        } finally {
            this.props.close();
        }
        this.notification.add(_t("Booked: %(resources)s", { resources: label }), {
            type: "success",
        });
        await this.show(model, ids);
    }

    async show(model, ids) {
        const { view, props, config } = this.action.currentController || {};
        if (TIME_VIEWS.includes(view?.type)) {
            // it shows the same time again, with what is booked now
            return this.action.doAction("soft_reload");
        }
        const isOne = ids.length === 1;
        // the form in which it was refused gives its place to what is booked
        const isReplaced = view?.type === "form" && props.resModel === model;
        await this.action.doAction(
            {
                type: "ir.actions.act_window",
                // several are bookings made together
                name: isOne ? undefined : _t("Bookings"),
                res_model: model,
                res_id: isOne && ids[0],
                domain: [["id", "in", ids]],
                views: isOne
                    ? [[false, "form"]]
                    : [
                          [false, "list"],
                          [false, "form"],
                      ],
            },
            { forceLeave: true, ...(isReplaced && { index: config.breadcrumbs.length - 1 }) },
        );
    }

    async find() {
        this.props.close();
        await this.action.doAction("isof_crm_resources.isof_resource_finder_action", {
            additionalContext: this.finder,
            // what was refused is given up once something else is booked
            onClose: (booked) => booked?.ids && this.show(booked.model, booked.ids),
        });
    }
}

registry
    .category("error_dialogs")
    .add("odoo.addons.isof_crm_resources.exceptions.BookingConflict", BookingConflictDialog);
