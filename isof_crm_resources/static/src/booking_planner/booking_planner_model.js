import { browser } from "@web/core/browser/browser";
import { Domain } from "@web/core/domain";
import { deserializeDateTime, serializeDateTime } from "@web/core/l10n/dates";
import { localization } from "@web/core/l10n/localization";
import { _t } from "@web/core/l10n/translation";
import { user } from "@web/core/user";
import { TimelineModel } from "@web_timeline/views/timeline/timeline_model.esm";
import { BOOKING_TYPE, CLOSED_TYPE } from "./booking_planner_items";
import { getWindow, parseMoment, SCALES } from "./booking_planner_scale";

const { DateTime } = luxon;

const SCALE_KEY = "isof_crm_resources.planner_scale";
// By these fields of a resource the rows may be grouped.
const GROUP_FIELDS = ["kind_id", "place_id"];
const SHOWN_STATES = ["requested", "confirmed", "released"];
const MOVABLE_STATES = ["requested", "confirmed"];
// What part of the window is loaded on either side of it as well.
const MARGIN = 0.25;
// A closure that is a smaller part of the window is too thin to be seen.
const THINNEST = 1 / 40;

/** The rows of the planner, and the bookings of the time that is shown. */
export class BookingPlannerModel extends TimelineModel {
    /** @override */
    setup(params) {
        super.setup(params);
        // web_timeline asks for rights by a method that is deprecated in Odoo 19
        const { orm } = this;
        this.orm = Object.assign(Object.create(orm), {
            call: (model, method, args, ...others) =>
                method === "check_access_rights"
                    ? user.checkAccessRight(model, args[0])
                    : orm.call(model, method, args, ...others),
        });
        const scale = browser.localStorage.getItem(SCALE_KEY);
        this.setScale(scale in SCALES ? scale : this.env.isSmall ? "day" : "week");
        this.window = getWindow(this.scale, DateTime.now());
        this.loaded = null;
        this.data = [];
        this.bookings = [];
        this.found = null;
        this.planner = { rows: [], count: 0, has_resources: true };
    }

    /** @override bookings are cancelled in their form */
    get canDelete() {
        return false;
    }

    get rows() {
        return this.planner.rows;
    }

    setScale(scale) {
        this.scale = scale;
        browser.localStorage.setItem(SCALE_KEY, scale);
    }

    /** @override */
    async load(searchParams) {
        this.search = searchParams;
        this.last_group_bys = ["resource_id"];
        this.groupField = searchParams.groupBy.find((name) => GROUP_FIELDS.includes(name));
        await this.reload();
    }

    /**
     * Load what is missing to show another time.
     *
     * @param {luxon.DateTime} start
     * @param {luxon.DateTime} stop
     */
    async show(start, stop) {
        this.window = { start, stop };
        if (!this.loaded || start < this.loaded.start || this.loaded.stop < stop) {
            await this.reload();
        }
    }

    async reload() {
        const fetching = this._fetch();
        this.fetching = fetching;
        const fetched = await fetching;
        // what was asked for later counts, whichever answer comes first
        if (fetching === this.fetching) {
            Object.assign(this, fetched);
            this.bookings = this.data.map((record) => this._event_data_transform(record));
            this.notify();
        }
    }

    async _fetch() {
        const { domain, context } = this.search;
        const { start, stop } = this.window;
        const margin = stop.diff(start).toMillis() * MARGIN;
        const loaded = { start: start.minus(margin), stop: stop.plus(margin) };
        const [first, last] = [loaded.start, loaded.stop].map((moment) =>
            serializeDateTime(moment),
        );
        const planner = await this.orm.call("isof.resource", "get_planner", [domain, first, last]);
        const shown = [
            ["resource_id", "in", planner.rows.map((row) => row.id)],
            ["start", "<", last],
            ["stop", ">", first],
        ];
        const live = Domain.and([shown, [["state", "in", SHOWN_STATES]]]);
        const isOfState = domain.some((condition) => condition[0] === "state");
        const searched = Domain.and([domain, isOfState ? shown : live]);
        // what is not searched for is taken nevertheless
        const wanted = domain.length ? Domain.or([searched, live]) : searched;
        const [data, found] = await Promise.all([
            this.orm.call(
                this.model_name,
                "search_planned",
                [wanted.toList(), this.params.fieldNames],
                { context },
            ),
            domain.length && this.orm.search(this.model_name, searched.toList(), { context }),
        ]);
        return { planner, data, loaded, found: found && new Set(found) };
    }

    /** Return whether a booking is shown only because it takes a resource that is shown. */
    isOther(record) {
        return Boolean(this.found && !this.found.has(record.id));
    }

    get hasOthers() {
        return this.data.some((record) => this.isOther(record));
    }

    /**
     * Return whether what is shown may have changed.
     *
     * @param {Array} changes of each resource: its id, from when to when something changed
     */
    isAffected(changes) {
        const ids = new Set(this.rows.map((row) => row.id));
        return changes.some(
            ([id, start, stop]) =>
                ids.has(id) &&
                deserializeDateTime(start) < this.loaded.stop &&
                this.loaded.start < deserializeDateTime(stop),
        );
    }

    /** Return the rows as vis-timeline wants them, below a row for each kind or place. */
    getGroups() {
        const groups = this.rows.map(({ closed: _closed, ...row }, order) => ({
            id: row.id,
            order,
            row,
            content: row.name,
        }));
        if (!this.groupField) {
            return groups;
        }
        const parents = new Map();
        for (const group of groups) {
            const [key, name] = group.row[this.groupField];
            if (!parents.has(key)) {
                parents.set(key, {
                    id: `${this.groupField}-${key}`,
                    content: name || _t("Without a place"),
                    order: parents.size,
                    nestedGroups: [],
                    showNested: true,
                    className: "o_isof_planner_parent",
                });
            }
            const parent = parents.get(key);
            parent.nestedGroups.push(group.id);
            group.nestedInGroup = parent.id;
            group.treeLevel = 1;
        }
        return [...parents.values(), ...groups];
    }

    /** Return the bookings, and the times in which resources are closed, for vis-timeline. */
    getItems() {
        return [...this.bookings, ...this.rows.flatMap((row) => this._getClosedItem(row) || [])];
    }

    /** Return what shows when a resource is closed: one item for all times that are loaded. */
    _getClosedItem(row) {
        const [start, end] = [this.loaded.start, this.loaded.stop].map((day) => day.toJSDate());
        const thinnest = this.window.stop.diff(this.window.start).toMillis() * THINNEST;
        const direction = localization.direction === "rtl" ? "to left" : "to right";
        const percent = (moment) => `${(100 * (moment - start)) / (end - start)}%`;
        const bands = row.closed
            .map((times) => times.map(parseMoment))
            .filter(([from, to]) => to - from > thinnest)
            .map(([from, to]) => [percent(from), percent(to)])
            .map(([from, to]) => `#0000 ${from}, currentColor ${from} ${to}, #0000 ${to}`);
        return (
            bands.length && {
                id: `closed-${row.id}`,
                group: row.id,
                type: CLOSED_TYPE,
                className: "o_isof_planner_closed",
                content: "",
                editable: false,
                limitSize: false,
                start,
                end,
                style: `background-image: linear-gradient(${direction}, ${bands})`,
            }
        );
    }

    /** @override the colours are those of the state, and only what may be changed is movable */
    _event_data_transform(record) {
        const isMovable = record.may_change && MOVABLE_STATES.includes(record.state);
        return {
            id: record.id,
            group: record.resource_id[0],
            type: BOOKING_TYPE,
            start: parseMoment(record.start),
            end: parseMoment(record.stop),
            className: [
                "o_isof_planner_booking",
                `o_isof_planner_${record.state}`,
                ...(record.user_id[0] === user.userId ? ["o_isof_planner_mine"] : []),
                ...(this.isOther(record) ? ["o_isof_planner_other"] : []),
            ].join(" "),
            editable: isMovable && { updateTime: true, updateGroup: true, remove: false },
            evt: record,
        };
    }
}
