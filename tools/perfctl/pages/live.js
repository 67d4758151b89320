// SPDX-License-Identifier: Apache-2.0
// The page of a running perfd: window.perf is {protocol: the WebSocket's}. Messages are the figures of `perfctl
// metrics --phases --json` and `perfctl counters --json`, with the frames and janks that this page has not seen.
'use strict';

(() => {
    const {NONE, axis, chart, colour, element, fixed, isNumber, key, line, plain, section, swatch, table} = page;
    const main = document.querySelector('main');
    const token = new URLSearchParams(location.search).get('token') ?? '';
    const FRAMES = 600, JANKS = 40, MS = 1e6, RETRY_MS = 1000, SILENCE_MS = 3000;
    const CAUSES = ['dropped', 'app', 'gpu', 'pipeline', 'unknown'];
    const PHASES = ['ui', 'layout', 'render', 'present'];
    // A row's numbers: serve_fetch.c writes them.
    const [SEQ, , AT_US, INTERVAL, , UI, , , , BUDGET] = Array(11).keys();

    const number = (name) => ({name, class: 'number'});
    const ms = (value) => fixed(value, isNumber(value) && Math.abs(value) < 1 ? 3 : 2);
    const code = (text) => element('code', null, text);
    const setText = (node, text) => {
        if (node.textContent !== text)
            node.textContent = text;
    };

    // --- What stays on the page, and is filled again with each message ---

    const title = element('h1', null, 'perfd');
    const facts = element('dl', {class: 'facts'});
    const status = element('p', {class: 'status', role: 'status', 'data-state': 'connecting'}, 'Connecting …');
    const said = element('p', {class: 'note said', 'aria-live': 'polite'});
    const nameInput = element('input', {id: 'name', value: 'live', maxlength: '48', size: '12', required: true,
        pattern: '[A-Za-z0-9_\\-][A-Za-z0-9._\\-]*', autocomplete: 'off', spellcheck: 'false'});
    const budgetInput = element('input', {id: 'budget', type: 'number', min: '0.001', max: '10000', step: 'any',
        value: '16.667', required: true});
    const startButton = element('button', {type: 'submit', id: 'start'}, 'Start');
    const stopButton = element('button', {type: 'button', id: 'stop'}, 'Stop');
    const exportButton = element('button', {type: 'button', id: 'export'}, 'Export to its store');
    const downloadButton = element('button', {type: 'button', id: 'download'}, 'Download trace');
    const form = element('form', {class: 'controls', 'aria-label': 'Session'},
        element('label', {for: 'name'}, 'Session ', nameInput),
        element('label', {for: 'budget'}, 'budget, ms ', budgetInput),
        startButton, stopButton, exportButton, downloadButton);
    const tiles = element('dl', {class: 'tiles'});
    const frameBox = element('div', {class: 'chart', id: 'chart-frames'});
    const phaseBox = element('div', {class: 'chart', id: 'chart-phases'});
    main.append(element('header', null, title, facts, status), form, said,
        element('section', {id: 'figures', 'aria-label': 'Figures'}, tiles),
        section('frames', 'Frame times, ms', key(['accent', 'a frame', true], ['ink', 'budget', true]), frameBox),
        section('phases', 'Phases of each frame, ms', key(...PHASES.map((name) => [name, name])), phaseBox));
    const places = {};
    for (const name of ['janks', 'metrics', 'counters', 'hardware'])
        places[name] = element('div', {class: 'place'});
    main.append(element('div', {class: 'pair'}, places.janks, places.metrics), places.counters, places.hardware);

    // --- State ---

    let figures = null, epoch = null, frames = [], session = null, lastMs = 0, dirty = false;
    const janks = new Map();

    const setStatus = (state, text) => {
        status.dataset.state = state;
        setText(status, text);
    };

    // A table whose shape is as before gets new words alone: it stays scrolled and selected as it is.
    function fill(place, id, name, label, columns, rows) {
        const texts = rows.map((row) => row.map((one) => one instanceof Node ? one.textContent : one));
        const shape = JSON.stringify([columns, texts.map((row) => row[0])]);
        if (rows.length === 0) {
            place.replaceChildren();
            delete place.dataset.shape;
            return;
        }
        if (place.dataset.shape !== shape) {
            place.dataset.shape = shape;
            place.replaceChildren(section(id, name, table(label, columns, rows)));
            return;
        }
        place.querySelectorAll('tbody tr').forEach((line_, at) => line_.querySelectorAll('th, td').forEach(
            (cell, column) => {
                if (cell.textContent !== texts[at][column])
                    cell.replaceChildren(rows[at][column]);
            }));
    }

    // --- Charts ---

    const budgetOf = () => figures?.metrics?.budgetMs;
    const NO_DATA = [[0], [null]];
    const top = (plot, low, high) => [0, 1.1 * Math.max(isNumber(high) ? high : 0, 1.6 * (budgetOf() ?? 16.667))];
    const options = (series, height) => ({
        height, series: [{}, ...series], cursor: {show: false},
        scales: {x: {time: false}, y: {range: top}},
        axes: [axis({values: (plot, splits) => splits.map((split) => `${fixed(split, 1)} s`), space: 80}),
            axis({size: 48})],
        hooks: {draw: [(plot) => {
            if (isNumber(budgetOf())) {
                const at = line(plot, 'y', budgetOf(), {stroke: 'ink', text: 'budget', dash: [5, 4], start: true});
                plot.root.parentElement.dataset.budgetAt = String(at);
            }
        }]},
    });
    const frameSeries = {stroke: () => colour('accent'), width: 1.25, points: {show: false}, spanGaps: false};
    // Each is the sum of itself and those below; the highest first, so that the others cover it.
    const phaseSeries = [...PHASES].reverse().map((name) => ({
        stroke: () => colour(name), fill: () => colour(name), width: 1, points: {show: false}}));
    const framePlot = chart(frameBox, 'The last frames and their budget', options([frameSeries], 240), NO_DATA);
    const phasePlot = chart(phaseBox, 'Phases of the last frames, stacked', options(phaseSeries, 180),
        [[0], ...PHASES.map(() => [null])]);

    function drawCharts() {
        const shown = frames.length > 0 ? frames : null, last = shown?.at(-1)[AT_US];
        const seconds = shown?.map((row) => (row[AT_US] - last) / 1e6);
        framePlot.setData(shown ? [seconds, shown.map((row) => row[INTERVAL] > 0 ? row[INTERVAL] / MS : null)]
            : NO_DATA);
        const isPhased = shown?.some((row) => PHASES.some((_, i) => row[UI + i] > 0)) ?? false;
        phaseBox.closest('section').hidden = !isPhased;
        if (!isPhased)
            return;
        const sums = [];
        let below = shown.map(() => 0);
        PHASES.forEach((_, i) => sums.unshift(below = below.map((sum, at) => sum + shown[at][UI + i] / MS)));
        phasePlot.setData([seconds, ...sums]);
    }

    // --- Figures ---

    const TILES = [['frames a second', 'fps', (value) => fixed(value, 2), ''], ['p50', 'p50', ms, 'ms'],
        ['p95', 'p95', ms, 'ms'], ['p99', 'p99', ms, 'ms'], ['frames', 'sessionFrames', plain, ''],
        ['long', 'sessionLongFrames', plain, ''], ['dropped', 'sessionDropped', plain, ''],
        ['late', 'sessionLate', plain, '']];
    const tileValues = new Map();
    for (const [name, figure, , unit] of TILES) {
        const value = element('span', {class: 'value', 'data-figure': figure}, NONE);
        tileValues.set(figure, value);
        tiles.append(element('div', null, element('dt', null, name),
            element('dd', null, value, unit && element('span', {class: 'unit'}, unit))));
    }

    function showTiles(metrics) {
        for (const [, figure, show] of TILES) {
            const value = tileValues.get(figure), exact = metrics?.[figure];
            setText(value, show(exact));
            value.title = isNumber(exact) ? String(exact) : '';
            const isOver = ['p50', 'p95', 'p99'].includes(figure) && exact >= metrics?.longFrameMs;
            value.classList.toggle('over', isOver);
        }
    }

    // Of the window and the session where both have one of the kind.
    const PAIRS = [['Frames', 'frames', 'sessionFrames', plain], ['Frames a second', 'fps', 'sessionFps', ms],
        ['Mean interval, ms', 'avg', null, ms], ['Interval p50, ms', 'p50', 'sessionP50', ms],
        ['Interval p95, ms', 'p95', 'sessionP95', ms], ['Interval p99, ms', 'p99', 'sessionP99', ms],
        ['Interval p99.9, ms', 'p999', 'sessionP999', ms], ['Longest interval, ms', 'longest', 'sessionLongest', ms],
        ['1 % low, frames a second', 'low1Fps', null, ms], ['Long frames', 'longFrames', 'sessionLongFrames', plain],
        ['Dropped', 'dropped', 'sessionDropped', plain], ['Late', 'late', 'sessionLate', plain],
        ['Work, mean, ms', 'workAvg', null, ms], ['Work p95, ms', 'workP95', null, ms],
        ['Work p99, ms', 'workP99', null, ms], ['Over budget', 'overBudget', null, plain],
        ['Input latency p50, ms', 'latencyP50', null, ms], ['Input latency p95, ms', 'latencyP95', null, ms],
        ['GPU, mean, ms', 'gpuAvg', null, ms],
        ...CAUSES.map((cause) => [`Janky by ${cause}`, null, `jank${cause[0].toUpperCase()}${cause.slice(1)}`, plain])];

    function metricRows(metrics) {
        const rows = PAIRS.map(([name, ofWindow, ofSession, show]) => [name,
            ofWindow ? show(metrics[ofWindow]) : '', ofSession ? show(metrics[ofSession]) : '']);
        for (const [name, phase] of Object.entries(metrics.phases ?? {}))
            for (const [kind, word] of [['avg', 'mean'], ['p95', 'p95'], ['worst', 'worst']])
                if (isNumber(phase[kind]))
                    rows.push([`Phase ${name}, ${word}, ms`, ms(phase[kind]), '']);
        return rows;
    }

    function jankRows() {
        return [...janks.values()].sort((left, right) => right.seq - left.seq).slice(0, JANKS).map((jank) => {
            const cause = CAUSES.includes(jank.cause) ? jank.cause : 'unknown';
            return [fixed(jank.frameId, 0), element('span', null, swatch(cause), jank.cause), ms(jank.interval),
                ms(jank.over), jank.why.map((one) => `${one.label} ${ms(one.ms)}`).join(', ') || NONE];
        });
    }

    // What is not counted is said, and is no 0.
    function counterRow(counter, name) {
        const state = element('span', {class: counter.state === 'ok' ? null : 'state'}, counter.state);
        const reason = counter.reason && element('div', {class: 'note'}, counter.reason);
        return [code(name), plain(counter.last), plain(counter.mean), plain(counter.p95), plain(counter.max),
            plain(counter.total), counter.unit || counter.kind, element('span', null, state, reason || null)];
    }

    const COUNTER_COLUMNS = [{name: 'Counter', class: 'name'}, number('Last'), number('Mean'), number('p95'),
        number('Max'), number('Total'), {name: 'Unit'}, {name: 'State', class: 'reason'}];

    function showGroups(groups) {
        const hardware = groups.filter((group) => group.name === 'hardware');
        const rows = (group, isLong) => group.counters.map((counter) =>
            counterRow(counter, isLong ? `${group.name} / ${counter.name}` : counter.name));
        fill(places.hardware, 'hardware', 'Hardware counters', 'Hardware counters', COUNTER_COLUMNS,
            hardware.flatMap((group) => rows(group, false)));
        fill(places.counters, 'counters', 'Counters of programs', 'Counters', COUNTER_COLUMNS,
            groups.filter((group) => !group.name.startsWith('hardware')).flatMap((group) => rows(group, true)));
    }

    function showFacts(metrics) {
        const shown = [['session', metrics ? `${metrics.session}, ${metrics.running ? 'running' : 'stopped'}` : 'none'],
            ['budget', metrics ? `${fixed(metrics.budgetMs, 3)} ms` : null],
            ['perfd', figures.perfd?.version], ['clock', figures.perfd?.clock],
            ['ledger', figures.health ? (figures.health.ledgerBalanced ? 'balanced' : 'NOT balanced') : null]]
            .filter(([, value]) => value !== null && value !== undefined);
        if (facts.childElementCount !== shown.length)
            facts.replaceChildren(...shown.map(([name, value]) => element('div', null,
                element('dt', null, `${name} `), element('dd', null, value))));
        facts.querySelectorAll('dd').forEach((node, at) => setText(node, String(shown[at][1])));
    }

    function show() {
        dirty = false;
        const metrics = figures.metrics ?? null;
        main.classList.toggle('stale', !figures.up);
        startButton.disabled = !figures.up || !figures.perfd?.mayControl;
        stopButton.disabled = !figures.up || !metrics?.running || !figures.perfd?.mayControl;
        exportButton.disabled = downloadButton.disabled = !figures.up || !metrics || !figures.perfd?.mayExport;
        if (!figures.up)
            return setStatus('away', 'perfd is away: asking for it each second. What is shown is of before.');
        setStatus('up', metrics?.running ? 'Live' : 'Live; no session runs');
        session = metrics?.session ?? null;
        setText(title, metrics?.name ?? 'perfd');
        showFacts(metrics);
        showTiles(metrics);
        drawCharts();
        fill(places.janks, 'janks', 'Janky frames, newest first', 'Janky frames', [{name: 'Frame', class: 'short'},
            {name: 'Cause', class: 'short'}, number('Interval, ms'), number('Over by, ms'),
            {name: 'Labels in it, ms', class: 'wide'}], jankRows());
        showGroups(figures.groups ?? []);
        fill(places.metrics, 'metrics', 'All frame figures', 'All frame figures',
            [{name: 'Figure', class: 'name'}, number('Window'), number('Session')], metrics ? metricRows(metrics) : []);
    }

    // --- Messages ---

    function take(message) {
        if (message.epoch !== epoch) {
            epoch = message.epoch;
            frames = [];
            janks.clear();
        }
        figures = message.figures;
        frames.push(...message.frames);
        frames = frames.slice(-FRAMES);
        for (const jank of message.janks)
            janks.set(jank.seq, jank);
        for (const seq of [...janks.keys()].slice(0, -JANKS))
            janks.delete(seq);
        main.dataset.tick = message.tick;
        main.dataset.frames = frames.length;
        main.dataset.lastSeq = frames.at(-1)?.[SEQ] ?? 0;
        main.dataset.lastBudget = frames.at(-1)?.[BUDGET] ?? 0;
        // A page that nobody looks at draws nothing, and then the newest.
        if (!dirty)
            requestAnimationFrame(show);
        dirty = true;
    }

    const DONE = {start: ({session: id}) => `Session ${id} started.`, stop: () => 'Stopped.',
        export: ({uri, bytes}) => `Exported: ${uri} (${fixed(bytes, 0)} bytes)`};
    function answered(answer) {
        said.classList.toggle('over', answer.status !== 'ok');
        setText(said, answer.error ? `Not done: ${answer.error}.`
            : answer.status === 'ok' ? DONE[answer.do](answer) : `${answer.do} was refused: ${answer.status}.`);
    }

    let socket = null, opened = false;
    function connect() {
        socket = new WebSocket(`ws://${location.host}/live?token=${encodeURIComponent(token)}`, window.perf.protocol);
        socket.addEventListener('open', () => {
            opened = true;
            epoch = null;
        });
        socket.addEventListener('message', ({data}) => {
            lastMs = performance.now();
            const message = JSON.parse(data);
            if (message.answer)
                answered(message.answer);
            else
                take(message);
        });
        socket.addEventListener('close', () => {
            main.classList.add('stale');
            for (const button of [startButton, stopButton, exportButton, downloadButton])
                button.disabled = true;
            setStatus('closed', !opened ? 'perfctl serve does not answer.'
                : 'No connection to perfctl serve: trying each second. Started anew, it prints a new address, as a ' +
                'token is good for one run.');
            setTimeout(connect, RETRY_MS);
        });
    }

    // perfd, or the line to it, may hang without being gone.
    setInterval(() => {
        if (status.dataset.state === 'up' && performance.now() - lastMs > SILENCE_MS)
            setStatus('silent', 'No news for some seconds: perfd does not answer.');
    }, RETRY_MS);

    const send = (command) => {
        said.classList.remove('over');
        setText(said, '…');
        socket.send(JSON.stringify(command));
    };
    form.addEventListener('submit', (event) => {
        event.preventDefault();
        send({do: 'start', name: nameInput.value, budgetMs: Number(budgetInput.value)});
    });
    stopButton.addEventListener('click', () => send({do: 'stop', session}));
    exportButton.addEventListener('click', () => send({do: 'export', session}));
    downloadButton.addEventListener('click', () => {
        const link = element('a', {href: `/trace?token=${encodeURIComponent(token)}&session=${session}`, download: ''});
        link.click();
    });
    stopButton.disabled = exportButton.disabled = downloadButton.disabled = true;
    connect();
})();
