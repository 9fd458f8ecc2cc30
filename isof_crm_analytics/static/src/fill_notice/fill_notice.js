import { Component, onMounted, onWillUnmount, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { session } from "@web/session";
import { useService } from "@web/core/utils/hooks";

const SECONDS = 10;

/** Says how far the documents of the past are read, as long as analyses lack some of them. */
export class FillNotice extends Component {
    static template = "isof_crm_analytics.FillNotice";
    static props = {};

    setup() {
        this.orm = useService("orm");
        this.state = useState({ progress: false });
        onMounted(() => this.follow());
        onWillUnmount(() => clearTimeout(this.timer));
    }

    get message() {
        const { until } = this.state.progress;
        return until
            ? _t(
                  "Sales and purchases of the past are being read: analyses have those until %s, and what is posted from now on.",
                  until,
              )
            : _t(
                  "Sales and purchases of the past are being read: analyses only have what is posted from now on.",
              );
    }

    async follow() {
        try {
            this.state.progress = await this.orm.silent.call(
                "isof.trade.line",
                "get_fill_progress",
                [],
            );
        } catch {
            // the server is not there for a moment: what was said last stays
        }
        if (this.state.progress) {
            this.timer = setTimeout(() => this.follow(), SECONDS * 1000);
        }
    }
}

if (session.isof_is_filling) {
    registry
        .category("main_components")
        .add("isof_crm_analytics.FillNotice", { Component: FillNotice });
}
