import { Component, onWillStart, onWillUpdateProps, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";
import { ActivityTimeline } from "../activity_timeline/activity_timeline";

/**
 * What is open and what was with a contact, on its form. Asks the server only when its page
 * is looked at, and only for the first steps: a form with thousands of activities opens as
 * fast as an empty one.
 */
export class PartnerTimeline extends Component {
    static template = "isof_crm.PartnerTimeline";
    static components = { ActivityTimeline };
    static props = { ...standardWidgetProps };

    setup() {
        this.action = useService("action");
        this.orm = useService("orm");
        this.keepLast = new KeepLast();
        this.state = useState({ partnerId: false, timeline: null });
        onWillStart(() => {
            this.load(this.props.record.resId);
        });
        onWillUpdateProps((nextProps) => {
            if (nextProps.record.resId !== this.state.partnerId) {
                this.load(nextProps.record.resId);
            }
        });
    }

    get sections() {
        const { open, closed } = this.state.timeline;
        return [
            { key: "open", title: _t("To do"), ...open },
            { key: "closed", title: _t("History"), ...closed },
        ].filter((section) => section.count);
    }

    get count() {
        return this.state.timeline.open.count + this.state.timeline.closed.count;
    }

    async load(partnerId) {
        this.state.partnerId = partnerId;
        this.state.timeline =
            partnerId &&
            (await this.keepLast.add(
                this.orm.call("isof.activity", "get_partner_timeline", [partnerId]),
            ));
    }

    /** Show what changed here, and in the figures of the form. */
    async onChanged() {
        const { record } = this.props;
        if (!(await record.isDirty())) {
            await record.load();
        }
        await this.load(record.resId);
    }

    register() {
        return this.action.doAction(
            {
                type: "ir.actions.act_window",
                name: _t("Register Activity"),
                res_model: "isof.activity",
                views: [[false, "form"]],
                target: "new",
                context: this.state.timeline.context,
            },
            { onClose: () => this.onChanged() },
        );
    }

    async showAll() {
        const { domain, context } = this.state.timeline;
        const action = await this.action.loadAction("isof_crm.isof_activity_action", context);
        return this.action.doAction({ ...action, domain });
    }
}

registry.category("view_widgets").add("isof_partner_timeline", { component: PartnerTimeline });
