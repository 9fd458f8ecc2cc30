/* global vis */

import { onWillUnmount, useExternalListener } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { isMobileOS } from "@web/core/browser/feature_detection";
import { deserializeDateTime } from "@web/core/l10n/dates";
import { localization } from "@web/core/l10n/localization";
import { _t } from "@web/core/l10n/translation";
import { deepEqual, shallowEqual } from "@web/core/utils/objects";
import { renderToElement } from "@web/core/utils/render";
import { useDebounced } from "@web/core/utils/timing";
import { TimelineRenderer } from "@web_timeline/views/timeline/timeline_renderer.esm";
import { defineItems } from "./booking_planner_items";
import {
    AXIS_FORMAT,
    floorToQuarter,
    formatTimes,
    getWindow,
    QUARTER,
    roundToQuarter,
    SCALES,
} from "./booking_planner_scale";

const { DateTime } = luxon;

const SELECTION = "selection";
// How many pixels the mouse may move in a click.
const THRESHOLD = 4;
// DIRECTION_ALL of the library Hammer, which vis-timeline does not export.
const ALL_DIRECTIONS = 30;
// How many milliseconds a finger rests on a booking before it can be dragged.
const HOLD_TIME = 400;
const LONGEST_WINDOW = 62 * 24 * 60 * 60 * 1000;

/** Return whether two items or groups of vis-timeline say the same. */
function isSame(one, other) {
    return (
        one === other ||
        shallowEqual(one, other, (value, before) =>
            value instanceof Date ? Number(value) === Number(before) : deepEqual(value, before),
        )
    );
}

/** A row for each resource; select a free time to book it, drag a booking to move it. */
export class BookingPlannerRenderer extends TimelineRenderer {
    static template = "isof_crm_resources.BookingPlanner";
    static props = {
        ...TimelineRenderer.props,
        onBook: Function,
        onCreateResource: Function,
        onOpen: Function,
    };

    /** @override */
    setup() {
        super.setup();
        this.isPressed = false;
        this.isOutdated = false;
        this.shown = new Map(); // what each data set of vis-timeline was given, by id
        this.pressed = { x: 0, y: 0, type: "mouse" };
        this.isTouch = isMobileOS();
        this.scales = SCALES;
        this.legend = {
            confirmed: _t("Confirmed"),
            mine: _t("Mine"),
            requested: _t("Requested"),
            closed: _t("Closed"),
        };
        this.mode.data = this.model.scale;
        this.mode.title = this.getTitle();
        Object.assign(this.options, {
            // the line of the present moves by the minute, not by the second
            alignCurrentTime: "minute",
            autoResize: false,
            format: AXIS_FORMAT,
            groupTemplate: (group) => group && this.renderLabel(group),
            horizontalScroll: true,
            itemsAlwaysDraggable: { item: !this.isTouch, range: !this.isTouch },
            margin: { item: { horizontal: 0, vertical: 3 }, axis: 3 },
            multiselect: false,
            height: "100%",
            onMoving: (item, callback) => callback(this.isRow(item.group) ? item : null),
            orientation: { axis: "top", item: "top" },
            snap: roundToQuarter,
            // vis-timeline hides itself for a while to find it out
            rtl: localization.direction === "rtl",
            stack: true,
            // rendered when it is drawn, which not all are
            template: (item) =>
                item.evt ? this.model._render_timeline_item(item.evt) : item.content,
            tooltip: {
                followMouse: true,
                overflowMethod: "flip",
                template: ({ evt }) => evt && this.renderTooltip(evt),
            },
            verticalScroll: true,
            zoomMax: LONGEST_WINDOW,
            zoomMin: 4 * QUARTER,
        });
        useExternalListener(window, "pointerup", this.onRelease);
        useExternalListener(window, "pointercancel", this.onRelease);
        this.onRangeChanged = useDebounced(this.showRange, 200);
        // vis-timeline would look every second, and draw all again after the first one
        this.resizeObserver = new ResizeObserver(([{ contentRect }]) => {
            const { width, height } = this.timeline.props.root;
            if (
                Math.round(contentRect.width) !== width ||
                Math.round(contentRect.height) !== height
            ) {
                this.draw();
            }
        });
        onWillUnmount(() => {
            browser.clearTimeout(this.pauseTimer);
            this.resizeObserver.disconnect();
            this.stopSelecting?.();
            this.timeline?.destroy();
        });
    }

    isRow(group) {
        return typeof group === "number";
    }

    // ------------------------------------------------------------
    // What is shown
    // ------------------------------------------------------------

    /** @override */
    _computeMode() {
        this.options.start = this.model.window.start.toJSDate();
        this.options.end = this.model.window.stop.toJSDate();
    }

    /** @override */
    init_timeline() {
        defineItems();
        this.groups = new vis.DataSet();
        this.items = new vis.DataSet();
        const { el } = this.canvasRef;
        // what has no size is not drawn
        el.hidden = true;
        super.init_timeline();
        // it would wait for the time that it begins with to come to rest, and draw all again
        this.timeline.emit("rangechanged", this.timeline.getWindow());
        this.timeline.on("rangechanged", this.onRangeChanged);
        // vis-timeline asks for a direction (Hammer.ALL) that its library does not have, and
        // misses drags straight up or down: to another resource at the same time
        this.timeline.itemSet.hammer.get("pan").set({ direction: ALL_DIRECTIONS });
        if (this.isTouch) {
            // what is held is selected, and can be dragged on
            this.timeline.itemSet.hammer.get("press").set({ time: HOLD_TIME });
        }
        this.showRows();
        this.timeline.setGroups(this.groups);
        el.hidden = false;
        this.drawFirst();
    }

    /** Draw rows, then what is in them, and let the browser hear what somebody does in between. */
    async drawFirst() {
        await this.pause();
        // rows take the height of their labels in the drawing after the first: from then on it is
        // known which ones are to be seen, and bookings are drawn of those alone
        this.timeline.itemSet.redraw();
        this.draw();
        await this.pause();
        this.showItems();
        this.timeline.setItems(this.items);
        this.resizeObserver.observe(this.canvasRef.el);
    }

    pause() {
        return new Promise((resolve) => {
            this.pauseTimer = browser.setTimeout(resolve);
        });
    }

    draw() {
        this.timeline.emit("_change");
    }

    /** @override all is there from the beginning */
    load_initial_data() {}

    /** @override the height is that of the page, by the style sheet */
    on_attach_callback() {}

    /** @override the rows are there without bookings, and stay folded */
    async on_data_loaded() {
        // what is dragged stays under the mouse until it is dropped
        this.isOutdated = this.isPressed;
        if (!this.isPressed) {
            this.showRows();
            this.showItems();
        }
    }

    showRows() {
        const groups = this.model.getGroups();
        const folded = this.groups.get({ filter: (group) => group.showNested === false });
        const foldedIds = new Set(folded.map((group) => group.id));
        for (const group of groups) {
            if (foldedIds.has(group.id)) {
                group.showNested = false;
            } else if (foldedIds.has(group.nestedInGroup)) {
                group.visible = false;
            }
        }
        this.update(this.groups, groups);
    }

    showItems() {
        this.update(this.items, this.model.getItems());
    }

    /** Show what has changed; what has not stays as it is, with focus and tooltip. */
    update(dataSet, wanted) {
        const shown = this.shown.get(dataSet);
        const wantedById = new Map(wanted.map((each) => [each.id, each]));
        this.shown.set(dataSet, wantedById);
        dataSet.remove(dataSet.getIds().filter((id) => !wantedById.has(id)));
        dataSet.update(wanted.filter((each) => !isSame(each, shown?.get(each.id))));
    }

    getTitle() {
        const { start, stop } = this.model.window;
        const middle = start.plus({ milliseconds: stop.diff(start).toMillis() / 2 });
        if (this.model.scale === "day") {
            return middle.toLocaleString({
                weekday: "long",
                day: "numeric",
                month: "long",
                year: "numeric",
            });
        }
        return middle.toLocaleString({ month: "long", year: "numeric" });
    }

    renderLabel({ row, content }) {
        return renderToElement("isof_crm_resources.BookingPlannerLabel", {
            row,
            content,
            kind: row && this.model.groupField !== "kind_id" ? row.kind_id[1] : "",
        });
    }

    renderTooltip(record) {
        const [start, stop] = [record.start, record.stop].map((moment) =>
            deserializeDateTime(moment).toJSDate(),
        );
        const states = Object.fromEntries(this.fields.state.selection);
        return renderToElement("isof_crm_resources.BookingPlannerTooltip", {
            record,
            reserved: _t("Reserved"),
            state: states[record.state],
            times: formatTimes(start, stop),
        });
    }

    // ------------------------------------------------------------
    // Which time is shown
    // ------------------------------------------------------------

    onScale(scale) {
        const { start, stop } = this.model.window;
        const now = DateTime.now();
        this.model.setScale(scale);
        this.mode.data = scale;
        this.setWindow(getWindow(scale, start <= now && now < stop ? now : start));
    }

    onToday() {
        this.setWindow(getWindow(this.model.scale, DateTime.now()));
    }

    /** Go on by a day, a week or a month: 1, or back: -1. */
    onStep(direction) {
        const { scale, window } = this.model;
        // where somebody went in between counts as the day he sees most of
        const middle = window.start.plus(window.stop.diff(window.start).toMillis() / 2);
        this.setWindow(getWindow(scale, middle.plus({ [scale]: direction })));
    }

    setWindow({ start, stop }) {
        this.model.window = { start, stop };
        this.timeline.setWindow(start.toJSDate(), stop.toJSDate(), { animation: false });
    }

    /** Show what the user went to. */
    async showRange() {
        const { start, end } = this.timeline.getWindow();
        const shown = this.model.show(DateTime.fromJSDate(start), DateTime.fromJSDate(end));
        this.mode.title = this.getTitle();
        await shown;
        this.on_data_loaded();
    }

    // ------------------------------------------------------------
    // Mouse, touch and keyboard
    // ------------------------------------------------------------

    /** @override a click opens what it is on, a tap books what is free; no end of a drag does */
    on_timeline_click({ what, item, group, time, event }) {
        if (
            Math.hypot(event.clientX - this.pressed.x, event.clientY - this.pressed.y) > THRESHOLD
        ) {
            return;
        }
        if (what === "item" && item) {
            this.props.onOpen(item);
        } else if (what === "group-label" && this.isRow(group)) {
            this.props.onGroupClick({ group });
        } else if (this.pressed.type !== "mouse") {
            this.bookFrom({ what, group, time });
        }
    }

    /** @override the first click has opened it */
    on_update() {}

    onKeydown(ev) {
        const target = ev.target.closest(".o_isof_planner_booking");
        if (target && ["Enter", " "].includes(ev.key)) {
            ev.preventDefault();
            this.props.onOpen(this.timeline.getEventProperties({ target }).item);
        }
    }

    /** Select a free time by the mouse; touch scrolls, and books by a tap. */
    onPointerdown(ev) {
        this.pressed = { x: ev.clientX, y: ev.clientY, type: ev.pointerType };
        this.isPressed = true;
        if (ev.pointerType !== "mouse" || ev.button !== 0 || !this.model.canCreate) {
            return;
        }
        const { what, group, time } = this.timeline.getEventProperties(ev);
        if (what !== "background" || !this.isRow(group)) {
            return;
        }
        // vis-timeline would move the window
        ev.stopPropagation();
        this.timeline.setSelection([]);
        this.startSelecting(group, time);
    }

    onRelease() {
        this.isPressed = false;
        if (this.isOutdated) {
            this.on_data_loaded();
        }
    }

    startSelecting(group, from) {
        let selected = null;
        const move = (ev) => {
            if (!selected && Math.abs(ev.clientX - this.pressed.x) < THRESHOLD) {
                return;
            }
            const { time } = this.timeline.getEventProperties(ev);
            const [first, last] = [from, time].sort((one, other) => one - other);
            const start = floorToQuarter(first);
            const end = new Date(Math.max(roundToQuarter(last), start.getTime() + QUARTER));
            selected = { group, start, end };
            this.timeline.itemsData.update({
                ...selected,
                id: SELECTION,
                type: "background",
                className: "o_isof_planner_selection",
                content: formatTimes(start, end),
                editable: false,
            });
        };
        const cancel = (ev) => ev.key === "Escape" && this.stopSelecting();
        const drop = () => {
            this.stopSelecting();
            if (selected) {
                this.props.onBook(selected);
            }
        };
        this.stopSelecting = () => {
            window.removeEventListener("pointermove", move);
            window.removeEventListener("pointerup", drop);
            window.removeEventListener("keydown", cancel, true);
            this.timeline.itemsData.remove(SELECTION);
            this.stopSelecting = null;
        };
        window.addEventListener("pointermove", move);
        window.addEventListener("pointerup", drop);
        window.addEventListener("keydown", cancel, true);
    }

    /** A double click of the mouse, which vis-timeline does not see. */
    onDblclick(ev) {
        if (this.pressed.type === "mouse") {
            this.bookFrom(this.timeline.getEventProperties(ev));
        }
    }

    /** Book what was pointed at, if it is the free time of a resource. */
    bookFrom({ what, group, time }) {
        if (what === "background" && this.isRow(group) && this.model.canCreate) {
            this.props.onBook({ group, start: floorToQuarter(time) });
        }
    }

    /** @override the first tap has booked it */
    on_add(item, callback) {
        callback(null);
    }
}
