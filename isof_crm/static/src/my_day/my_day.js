import { Component, onWillStart, useRef, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { capitalize } from "@web/core/utils/strings";
import { useSetupAction } from "@web/search/action_hook";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { ActivityTimeline } from "../activity_timeline/activity_timeline";

const { DateTime } = luxon;

/** The start page: what waits for the user, and beside it what add-ons have to say. */
export class MyDay extends Component {
    static template = "isof_crm.MyDay";
    static components = { ActivityTimeline, Layout };
    static props = { ...standardActionServiceProps };
    static displayName = _t("My Day");
    static path = "isof-my-day";

    setup() {
        this.action = useService("action");
        this.orm = useService("orm");
        this.rootRef = useRef("root");
        this.keepLast = new KeepLast();
        this.state = useState({ day: null });
        useSetupAction({ rootRef: this.rootRef });
        onWillStart(() => this.load());
    }

    get today() {
        const format = { weekday: "long", day: "numeric", month: "long" };
        return capitalize(DateTime.now().toLocaleString(format));
    }

    async load() {
        this.state.day = await this.keepLast.add(this.orm.call("isof.my.day", "get_day", []));
    }

    register() {
        return this.action.doAction(
            {
                type: "ir.actions.act_window",
                name: _t("Register Activity"),
                res_model: "isof.activity",
                views: [[false, "form"]],
                target: "new",
            },
            { onClose: () => this.load() },
        );
    }

    open(action) {
        return this.action.doAction(action);
    }
}

registry.category("actions").add("isof_crm.my_day", MyDay);
