// SPDX-License-Identifier: Apache-2.0
// What the scripts of all pages share: elements, figures as text, tables, and charts in the colours of page.css.
'use strict';

const page = (() => {
    // A string among the children becomes text: what comes from data is never read as markup.
    function element(name, attributes, ...children) {
        const made = document.createElement(name);
        for (const [key, value] of Object.entries(attributes ?? {}))
            if (value !== undefined && value !== null && value !== false)
                made.setAttribute(key, value === true ? '' : value);
        made.append(...children.filter((child) => child !== undefined && child !== null));
        return made;
    }

    // --- Figures ---

    const NONE = '–';
    const formats = [0, 1, 2, 3].map((digits) => new Intl.NumberFormat('en-US',
        {minimumFractionDigits: digits, maximumFractionDigits: digits}));
    const isNumber = (value) => typeof value === 'number';
    const fixed = (value, digits) => isNumber(value) ? formats[digits].format(value) : NONE;

    // Digits enough to tell it from its like.
    function plain(value) {
        if (!isNumber(value) || Number.isInteger(value))
            return fixed(value, 0);
        const size = Math.abs(value);
        if (size < 0.001)
            return value.toExponential(2);
        return fixed(value, size >= 1000 ? 0 : size >= 100 ? 1 : size >= 1 ? 2 : 3);
    }

    // "1.5 s", "2 min 5 s"
    function duration(ms) {
        if (!isNumber(ms))
            return NONE;
        const s = ms / 1000;
        if (s < 60)
            return `${plain(s)} s`;
        const whole = Math.round(s), hours = Math.floor(whole / 3600), minutes = Math.floor(whole / 60) % 60;
        return `${hours > 0 ? `${hours} h ` : ''}${minutes} min ${whole % 60} s`;
    }

    const percent = (part, whole) => `${fixed(whole > 0 ? 100 * part / whole : 0, 1)}\u00a0%`;
    const countOf = (count, one, more = `${one}s`) => `${fixed(count, 0)} ${count === 1 ? one : more}`;

    // --- Tables ---

    const ROWS_MAX = 1000, ROWS_FOLDED = 25;

    // A cell is a string, an element or {content, ...attributes}; the first of a row is its header.
    function cell(content, column, index) {
        const {content: inner, ...attributes} =
            typeof content === 'object' && !(content instanceof Node) ? content : {content};
        const name = [column.class, attributes.class].filter(Boolean).join(' ');
        return element(index === 0 ? 'th' : 'td',
            {...attributes, scope: index === 0 ? 'row' : null, class: name || null}, inner);
    }

    // A table in a box of its own, which is what scrolls. columns: {name, class}; rows: arrays of cells, and a row with
    // `marked` stands out. Of long ones the first rows are shown until more are asked for.
    function table(label, columns, rows) {
        const shown = rows.slice(0, ROWS_MAX);
        const body = element('tbody', null, ...shown.map((row, number) => element('tr',
            {class: [row.marked && 'marked', number >= ROWS_FOLDED && 'more'].filter(Boolean).join(' ') || null},
            ...row.map((content, index) => cell(content, columns[index], index)))));
        const head = columns.map((column) => element('th', {scope: 'col', class: column.class}, column.name));
        const box = element('div', {class: 'scroll', role: 'region', tabindex: '0', 'aria-label': label},
            element('table', {'data-rows': rows.length},
                element('thead', null, element('tr', null, ...head)), body));
        const whole = element('div', null, box);
        if (rows.length > ROWS_MAX)
            whole.append(element('p', {class: 'note'}, `The first ${fixed(ROWS_MAX, 0)} of ${fixed(rows.length, 0)}.`));
        if (shown.length > ROWS_FOLDED) {
            const button = element('button', {type: 'button'}, `Show all ${fixed(shown.length, 0)}`);
            button.addEventListener('click', () => {
                box.classList.add('whole');
                button.remove();
            });
            whole.append(button);
        }
        return whole;
    }

    // A figure with a bar below it, as long as its part of the largest.
    const share = (text, part) => element('span', null, text, part >= 0.01 ? element('span',
        {class: 'share', style: `width: ${Math.min(100, 100 * part).toFixed(1)}%`}) : null);

    const swatch = (colour, stroke) =>
        element('span', {class: `swatch${stroke ? ' stroke' : ''}`, style: `color: var(--${colour})`});

    // items: [colour, text, is it a line?]
    const key = (...items) => element('ul', {class: 'key'},
        ...items.map(([colour, text, stroke]) => element('li', null, swatch(colour, stroke), text)));

    function section(id, title, ...children) {
        return element('section', {id, 'aria-labelledby': `${id}-title`},
            element('h2', {id: `${id}-title`}, title), ...children);
    }

    // items: [name, value]; those without a value are left out.
    const facts = (items) => element('dl', {class: 'facts'},
        ...items.filter(([, value]) => value !== null && value !== undefined).map(([name, value]) =>
            element('div', null, element('dt', null, `${name} `), element('dd', null, value))));

    // --- Charts ---

    const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, sans-serif';
    // What A4 and Letter have room for between their margins.
    const PRINT_WIDTH = 660;
    const charts = new Map();
    const paper = matchMedia('print');
    let styles = getComputedStyle(document.documentElement);
    const colour = (name) => styles.getPropertyValue(`--${name}`).trim();
    const widthOf = (box) => paper.matches ? PRINT_WIDTH : box.clientWidth;

    function repaint() {
        styles = getComputedStyle(document.documentElement);
        for (const [box, {plot, height}] of charts) {
            const width = widthOf(box);
            if (width > 0 && width !== plot.width)
                plot.setSize({width, height});
            else
                plot.redraw(false, true);
        }
    }
    for (const query of [paper, matchMedia('(prefers-color-scheme: dark)')])
        query.addEventListener('change', repaint);

    const watcher = new ResizeObserver((entries) => {
        for (const {target} of entries) {
            const {plot, height} = charts.get(target);
            const width = widthOf(target);
            if (width > 0 && width !== plot.width)
                plot.setSize({width, height});
        }
    });

    const axis = (more) => ({
        font: `12px ${FONT}`, gap: 4,
        stroke: () => colour('muted'), grid: {stroke: () => colour('line'), width: 1},
        ticks: {stroke: () => colour('line'), width: 1, size: 4}, ...more,
    });

    // For an axis: as many digits as its steps differ by, and as wide as its figures are.
    const ticks = {
        values: (plot, splits, index, space, step) => splits.map((split) => split !== 0 && step < 0.001
            ? plain(split) : fixed(split, step >= 1 ? 0 : Math.min(3, Math.ceil(-Math.log10(step) - 1e-9)))),
        size: (plot, values) => 14 + 7 * Math.max(3, ...(values ?? []).map((text) => text.length)),
    };

    // In a box that is on the page; says in words what it shows. It follows the box's width.
    function chart(box, words, options, data) {
        box.setAttribute('role', 'img');
        box.setAttribute('aria-label', words);
        const height = options.height;
        const plot = new uPlot({legend: {show: false}, width: Math.max(1, widthOf(box)), ...options}, data, box);
        charts.set(box, {plot, height});
        watcher.observe(box);
        return plot;
    }

    // For boxes that are taken off the page.
    function removeChart(box) {
        watcher.unobserve(box);
        charts.get(box)?.plot.destroy();
        charts.delete(box);
    }

    // For a chart's draw hook: a line across the plot at a value of the scale x or y, with a word at its end, or at its
    // start. Gives back where it is.
    function line(plot, scale, value, {stroke, text, dash = [], start = false}) {
        const {ctx, bbox} = plot, ratio = uPlot.pxRatio;
        const width = Math.max(1, Math.round(ratio)), at = Math.round(plot.valToPos(value, scale, true));
        // Of an odd width it would be smeared over two rows of pixels.
        const middle = at + (width % 2) / 2;
        const [from, length] = scale === 'y' ? [bbox.top, bbox.height] : [bbox.left, bbox.width];
        if (!(at >= from && at <= from + length))
            return null;
        ctx.save();
        ctx.strokeStyle = ctx.fillStyle = colour(stroke);
        ctx.lineWidth = width;
        ctx.setLineDash(dash.map((part) => part * ratio));
        ctx.beginPath();
        ctx.moveTo(scale === 'y' ? bbox.left : middle, scale === 'y' ? middle : bbox.top);
        ctx.lineTo(scale === 'y' ? bbox.left + bbox.width : middle, scale === 'y' ? middle : bbox.top + bbox.height);
        ctx.stroke();
        if (text) {
            ctx.font = `${11 * ratio}px ${FONT}`;
            const gap = 4 * ratio;
            const flip = scale === 'x' && at + gap + ctx.measureText(text).width > bbox.left + bbox.width;
            ctx.textAlign = (scale === 'y' && !start) || flip ? 'right' : 'left';
            ctx.textBaseline = scale === 'y' ? 'bottom' : 'top';
            const end = start ? bbox.left + gap : bbox.left + bbox.width - gap;
            const x = scale === 'y' ? end : at + (flip ? -gap : gap);
            const y = scale === 'y' ? at - 2 * ratio : bbox.top + 2 * ratio;
            // On whatever is drawn there it stays readable.
            ctx.setLineDash([]);
            ctx.lineJoin = 'round';
            ctx.lineWidth = 3 * ratio;
            ctx.strokeStyle = colour('ground');
            ctx.strokeText(text, x, y);
            ctx.fillText(text, x, y);
        }
        ctx.restore();
        return at;
    }

    return {NONE, axis, chart, colour, countOf, duration, element, facts, fixed, isNumber, key, line, percent, plain,
        removeChart, section, share, swatch, table, ticks};
})();
