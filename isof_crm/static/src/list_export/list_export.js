import { _t } from "@web/core/l10n/translation";
import { useBus } from "@web/core/utils/hooks";
import { patch } from "@web/core/utils/patch";
import { ExportAll } from "@web/views/list/export_all/export_all";
import { ListController } from "@web/views/list/list_controller";

// In the app of ISOF CRM, "Export All" of a list gives the workbook of its other exports: with
// the title, the filters, typed cells and totals. "Export" of chosen rows and fields stays core's.

const APP = "isof_crm.isof_crm_menu_root";
const NO_FIGURES = ["color_picker", "handle"];

patch(ExportAll.prototype, {
    async onDirectExportData() {
        const app = this.env.services.menu.getCurrentApp();
        if (app?.xmlid === APP && this.env.config.viewType === "list") {
            this.env.searchModel.trigger("isof-export-list");
        } else {
            await super.onDirectExportData();
        }
    },
});

patch(ListController.prototype, {
    setup() {
        super.setup();
        useBus(this.env.searchModel, "isof-export-list", () => this.exportIsofList());
    },

    /** Download the list as it is seen. */
    async exportIsofList() {
        const { root } = this.model;
        const action = await this.orm.call("isof.list.export", "get_download", [
            {
                name: this.env.config.getDisplayName(),
                res_model: root.resModel,
                list_domain: root.domain,
                list_context: root.context,
                list_groupby: root.groupBy,
                list_order: root.orderBy
                    .map(({ name, asc }) => `${name} ${asc ? "asc" : "desc"}`)
                    .join(", "),
                list_filters: this.env.searchModel.facets.map(describeFacet),
                list_columns: this.getIsofColumns(),
            },
        ]);
        await this.actionService.doAction(action);
    },

    getIsofColumns() {
        const names = new Set(this.getExportableFields().map(({ name }) => name));
        return this.archInfo.columns
            .filter(({ type, name, widget }) => {
                return type === "field" && names.has(name) && !NO_FIGURES.includes(widget);
            })
            .map(({ name, label, widget, attrs }) => ({
                name,
                label,
                widget,
                aggregate: ["sum", "avg", "min", "max"].find((aggregate) => attrs[aggregate]),
                numerator: attrs["data-numerator"],
                denominator: attrs["data-denominator"],
                unmixed: attrs["data-unmixed"]?.split(" "),
            }));
    },
});

/** Return a filter or grouping of the search bar in words. */
function describeFacet({ type, title, values, separator }) {
    const label = type === "groupBy" ? _t("Group By") : title;
    const text = values.join(` ${separator} `);
    return label ? `${label}: ${text}` : text;
}
