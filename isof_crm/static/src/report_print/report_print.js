import { _t } from "@web/core/l10n/translation";
import { rpc } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";
import { patch } from "@web/core/utils/patch";
import { ReportAction } from "@web/webclient/actions/reports/report_action";

// Core shows the page too where the server cannot make a PDF, but with a message for
// administrators and a Print button that leads back to the same page. For our own reports,
// say what to do instead and let the browser print.

const isOurs = (reportName) => reportName?.startsWith("isof_crm");

async function canMakePdf() {
    return ["ok", "upgrade"].includes(await rpc("/report/check_wkhtmltopdf"));
}

registry
    .category("ir.actions.report handlers")
    .add("isof_crm.report_print", async (action, options, env) => {
        if (
            action.report_type === "qweb-pdf" &&
            isOurs(action.report_name) &&
            !(await canMakePdf())
        ) {
            env.services.notification.add(
                _t(
                    "This server makes no PDF files: wkhtmltopdf is missing. Use the Print button here and choose “Save as PDF”.",
                ),
                { type: "info", autocloseDelay: 12000 },
            );
            action.report_type = "qweb-html";
        }
        return false; // core goes on
    });

patch(ReportAction.prototype, {
    async print() {
        if (isOurs(this.props.report_name) && !(await canMakePdf())) {
            this.iframe.el.contentWindow.print();
        } else {
            super.print();
        }
    },
});
