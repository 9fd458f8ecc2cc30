import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { describe, expect, test } from "@odoo/hoot";
import { advanceTime, animationFrame } from "@odoo/hoot-mock";
import { mountWithCleanup, onRpc } from "@web/../tests/web_test_helpers";
import { FillNotice } from "@isof_crm_analytics/fill_notice/fill_notice";

describe.current.tags("desktop");
defineMailModels();

test("how far the past is read is said until all of it is", async () => {
    const answers = [{ until: "", percent: 0 }, { until: "03/31/2024", percent: 63 }, false];
    onRpc("isof.trade.line", "get_fill_progress", () => answers.shift());
    await mountWithCleanup(FillNotice);
    await animationFrame();
    expect(".o_isof_fill_notice").toHaveText(/only have what is posted from now on/);
    expect(".progress-bar").toHaveText("0%");
    await advanceTime(10000);
    await animationFrame();
    expect(".o_isof_fill_notice").toHaveText(/those until 03\/31\/2024/);
    expect(".progress").toHaveAttribute("aria-valuenow", "63");
    await advanceTime(10000);
    await animationFrame();
    expect(".o_isof_fill_notice").toHaveCount(0);
    await advanceTime(60000);
    expect(answers).toEqual([]);
});

test("a server that is not there for a moment is asked again", async () => {
    const answers = [{ until: "", percent: 5 }, null, { until: "", percent: 9 }];
    onRpc("isof.trade.line", "get_fill_progress", () => {
        const answer = answers.shift();
        if (!answer) {
            throw new Error("not there");
        }
        return answer;
    });
    await mountWithCleanup(FillNotice);
    await animationFrame();
    await advanceTime(10000);
    await animationFrame();
    expect(".progress-bar").toHaveText("5%");
    await advanceTime(10000);
    await animationFrame();
    expect(".progress-bar").toHaveText("9%");
});
