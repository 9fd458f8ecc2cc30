import { Component } from "@odoo/owl";
import {
    deserializeDate,
    deserializeDateTime,
    toLocaleDateString,
    toLocaleDateTimeString,
} from "@web/core/l10n/dates";
import { groupBy } from "@web/core/utils/arrays";
import { useService } from "@web/core/utils/hooks";

/**
 * Tell when an activity takes place, in the user's zone and language.
 * An all-day one is a day for everybody: its stored day is never converted to a zone.
 *
 * @param {{ start: string, stop: string, allday: boolean }} step as sent by the server
 * @returns {string}
 */
export function formatPeriod({ start, stop, allday }) {
    if (allday) {
        const [first, last] = [start, stop].map((bound) =>
            toLocaleDateString(deserializeDate(bound.slice(0, 10))),
        );
        return first === last ? first : `${first} – ${last}`;
    }
    const [begin, end] = [deserializeDateTime(start), deserializeDateTime(stop)];
    const showDate = !begin.hasSame(end, "day");
    return `${toLocaleDateTimeString(begin)} – ${toLocaleDateTimeString(end, { showDate })}`;
}

/**
 * Lay the steps of a chain out as a tree. A single follow-up stays in the column of its
 * parent, so that a long straight chain remains readable; several ones branch off into the
 * next column.
 *
 * @param {{ id: number, parent_id?: number|false }[]} steps each after its parent
 * @returns {{ step: object, guides: string[], isLinkedUp: boolean, isLinkedDown: boolean }[]}
 *  for each step the lines in the columns on its left ("", "through", "tee" or "end"), and
 *  whether its own column is linked to the row above and below
 */
export function layOutSteps(steps) {
    const followers = groupBy(steps, (step) => step.parent_id || false);
    const rows = new Map();
    for (const step of steps) {
        const parent = rows.get(step.parent_id);
        const brothers = parent ? followers[step.parent_id] : [];
        let guides = [];
        if (parent) {
            // a branch that ends leaves its column empty; one that goes on runs through
            guides = parent.guides.map((guide) =>
                ["tee", "through"].includes(guide) ? "through" : "",
            );
        }
        if (brothers.length > 1) {
            guides.push(step === brothers.at(-1) ? "end" : "tee");
        }
        rows.set(step.id, {
            step,
            guides,
            isLinkedUp: brothers.length === 1,
            isLinkedDown: step.id in followers,
        });
    }
    return [...rows.values()];
}

/** Activities below each other, each a card: a chain as a tree, or a plain list. */
export class ActivityTimeline extends Component {
    static template = "isof_crm.ActivityTimeline";
    static props = {
        steps: { type: Array, element: Object },
        currentId: { type: [Number, Boolean], optional: true },
        onChanged: { type: Function },
        showChain: { type: Boolean, optional: true },
    };

    setup() {
        this.action = useService("action");
        this.orm = useService("orm");
        this.formatPeriod = formatPeriod;
    }

    get rows() {
        return layOutSteps(this.props.steps);
    }

    getWhom(step) {
        return [step.partner, step.contact].filter(Boolean).join(", ");
    }

    open(step, newWindow) {
        return this.action.doAction(
            {
                type: "ir.actions.act_window",
                res_model: "isof.activity",
                res_id: step.id,
                views: [[false, "form"]],
            },
            { newWindow },
        );
    }

    /** Open the dialogue that a method of the activity returns, then show what changed. */
    async openDialog(method, step) {
        const action = await this.orm.call("isof.activity", method, [step.id]);
        await this.action.doAction(action, {
            additionalContext: { isof_stay_on_page: true },
            onClose: () => this.props.onChanged(),
        });
    }

    async openChain(step) {
        await this.action.doAction(
            await this.orm.call("isof.activity", "action_open_chain", [step.id]),
        );
    }
}
