import { Component, onWillStart, useEffect, useRef, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { RPCError } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { useSetupAction } from "@web/search/action_hook";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { ActivityTimeline } from "../activity_timeline/activity_timeline";

/** The page of one chain: an activity, what came before it and what followed. */
export class ActivityChain extends Component {
    static template = "isof_crm.ActivityChain";
    static components = { ActivityTimeline, Layout };
    static props = { ...standardActionServiceProps };
    static displayName = _t("Chain of Activities");
    static path = "isof-chain";

    setup() {
        this.orm = useService("orm");
        this.rootRef = useRef("root");
        this.keepLast = new KeepLast();
        this.state = useState({ chain: null, error: null });
        useSetupAction({ rootRef: this.rootRef });
        onWillStart(() => {
            // not awaited: the page shows at once that it is loading
            this.load();
        });
        useEffect(
            (isLoaded) => {
                if (isLoaded) {
                    this.rootRef.el
                        .querySelector("[aria-current]")
                        ?.scrollIntoView({ block: "center" });
                }
            },
            () => [Boolean(this.state.chain)],
        );
    }

    /** Id of the activity that the page was opened from; part of the address. */
    get activityId() {
        return this.props.action.context.active_id;
    }

    async load() {
        this.state.error = null;
        if (!this.activityId) {
            this.state.error = _t("Open the chain from one of its activities.");
            return;
        }
        try {
            this.state.chain = await this.keepLast.add(
                this.orm.call("isof.activity", "get_chain", [this.activityId]),
            );
        } catch (error) {
            if (!(error instanceof RPCError)) {
                throw error;
            }
            this.state.chain = null;
            this.state.error = error.data?.message || error.message;
        }
    }
}

registry.category("actions").add("isof_crm.activity_chain", ActivityChain);
