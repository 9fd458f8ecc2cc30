import { Component, onWillStart, useRef, useState } from "@odoo/owl";
import { Dropdown } from "@web/core/dropdown/dropdown";
import { DropdownItem } from "@web/core/dropdown/dropdown_item";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { pick } from "@web/core/utils/objects";
import { useService } from "@web/core/utils/hooks";
import { useSetupAction } from "@web/search/action_hook";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { AnalysisChart } from "./analysis_chart";
import { AnalysisModel } from "./analysis_model";
import { AnalysisPeriodMenu } from "./analysis_period_menu";
import { AnalysisTable } from "./analysis_table";

const PERIOD_NAMES = {
    choice: "period",
    days: "period_days",
    type: "period_type_id",
    period: "period_id",
    from: "date_from",
    to: "date_to",
};
const COMPARISON_NAMES = {
    choice: "comparison",
    period: "comparison_period_id",
    from: "comparison_date_from",
    to: "comparison_date_to",
};
const NOTE_ICONS = {
    info: "fa-info-circle",
    warning: "fa-exclamation-triangle",
    danger: "fa-exclamation-circle",
};

/** A saved analysis: its table, its chart, and what can be done with them. */
export class AnalysisAction extends Component {
    static template = "isof_crm_analytics.AnalysisAction";
    static components = {
        AnalysisChart,
        AnalysisPeriodMenu,
        AnalysisTable,
        Dropdown,
        DropdownItem,
        Layout,
    };
    static props = { ...standardActionServiceProps };
    static displayName = _t("Analysis");
    static path = "isof-analysis";

    setup() {
        this.actionService = useService("action");
        this.fieldService = useService("field");
        this.notification = useService("notification");
        this.orm = useService("orm");
        this.periodNames = PERIOD_NAMES;
        this.comparisonNames = COMPARISON_NAMES;
        this.noteIcons = NOTE_ICONS;

        const { action, state = {} } = this.props;
        this.resId = action.params?.analysis_id ?? action.context.active_id;
        this.model = new AnalysisModel(
            this.orm,
            this.resId,
            () => this.render(),
            state.analysis || {},
        );
        this.state = useState({ showChart: state.showChart ?? true, error: "" });
        useSetupAction({
            rootRef: useRef("root"),
            getLocalState: () => ({
                analysis: this.model.exportState(),
                showChart: this.state.showChart,
            }),
        });
        onWillStart(() => this.start());
    }

    /** Show the reason where there is nothing to show, as there is no page to go back to. */
    async start() {
        this.state.error = "";
        try {
            const [fields] = await Promise.all([
                this.fieldService.loadFields("isof.analysis", {
                    fieldNames: ["period", "comparison"],
                }),
                this.model.load(),
            ]);
            this.choices = {
                period: fields.period.selection,
                comparison: fields.comparison.selection,
            };
            this.env.config.setDisplayName(this.table.name);
        } catch (error) {
            this.model.table = null;
            this.state.error = error.data?.message || error.message;
        }
    }

    get table() {
        return this.model.table;
    }

    get isEmpty() {
        return !this.table.rows.length && (!this.table.total || this.table.dimensions.length > 0);
    }

    get hasLevels() {
        return !this.isEmpty && this.table.dimensions.length > 1;
    }

    get hasChart() {
        return this.model.hasChart;
    }

    // ------------------------------------------------------------
    // What can be done
    // ------------------------------------------------------------

    onSort(key) {
        this.model.sortBy(key);
    }

    onToggle(row) {
        return this.model.toggle(row);
    }

    onPeriod(vals) {
        return this.model.setPeriod(vals);
    }

    async onSave() {
        await this.model.savePeriod();
        this.notification.add(_t("The periods of the analysis are saved."), { type: "success" });
    }

    onPrint() {
        window.print();
    }

    onToggleChart() {
        this.state.showChart = !this.state.showChart;
    }

    onOpenRecords(row, column, newWindow = false) {
        const { domain, name } = this.model.getRecords(row, column);
        return this.doAction("action_open_rows", { domain, name }, { newWindow });
    }

    /** Do what a method of the analysis returns; with the periods that are shown, if it takes them. */
    async doAction(method, kwargs = {}, options = {}) {
        const action = await this.orm.call("isof.analysis", method, [[this.resId]], kwargs);
        return this.actionService.doAction(action, options);
    }

    doShownAction(method) {
        return this.doAction(method, pick(this.model, "overrides"));
    }
}

registry.category("actions").add("isof_analysis", AnalysisAction);
