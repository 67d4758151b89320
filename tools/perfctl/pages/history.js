// SPDX-License-Identifier: Apache-2.0
// The page of a history: what changed last, a chart of each figure over its commits, and the commits. history_export.c
// makes its window.perf.
'use strict';

(() => {
    const {NONE, axis, chart, colour, countOf, element, facts, fixed, key, percent, plain, removeChart, section, table,
        ticks} = page;
    const data = window.perf;
    const [PLACE, RUNS, MEAN, STDEV, MIN, MAX, MEDIAN] = [0, 1, 2, 3, 4, 5, 6];
    const SHOWN_FIRST = 12;
    const SHOWN_UNASKED = /^(frame_metrics|figures)\./;
    const main = document.querySelector('main');
    const number = (name) => ({name, class: 'number'});
    const short = (place) => data.commits[place].commit.slice(0, 9);
    const relative = (change) => change === null ? NONE : `${change > 0 ? '+' : ''}${percent(change, 1)}`;

    // A link where the page was made with an address for commits; both are checked once more.
    function commit(place) {
        const sha = data.commits[place].commit;
        const name = element('code', {title: sha}, short(place));
        if (!/^[0-9a-f]{7,64}$/.test(sha) || !/^https?:\/\//.test(data.commit_url ?? ''))
            return name;
        return element('a', {href: data.commit_url.replace('%s', sha), rel: 'noreferrer'}, name);
    }

    // Profile and target are said where there are several.
    const several = new Set(data.series.map((one) => `${one.profile}\n${one.target}`)).size > 1;

    // A figure's name is long: it may break where it has parts.
    function named(series) {
        const name = element('span', {class: 'figure'});
        for (const part of series.figure.split(/(?<=[._/])/))
            name.append(part, element('wbr'));
        if (several)
            name.append(element('span', {class: 'note'}, ` ${series.profile}, ${series.target}`));
        return name;
    }

    // --- What changed ---

    const NOISE = 'within noise';
    const CLASSES = {better: 'better', worse: 'over', [NOISE]: 'muted'};

    // Of the last commit that a series has, against the one before.
    function lastChange(series) {
        const [before, now] = series.points.slice(-2);
        if (now === undefined)
            return null;
        const difference = now[MEDIAN] - before[MEDIAN];
        const change = before[MEDIAN] !== 0 ? difference / Math.abs(before[MEDIAN]) : null;
        // Runs of one commit differ, too: what is no more than that says little.
        const noise = Math.abs(difference) <= before[STDEV] + now[STDEV];
        // null: it is an amount, of which more is neither.
        const verdict = series.better_higher === null ? 'changed'
            : difference > 0 === series.better_higher ? 'better' : 'worse';
        return {series, before, now, difference, change, verdict: noise ? NOISE : verdict};
    }

    const sizeOf = (one) => one.change === null ? Infinity : Math.abs(one.change);

    // What is more than noise first, then the biggest.
    function compared(left, right) {
        const noise = (left.verdict === NOISE) - (right.verdict === NOISE);
        const [of, to] = [sizeOf(left), sizeOf(right)];
        return noise || (of === to ? 0 : to - of) || (left.series.figure < right.series.figure ? -1 : 1);
    }

    function changes() {
        const found = data.series.map(lastChange).filter((one) => one !== null && one.difference !== 0).sort(compared);
        const title = 'Biggest changes';
        if (found.length === 0)
            return section('changes', title, element('p', null, data.commits.length === 1
                ? 'There is one commit so far.' : 'Nothing changed between the last two commits of any figure.'));
        const rows = found.map((one) => [named(one.series), relative(one.change),
            {content: one.verdict, class: CLASSES[one.verdict]}, plain(one.before[MEDIAN]), plain(one.now[MEDIAN]),
            element('span', null, commit(one.before[PLACE]), ' → ', commit(one.now[PLACE]))]);
        return section('changes', title,
            element('p', {class: 'note'}, 'Medians of the last two commits that have the figure. Within noise is ' +
                'what is no more than both commits\' standard deviations.'),
            table(title, [{name: 'Figure', class: 'name'}, number('Change'), {name: 'Verdict', class: 'short'},
                number('Before'), number('Now'), {name: 'Commits', class: 'short'}], rows));
    }

    // --- Charts ---

    function describe(point) {
        const [place, runs, mean, stdev, min, max, median] = point;
        const spread = runs === 1 ? '' : `, ±\u00a0${plain(stdev)}, ${plain(min)} to ${plain(max)}`;
        return `${short(place)}: mean ${plain(mean)}, median ${plain(median)} (${countOf(runs, 'run')}${spread})`;
    }

    function draw(series, box, reading) {
        const rows = series.points;
        const label = (at) => rows[at] === undefined ? '' : short(rows[at][PLACE]);
        const edge = {stroke: 'transparent', points: {show: false}};
        const accent = () => colour('accent');
        chart(box, `${series.figure} over ${countOf(rows.length, 'commit')}; the last: ${reading.textContent}`, {
            height: 200,
            // Room for half of the last commit's name.
            padding: [null, 36, null, null],
            scales: {
                x: {time: false, range: (plot, first, last) => first === last ? [first - 1, last + 1] : [first, last]},
                y: {range: (plot, low, high) => uPlot.rangeNum(low, high, 0.1, true)},
            },
            axes: [axis({size: 30, space: 80, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000],
                values: (plot, places) => places.map(label)}), axis(ticks)],
            series: [{}, edge, edge, {stroke: accent, width: 1.5, points: {size: 5, fill: accent}}],
            bands: [{series: [1, 2], fill: () => colour('band')}],
            cursor: {y: false, drag: {x: true, y: false}, points: {size: 5}},
            hooks: {setCursor: [(plot) => {
                reading.textContent = describe(rows[plot.cursor.idx ?? rows.length - 1]);
            }]},
        }, [rows.map((row, at) => at), rows.map((row) => row[MEAN] + row[STDEV]),
            rows.map((row) => row[MEAN] - row[STDEV]), rows.map((row) => row[MEAN])]);
    }

    // Newest first.
    function numbersOf(series) {
        const rows = [...series.points].reverse().map((point) => [commit(point[PLACE]), fixed(point[RUNS], 0),
            ...[MEAN, STDEV, MEDIAN, MIN, MAX].map((column) => plain(point[column]))]);
        return table(`${series.figure} as numbers`, [{name: 'Commit', class: 'short'},
            ...['Runs', 'Mean', 'Stdev', 'Median', 'Min', 'Max'].map(number)], rows);
    }

    function trend(series) {
        const title = element('h3', null, named(series)), last = lastChange(series);
        if (last !== null)
            title.append(' ', element('span', {class: `change ${CLASSES[last.verdict]}`},
                `${relative(last.change)}${last.difference === 0 ? '' : `, ${last.verdict}`}`));
        const box = element('div', {class: 'chart'});
        const reading = element('p', {class: 'note reading'}, describe(series.points.at(-1)));
        const details = element('details', null, element('summary', {class: 'note'}, 'As numbers'));
        details.addEventListener('toggle', () => {
            if (details.open && details.childElementCount === 1)
                details.append(numbersOf(series));
        });
        return {box, whole: element('div', {class: 'trend'}, title, box, reading, details),
            draw: () => draw(series, box, reading)};
    }

    function trends() {
        const search = element('input', {type: 'search', id: 'search', placeholder: 'frame_metrics p95',
            autocomplete: 'off', spellcheck: 'false'});
        const count = element('p', {class: 'note', role: 'status'});
        const list = element('div', {class: 'trends'});
        const more = element('button', {type: 'button'}, 'Show more');
        let limit = SHOWN_FIRST, shown = [];
        function fill() {
            const words = search.value.toLowerCase().split(/\s+/).filter((word) => word !== '');
            const matching = data.series.filter((one) => words.length === 0 ? SHOWN_UNASKED.test(one.figure)
                : words.every((word) => `${one.figure} ${one.profile} ${one.target}`.toLowerCase().includes(word)));
            const unasked = words.length === 0 && matching.length < data.series.length && matching.length > 0;
            const found = matching.length > 0 || words.length > 0 ? matching : data.series;
            for (const {box} of shown)
                removeChart(box);
            shown = found.slice(0, limit).map(trend);
            list.replaceChildren(...shown.map(({whole}) => whole));
            for (const one of shown)
                one.draw();
            count.textContent = `${fixed(shown.length, 0)} of ${fixed(found.length, 0)}` +
                (words.length > 0 ? ` that match, of ${fixed(data.series.length, 0)}.` : unasked
                    ? ` frame metrics and figures, of ${fixed(data.series.length, 0)} in all: search for the others.`
                    : '.');
            more.hidden = found.length <= limit;
        }
        search.addEventListener('input', () => {
            limit = SHOWN_FIRST;
            fill();
        });
        more.addEventListener('click', () => {
            limit += 2 * SHOWN_FIRST;
            fill();
        });
        main.append(section('trends', 'Trends',
            key(['accent', 'mean of a commit\'s runs', true], ['band', 'a standard deviation around it']),
            element('p', {class: 'screen'}, element('label', {for: 'search'}, 'Figures '), search),
            count, list, more));
        // Charts have to be on the page when they are made.
        fill();
    }

    // Newest first.
    function commits() {
        const rows = data.commits.map((one, place) => [commit(place), one.at ?? NONE, one.ref ?? NONE,
            fixed(one.runs, 0)]).reverse();
        return section('commits', 'Commits', table('Commits', [{name: 'Commit', class: 'short'},
            {name: 'At', class: 'short'}, {name: 'Ref', class: 'wide'}, number('Runs')], rows));
    }

    // --- The page ---

    main.append(element('header', null, element('h1', null, document.title), facts([
        ['commits', fixed(data.commits.length, 0)], ['figures', fixed(data.series.length, 0)],
        ['made by', data.generator]])));
    if (data.series.length === 0) {
        main.append(element('p', null, 'There are no runs in this history yet.'));
        return;
    }
    main.append(changes());
    trends();
    main.append(commits());
})();
