// SPDX-License-Identifier: Apache-2.0
// The page of one run: window.perf is {perf: a perf.json (docs/perf/perf-json.md), run: which of its runs}. Parts that
// the run has no data for are left out.
'use strict';

(() => {
    const {axis, chart, colour, countOf, duration, element, facts, fixed, isNumber, key, line, percent, plain, section,
        share, swatch, table} = page;
    const {perf, run: runIndex} = window.perf;
    const run = perf.runs[runIndex];
    const session = run.session ?? {};
    const total = run.frame_metrics?.total ?? {}, rolling = run.frame_metrics?.rolling ?? {};
    const budget = session.budget_ms, long = session.long_frame_ms;
    const main = document.querySelector('main');

    // Also the names of their colours: nothing else gets into a style.
    const CAUSES = ['dropped', 'app', 'gpu', 'pipeline', 'unknown'];
    const PHASES = ['ui', 'layout', 'render', 'present'];
    const causeOf = (cause) => CAUSES.includes(cause) ? cause : 'unknown';
    const has = (list) => Array.isArray(list) && list.length > 0;
    const entries = (object) => Object.entries(object ?? {});
    const number = (name, more) => ({name, class: `number${more ? ` ${more}` : ''}`});
    const code = (text) => element('code', null, text);
    const ms = (value) => fixed(value, isNumber(value) && Math.abs(value) < 1 ? 3 : 2);
    const us = (value) => fixed(value, isNumber(value) && value !== 0 && Math.abs(value) < 100 ? 1 : 0);
    // "over": as long as the session calls a frame long; "near": over its budget, and by more than jitter.
    const grade = (value) => !isNumber(value) || !isNumber(budget) ? null
        : value >= (long ?? 1.5 * budget) ? 'over' : value > 1.05 * budget ? 'near' : null;

    // --- What was run, and how it went ---

    // Of the session, else of the window.
    function figure(name) {
        for (const [part, of] of [['total', total], ['rolling', rolling]])
            if (isNumber(of[name]))
                return {value: of[name], path: `frame_metrics.${part}.${name}`, window: part === 'rolling'};
        return {value: null, path: '', window: false};
    }

    // How many janky frames there were of each cause that there was.
    function jankCounts() {
        const counts = new Map();
        for (const cause of CAUSES) {
            const said = total[`jank_${cause}`];
            const listed = () => (run.janks ?? []).filter((jank) => causeOf(jank.cause) === cause).length;
            const count = isNumber(said) ? said : listed();
            if (count > 0)
                counts.set(cause, count);
        }
        return counts;
    }

    const janksBy = jankCounts();
    const jankCount = [...janksBy.values()].reduce((sum, count) => sum + count, 0);

    function header() {
        const items = [['profile', run.profile], ['target', perf.target],
            ['time', isNumber(session.time_ms) ? duration(session.time_ms) : null],
            ['frames', isNumber(total.frames) ? fixed(total.frames, 0) : null],
            ['budget', isNumber(budget) ? `${fixed(budget, 3)} ms` : null],
            ['perfd', run.source?.perfd_version], ['clock', run.source?.clock],
            ['run', perf.runs.length > 1 ? `${runIndex + 1} of ${perf.runs.length}` : null]];
        return element('header', null, element('h1', null, session.name || run.profile), facts(items));
    }

    function verdictText() {
        const p99 = figure('p99_ms').value, frames = figure('frames').value, parts = [];
        if (isNumber(p99) && isNumber(budget))
            parts.push(`99 of 100 frames took at most ${ms(p99)} ms, ${fixed(p99 / budget, 2)}× the budget.`);
        if (isNumber(frames) && (jankCount > 0 || isNumber(total.jank_unknown))) {
            const causes = [...janksBy].map(([cause, count]) => `${cause} ${fixed(count, 0)}`).join(', ');
            parts.push(jankCount === 0 ? 'No frame was janky.'
                : `${fixed(jankCount, 0)} of ${fixed(frames, 0)} ${jankCount === 1 ? 'was' : 'were'} janky ` +
                    `(${percent(jankCount, frames)}): ${causes}.`);
        }
        return parts.join(' ');
    }

    function tile(title, name, show, unit, aside, asideClass) {
        const {value, path, window: ofWindow} = figure(name);
        if (!isNumber(value))
            return null;
        return element('div', null,
            element('dt', null, ofWindow && total.frames !== undefined ? `${title}, window` : title),
            element('dd', null,
                element('span', {class: 'value', 'data-figure': path, title: String(value)}, show(value)),
                unit && element('span', {class: 'unit'}, unit),
                aside && element('div', {class: `aside${asideClass ? ` ${asideClass}` : ''}`}, aside)));
    }

    function verdict() {
        const frames = figure('frames').value, two = (value) => fixed(value, 2), whole = (value) => fixed(value, 0);
        const times = ['p50', 'p95', 'p99'].map((name) => {
            const {value} = figure(`${name}_ms`);
            const ratio = isNumber(value) && isNumber(budget) ? `${two(value / budget)}× budget` : null;
            return tile(name, `${name}_ms`, two, 'ms', ratio, grade(value));
        });
        const part = (name) => {
            const {value} = figure(name);
            return isNumber(value) && isNumber(frames) ? percent(value, frames) : null;
        };
        const stdev = figure('stdev_ms').value;
        const tiles = [
            tile('frames a second', 'fps', two, null,
                isNumber(budget) ? `budget ${two(1000 / budget)}` : null), ...times,
            tile('long', 'long', whole, null, part('long')),
            tile('dropped', 'dropped', whole, null, null),
            tile('late', 'late', whole, null, part('late')),
            tile('cv', 'cv', (value) => fixed(value, 3), null, isNumber(stdev) ? `stdev ${two(stdev)} ms` : null),
        ].filter(Boolean);
        if (tiles.length === 0)
            return null;
        const made = element('section', {id: 'verdict', 'aria-label': 'Verdict'});
        const text = verdictText();
        if (text)
            made.append(element('p', {class: 'verdict'}, text));
        made.append(element('dl', {class: 'tiles'}, ...tiles));
        const left = [[session.truncated_frames, 'frame'], [session.truncated_records, 'record']]
            .filter(([count]) => count > 0).map(([count, one]) => countOf(count, one));
        if (left.length > 0)
            made.append(element('p', {class: 'note'},
                `The trace's size cap left out ${left.join(' and ')}: charts and labels are of what is there.`));
        return made;
    }

    // --- Charts ---

    // The frames that have a time, by it.
    function framesInOrder() {
        const columns = run.frames ?? {};
        const order = [...(columns.at_ms ?? []).keys()].filter((i) => isNumber(columns.at_ms[i]));
        if (order.some((at, i) => i > 0 && columns.at_ms[at] < columns.at_ms[order[i - 1]]))
            order.sort((left, right) => columns.at_ms[left] - columns.at_ms[right]);
        const frames = {count: order.length};
        for (const [name, column] of entries(columns))
            frames[name] = order.map((i) => column[i] ?? null);
        return frames;
    }

    const frames = framesInOrder();
    const any = (column) => column !== undefined && column.some(isNumber);
    const seconds = any(frames.at_ms) ? frames.at_ms.map((at) => at / 1000) : [];

    // A few frames far out must not press the others flat: beyond the top they are marked at the edge.
    function topOf(values) {
        const sorted = Float64Array.from(values.filter(isNumber)).sort();
        const most = sorted[sorted.length - 1] ?? 0;
        const floor = isNumber(budget) ? 1.5 * budget : 0;
        const p99 = sorted[Math.ceil(sorted.length * 0.99) - 1] ?? 0;
        const bearable = Math.max(4 * p99, 6 * (isNumber(budget) ? budget : p99));
        return Math.max(floor, most <= bearable ? 1.08 * most : bearable) || 1;
    }

    // Steps show each frame as long as it took; of many of them only their outline is left to see.
    const STEPS_MAX = 5000;
    const paths = () => frames.count <= STEPS_MAX ? uPlot.paths.stepped({align: -1}) : uPlot.paths.linear();
    const scales = (top) => ({x: {time: false}, y: {range: [0, top]}});
    // Two charts of the same frames have one cursor and zoom together.
    const cursor = {sync: {key: 'frames', setSeries: false}, y: false, drag: {x: true, y: false}, points: {size: 5}};
    const inUnits = (unit) =>
        axis({size: 30, values: (plot, splits) => splits.map((split) => `${plain(split)} ${unit}`)});
    const axes = () => [inUnits('s'), axis({size: 40})];

    function drawBudget(plot, box, scale) {
        if (!isNumber(budget))
            return;
        if (isNumber(long) && long !== budget)
            line(plot, scale, long, {stroke: 'muted', dash: [2, 4], text: scale === 'y' && 'long', start: true});
        const at = line(plot, scale, budget, {stroke: 'ink', text: `budget ${fixed(budget, 2)} ms`});
        if (at !== null)
            box.setAttribute('data-budget-at', at);
    }

    // Frames that are janky, or long for no cause that is known.
    function markedFrames() {
        const marked = [];
        for (let i = 0; i < frames.count; i++) {
            const cause = frames.cause?.[i] ?? null, interval = frames.interval_ms?.[i];
            if (cause !== null)
                marked.push({i, cause: causeOf(cause)});
            else if (isNumber(long) && isNumber(interval) && interval >= long)
                marked.push({i, cause: null});
        }
        return marked;
    }

    // A dot where the frame's line ends, an arrow at the edge where that is beyond it.
    function drawMarks(plot, marked) {
        const {ctx, bbox} = plot, ratio = uPlot.pxRatio, {min, max} = plot.scales.x;
        const size = (marked.length > 300 ? 2.5 : 3.5) * ratio;
        ctx.save();
        for (const {i, cause} of marked) {
            const value = frames.interval_ms[i];
            if (seconds[i] < min || seconds[i] > max || !isNumber(value))
                continue;
            const x = plot.valToPos(seconds[i], 'x', true), y = plot.valToPos(value, 'y', true);
            ctx.fillStyle = colour(cause ?? 'muted');
            ctx.beginPath();
            if (y < bbox.top) {
                ctx.moveTo(x, bbox.top);
                ctx.lineTo(x - 1.4 * size, bbox.top + 2.4 * size);
                ctx.lineTo(x + 1.4 * size, bbox.top + 2.4 * size);
            } else {
                ctx.arc(x, y, size, 0, 2 * Math.PI);
            }
            ctx.fill();
        }
        ctx.restore();
    }

    function readoutOf(i) {
        const parts = [`frame ${frames.id?.[i] ?? i}`, `at ${fixed(seconds[i], 3)} s`];
        for (const name of ['interval', 'work', 'gpu', ...PHASES])
            if (isNumber(frames[`${name}_ms`]?.[i]))
                parts.push(`${name} ${ms(frames[`${name}_ms`][i])} ms`);
        if (frames.missed?.[i] > 0)
            parts.push(`missed ${frames.missed[i]}`);
        if (frames.cause?.[i])
            parts.push(frames.cause[i]);
        return parts.join(' · ');
    }

    function frameTimes() {
        if (!any(frames.interval_ms) || seconds.length === 0)
            return;
        const marked = markedFrames(), top = topOf(frames.interval_ms);
        const beyond = frames.interval_ms.filter((value) => value > top).length;
        const hint = 'Drag to zoom, double-click for all of it.';
        const box = element('div', {class: 'chart', id: 'chart-frames'});
        const readout = element('p', {class: 'readout'}, hint);
        const items = [['accent', 'interval', true]];
        if (any(frames.work_ms))
            items.push(['soft', 'work', true]);
        if (any(frames.gpu_ms))
            items.push(['gpu', 'GPU time', true]);
        for (const cause of CAUSES)
            if (marked.some((mark) => mark.cause === cause))
                items.push([cause, cause]);
        if (marked.some((mark) => mark.cause === null))
            items.push(['muted', 'long, but in time']);
        main.append(section('frames', 'Frame times, ms', key(...items), box, readout));
        if (beyond > 0)
            readout.before(element('p', {class: 'note'}, `${countOf(beyond, 'frame')} beyond the top at ` +
                `${fixed(top, 0)} ms: arrows at the edge.`));
        const series = [{}], data = [seconds];
        const lines = [['work_ms', 'soft', 1], ['gpu_ms', 'gpu', 1], ['interval_ms', 'accent', 1.25]];
        for (const [name, tint, width] of lines) {
            if (!any(frames[name]))
                continue;
            series.push({stroke: () => colour(tint), width, paths: paths(), points: {show: frames.count < 2}});
            data.push(frames[name]);
        }
        const said = figure('longest_ms').value;
        chart(box, `Times of ${countOf(frames.count, 'frame')}, ${countOf(marked.length, 'one', 'of them')} marked` +
            (isNumber(said) ? `; the longest took ${ms(said)} ms` : ''), {
            height: 300, scales: scales(top), axes: axes(), series, cursor,
            hooks: {
                draw: [(plot) => {
                    drawBudget(plot, box, 'y');
                    drawMarks(plot, marked);
                    box.setAttribute('data-marks', marked.length);
                }],
                setCursor: [(plot) => {
                    readout.textContent = isNumber(plot.cursor.idx) ? readoutOf(plot.cursor.idx) : hint;
                }],
            },
        }, data);
    }

    function phases() {
        const names = PHASES.filter((name) => any(frames[`${name}_ms`]));
        if (names.length === 0 || seconds.length === 0)
            return;
        // Each is drawn as the sum of itself and those below it; the highest first, so that the others cover it.
        const sums = [];
        let below = new Array(frames.count).fill(null);
        for (const name of names) {
            below = frames[`${name}_ms`].map((value, i) => isNumber(value) ? (below[i] ?? 0) + value : below[i]);
            sums.unshift(below);
        }
        const box = element('div', {class: 'chart', id: 'chart-phases'});
        main.append(section('phases', 'Phases of each frame, ms', key(...names.map((name) => [name, name])), box));
        const series = names.map((name) => ({
            stroke: () => colour(name), fill: () => colour(name), width: 1, paths: paths(), points: {show: false},
        }));
        chart(box, `Time in ${names.join(', ')} of ${countOf(frames.count, 'frame')}, stacked`, {
            height: 220, scales: scales(topOf(sums[0])), axes: axes(), series: [{}, ...series.reverse()], cursor,
            hooks: {draw: [(plot) => drawBudget(plot, box, 'y')]},
        }, [seconds, ...sums]);
    }

    // Bins whose middles are the multiples of their width, so that frames in time are in one, and not in two.
    function binned(values, top) {
        const scale = isNumber(budget) ? budget : top / 4;
        const width = scale / (top > 4 * scale ? 8 : 16);
        const counts = new Array(Math.ceil(top / width) + 1).fill(0);
        for (const value of values)
            counts[Math.min(counts.length - 1, Math.round(value / width))]++;
        return {width, counts, middles: counts.map((_, i) => i * width)};
    }

    function histogram(to) {
        const values = (frames.interval_ms ?? []).filter(isNumber);
        if (values.length === 0)
            return;
        const top = topOf(values), {width, counts, middles} = binned(values, top), most = Math.max(...counts);
        const isLong = (middle) => isNumber(long) && middle + width / 2 > long;
        const box = element('div', {class: 'chart', id: 'chart-histogram'});
        // Of a hundred frames in time one late one would not be seen.
        let logarithmic = most > 100;
        const input = element('input', {type: 'checkbox', checked: logarithmic});
        const switcher = element('label', {class: 'note screen'}, input, ' logarithmic counts');
        const beyond = values.filter((value) => value > top).length;
        const items = [['accent', 'frames']];
        if (middles.some((middle, i) => counts[i] > 0 && isLong(middle)))
            items.push(['over', 'long frames']);
        to.append(section('histogram', 'How long frames took', key(...items), box, switcher));
        if (beyond > 0)
            box.after(element('p', {class: 'note'}, `The last bar also counts ${countOf(beyond, 'frame')} beyond it.`));
        const bars = (tint) => ({
            stroke: () => colour(tint), fill: () => colour(tint), width: 0, points: {show: false},
            paths: uPlot.paths.bars({size: [0.86, 60]}),
        });
        const height = (count) => count === 0 ? null : logarithmic ? Math.log10(count) + 0.15 : count;
        const data = () => [middles, counts.map((count, i) => isLong(middles[i]) ? null : height(count)),
            counts.map((count, i) => isLong(middles[i]) ? height(count) : null)];
        const powers = () => [...Array(Math.ceil(Math.log10(most)) + 1).keys()].map((power) => power + 0.15);
        const show = (split) => fixed(logarithmic ? Math.round(10 ** (split - 0.15)) : split, 0);
        const plot = chart(box, `Histogram of ${countOf(values.length, 'frame time')}`, {
            height: 240, series: [{}, bars('accent'), bars('over')], cursor: {show: false},
            scales: {x: {time: false, range: [0, middles.at(-1) + width / 2]},
                y: {range: () => [0, 1.08 * height(most)]}},
            axes: [inUnits('ms'), axis({
                size: 58,
                incrs: Array.from({length: 9}, (_, power) => [1, 2, 5].map((one) => one * 10 ** power)).flat(),
                splits: (self, index, min, max, increment) => logarithmic ? powers()
                    : Array.from({length: Math.floor(max / increment) + 1}, (_, i) => i * increment),
                values: (self, splits) => splits.map(show),
            })],
            hooks: {draw: [(self) => drawBudget(self, box, 'x')]},
        }, data());
        box.setAttribute('data-frames', counts.reduce((sum, count) => sum + count, 0));
        input.addEventListener('change', () => {
            logarithmic = input.checked;
            plot.setData(data());
        });
    }

    function causes(to) {
        if (janksBy.size === 0)
            return;
        const most = Math.max(...janksBy.values());
        const rows = [...janksBy].sort((left, right) => right[1] - left[1]).map(([cause, count]) => [
            causeCell(cause), share(fixed(count, 0), count / most), percent(count, jankCount)]);
        to.append(section('causes', 'Why frames were late',
            table('Janky frames by cause', [{name: 'Cause'}, number('Frames'), number('Share')], rows)));
    }

    // --- Tables ---

    const causeCell = (cause) => cause === null ? '–'
        : element('span', null, swatch(causeOf(cause)), cause);

    function janks() {
        if (!has(run.janks))
            return null;
        const worst = [...run.janks].sort((left, right) => (right.over_ms ?? 0) - (left.over_ms ?? 0));
        const why = (jank) => jank.why.map(({label, ms: time}) => `${label} ${ms(time)}`).join(', ') || '–';
        const rows = worst.map((jank) => [fixed(jank.frame_id, 0), causeCell(jank.cause), fixed(jank.at_ms / 1000, 3),
            ms(jank.interval_ms), ms(jank.over_ms), why(jank)]);
        return section('janks', 'Janky frames, worst first', table('Janky frames',
            [{name: 'Frame', class: 'short'}, {name: 'Cause', class: 'short'}, number('At, s'), number('Interval, ms'),
                number('Over by, ms'), {name: 'Labels in it, ms', class: 'wide'}], rows));
    }

    function labelName(label) {
        const name = element('span', null, label.label);
        if (label.function)
            name.prepend(element('span', {class: 'muted'}, `${label.function} / `));
        if (label.mir_id)
            name.append(element('br'), element('code', {class: 'muted'}, label.mir_id));
        return name;
    }

    function labels() {
        if (!has(run.metrics))
            return null;
        const bySelf = [...run.metrics].sort((left, right) => right.cpu_us.self - left.cpu_us.self);
        const most = bySelf[0].cpu_us.self;
        const isOver = (label) => label.over_count > 0 || label.over_by_cpu_us > 0;
        const extra = [['budget_gpu_us', 'GPU budget, µs', us], ['budget_mem_bytes', 'Memory, bytes', us]]
            .filter(([name]) => bySelf.some((label) => isNumber(label[name])));
        const hasBudgets = bySelf.some((label) => isNumber(label.budget_cpu_us));
        const columns = [{name: 'Label', class: 'name'}, number('Spans'), number('Self, µs'), number('Total, µs'),
            number('Mean, µs'), number('p95, µs'), number('Max, µs')];
        if (hasBudgets)
            columns.push(number('Budget, µs'), number('Over by, µs'));
        columns.push(...extra.map(([, title]) => number(title)));
        if (hasBudgets || extra.length > 0)
            columns.push(number('Spans over'));
        const rows = bySelf.map((label) => {
            const {cpu_us: cpu} = label, over = isOver(label) ? 'over' : null;
            const row = [labelName(label), fixed(label.count, 0), share(us(cpu.self), most > 0 ? cpu.self / most : 0),
                us(cpu.total), us(cpu.mean), us(cpu.p95), us(cpu.max)];
            if (hasBudgets)
                row.push(us(label.budget_cpu_us), {content: us(label.over_by_cpu_us), class: over});
            row.push(...extra.map(([name, , show]) => show(label[name])));
            if (hasBudgets || extra.length > 0)
                row.push({content: fixed(label.over_count, 0), class: over});
            row.marked = over !== null;
            return row;
        });
        const over = bySelf.filter(isOver).length;
        return section('labels', 'Labels by self time',
            over > 0 ? element('p', {class: 'over'}, `${countOf(over, 'label')} over budget.`) : null,
            table('Labels by self time', columns, rows));
    }

    // What is not counted is said, and is no 0.
    function counters(id, title, list) {
        if (!has(list))
            return null;
        const figures = [...new Set(list.flatMap((counter) => Object.keys(counter.rolling ?? {})))];
        const columns = [{name: 'Counter', class: 'name'}, {name: 'State', class: 'reason'}, number('Total'),
            ...figures.map((name) => number(name)), {name: 'Unit'}];
        const rows = list.map((counter) => {
            const fine = counter.state === 'ok';
            const state = fine ? counter.state : element('span', {class: 'state'}, counter.state);
            const reason = counter.reason && element('div', {class: 'note'}, counter.reason);
            const sum = isNumber(counter.total) || fine ? plain(counter.total)
                : {content: counter.state, class: 'muted'};
            return [code(counter.name), element('span', null, state, reason || null), sum,
                ...figures.map((name) => plain(counter.rolling?.[name])),
                counter.unit || (counter.kind === 'ns' ? 'ns' : counter.kind)];
        });
        const note = 'Total is of the session, the rest of the last window.';
        return section(id, title, table(title, columns, rows),
            figures.length > 0 ? element('p', {class: 'note'}, note) : null);
    }

    // Figures that the session and the window have, by the name that they have in a perf.json.
    function figureTable(label, groups) {
        const there = groups.filter(([, figures]) => figures !== null && figures !== undefined);
        const names = [...new Set(there.flatMap(([, figures]) => Object.keys(figures)))];
        const rows = names.map((name) => [code(name), ...there.map(([, figures]) => name in figures
            ? plain(figures[name]) : '')]);
        return table(label, [{name: 'Figure'}, ...there.map(([title]) => number(title))], rows);
    }

    function group(id, title, figures) {
        if (!figures || (!figures.total && !figures.rolling))
            return null;
        return section(id, title, figureTable(title, [['Session', figures.total], ['Window', figures.rolling]]));
    }

    function hotspots() {
        if (!has(run.hotspots))
            return null;
        const columns = [{name: 'Key', class: 'name'}, number('Hits'), number('Weight'), number('Error, at most'),
            number('Of all, %')];
        const made = section('hotspots', 'Hotspots');
        for (const {name, total_hits: hits, total_weight: weight, top} of run.hotspots) {
            const most = Math.max(...top.map((row) => row.percent));
            const rows = top.map((row) => [code(row.key), fixed(row.hits, 0), fixed(row.weight, 0), fixed(row.error, 0),
                share(fixed(row.percent, 2), row.percent / most)]);
            made.append(element('h3', null, name),
                element('p', {class: 'note'}, `${countOf(hits, 'hit')} of weight ${fixed(weight, 0)} in all.`),
                table(`Hotspots: ${name}`, columns, rows));
        }
        return made;
    }

    function ledger() {
        if (!run.ledger)
            return null;
        const {balanced, ...counts} = run.ledger;
        const rows = entries(counts).map(([name, count]) => [code(name), fixed(count, 0)]);
        const words = balanced ? 'Balanced: every record is accounted for.'
            : 'NOT balanced: there are records that nothing accounts for.';
        return section('ledger', 'Ledger',
            element('p', {class: balanced ? 'muted' : 'over', 'data-balanced': String(balanced)}, words),
            rows.length > 0 ? table('Ledger', [{name: 'Records'}, number('Count')], rows) : null);
    }

    function streams() {
        const list = run.run_log?.rng_streams;
        if (!has(list))
            return null;
        return section('streams', 'Random streams', table('Random streams',
            [{name: 'Stream', class: 'name'}, {name: 'Seed'}, number('Events')],
            list.map(({id, seed, events}) => [code(id), code(seed), fixed(events, 0)])));
    }

    const figuresOf = (id, title, figures) => entries(figures).length === 0 ? null
        : section(id, title, figureTable(title, [['Value', figures]]));

    // --- The page ---

    const put = (...sections) => main.append(...sections.filter(Boolean));
    put(header(), verdict());
    frameTimes();
    const pair = element('div', {class: 'pair'});
    main.append(pair);
    histogram(pair);
    causes(pair);
    if (pair.childElementCount < 2)
        pair.replaceWith(...pair.childNodes);
    phases();
    put(janks(), labels());
    const small = element('div', {class: 'columns'});
    small.append(...[group('graphics', 'Graphics', run.graphics), group('jit', 'JIT', run.jit),
        figuresOf('figures', 'Other figures', run.figures)].filter(Boolean));
    if (small.childElementCount > 0)
        main.append(small);
    put(counters('counters', 'Counters', run.counters), counters('hardware', 'Hardware counters', run.hardware),
        hotspots());
    const end = element('div', {class: 'columns'});
    end.append(...[group('frame-metrics', 'All frame figures', run.frame_metrics), ledger(), streams()]
        .filter(Boolean));
    if (end.childElementCount > 0)
        main.append(end);
})();
