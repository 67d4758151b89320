// SPDX-License-Identifier: Apache-2.0
// Opens traces in Catapult's trace viewer and in speedscope, and prints as JSON what each viewer made of each.
//
//     node view.mjs catapult|speedscope SCREENSHOT TRACE...    (SCREENSHOT: of the last one, or "-")
//
// Pages come from npm's packages on disk: every request of the browser is answered here, and none reaches a network.
import {readFile} from 'node:fs/promises';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import {chromium} from 'playwright-core';

const [viewer, screenshot, ...traces] = process.argv.slice(2);
const modules = fileURLToPath(new URL('node_modules', import.meta.url));
const ORIGIN = 'http://viewer.test';
const LIMIT_MS = 60000;
const TYPES = {'.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.json': 'application/json',
    '.wasm': 'application/wasm', '.woff2': 'font/woff2', '.png': 'image/png', '.ico': 'image/x-icon', '.txt': 'text/plain'};

// Answers every request from `pages` (path: text) or from the folder, and notes what was asked for in vain.
async function serve(page, folder, pages, problems) {
    await page.route('**/*', async (route) => {
        const url = new URL(route.request().url());
        const name = url.pathname.slice(1) || 'index.html';
        try {
            if (url.origin !== ORIGIN)
                throw new Error('another host');
            const body = pages[name] ?? await readFile(path.join(folder, path.normalize(name)));
            await route.fulfill({body, contentType: TYPES[path.extname(name)] ?? 'application/octet-stream'});
        } catch (error) {
            problems.push(`asked for ${url.href}: ${error.message}`);
            await route.abort();
        }
    });
}

// A page whose warnings, errors and exceptions are problems.
async function open(browser, folder, pages, problems) {
    const page = await browser.newPage({viewport: {width: 1600, height: 900}});
    page.setDefaultTimeout(LIMIT_MS);
    page.on('console', (message) => {
        // What Chromium says of its own drawing is no word on the trace.
        if (['warning', 'error'].includes(message.type()) && !message.text().includes('GL Driver Message'))
            problems.push(`${message.type()}: ${message.text()}`);
    });
    page.on('pageerror', (error) => problems.push(`exception: ${error.message}`));
    await serve(page, folder, pages, problems);
    return page;
}

// --- Catapult ---

// In the page: imports the text and counts what the model has; with `show` the model is drawn, too.
async function importTrace({text, show}) {
    const model = new tr.Model();
    const options = new tr.importer.ImportOptions();
    options.showImportWarnings = false;
    new tr.importer.Import(model, options).importTraces([text]);
    const report = {threads: {}, counters: {}, flows: model.flowEvents.length, asyncs: {}, processes: {},
        warnings: model.importWarnings.map((warning) => `${warning.type}: ${warning.message}`)};
    const count = (counts, name) => counts[name] = (counts[name] ?? 0) + 1;
    for (const process of model.getAllProcesses()) {
        report.processes[process.pid] = process.name ?? '';
        for (const [, counter] of Object.entries(process.counters))
            report.counters[`${process.pid}/${counter.name}`] = counter.series.map((series) => series.samples.length);
        for (const thread of Object.values(process.threads)) {
            const slices = report.threads[`${process.pid}/${thread.tid}/${thread.name}`] = {};
            // Among them are the thread's instants, as slices without a duration.
            for (const slice of thread.sliceGroup.slices)
                count(slices, slice.title);
            for (const slice of thread.asyncSliceGroup.slices)
                count(report.asyncs, slice.title);
        }
    }
    if (show) {
        const view = document.createElement('tr-ui-timeline-view');
        const container = document.createElement('track-view-container');
        container.id = 'track_view_container';
        view.track_view_container = container;
        view.appendChild(container);
        document.body.appendChild(view);
        const drawn = () => new Promise((resolve) => requestAnimationFrame(resolve));
        while (!view.trackViewContainer_)
            await drawn();
        view.model = model;
        view.viewTitle = 'perfd';
        for (let i = 0; i < 10; i++)
            await drawn();
    }
    return report;
}

async function catapult(browser) {
    const folder = path.join(modules, 'traceviewer/tracing/bin');
    const components = await readFile(path.join(modules, 'webcomponents.js/webcomponents.js'), 'utf8');
    const html = await readFile(path.join(folder, 'trace_viewer_full.html'), 'utf8');
    const pages = {
        'index.html': `<!DOCTYPE html><style>html, body, tr-ui-timeline-view {height: 100%; margin: 0; ` +
            `display: flex; flex: 1 1 auto}</style><script src="components.js"></script>` +
            `<script>window.WebKitMutationObserver = window.MutationObserver</script>` +
            `<script>addEventListener('polymer-ready', () => window.elementsAreThere = true)</script>${html}<body>`,
        'components.js': components,
    };
    const reports = [], problems = [];
    const page = await open(browser, folder, pages, problems);
    await page.goto(`${ORIGIN}/`);
    await page.waitForFunction(() => window.elementsAreThere);
    for (const trace of traces) {
        problems.length = 0; // at first those of the viewer itself, which is old
        const show = trace === traces.at(-1) && screenshot !== '-';
        const report = await page.evaluate(importTrace, {text: await readFile(trace, 'utf8'), show});
        if (show)
            await page.screenshot({path: screenshot});
        reports.push({...report, problems: [...problems]});
    }
    return reports;
}

// --- speedscope ---

// A profile a thread, named in the title. It shows spans only, and warns on the console of what it cannot nest.
async function speedscope(browser) {
    const folder = path.join(modules, 'speedscope/dist/release');
    const reports = [];
    for (const trace of traces) {
        const problems = [], last = trace === traces.at(-1);
        const page = await open(browser, folder, {}, problems);
        // It takes a profile from a script only where its address asks for one, of a file that need not be there.
        await page.goto(`${ORIGIN}/index.html#localProfilePath=none.js`);
        await page.waitForFunction(() => window.speedscope);
        problems.length = 0;
        await page.evaluate(([name, base64]) => speedscope.loadFileFromBase64(name, base64),
            [path.basename(trace), (await readFile(trace)).toString('base64')]);
        // "marks (pid 1), ui (tid 1) (2/3)"
        const place = page.getByText(/^\s*\(\d+\/\d+\)$/).first();
        await place.waitFor();
        const [, count] = (await place.innerText()).match(/(\d+)\)$/);
        const profiles = {};
        await page.keyboard.press('3');
        await page.getByText('Symbol Name').first().waitFor();
        for (let i = 1; i <= count; i++) {
            await page.getByText(`(${i}/${count})`).first().waitFor();
            const text = await page.evaluate(() => document.body.innerText);
            const [, title] = text.match(/^(.*) \(\d+\/\d+\)$/m);
            profiles[title] = Object.fromEntries(
                [...text.matchAll(/^(\S+) \([^)]*\)\n\t.*\n\t(.+)$/gm)].map(([, total, name]) => [name, total]));
            await page.keyboard.press('n');
        }
        if (last && screenshot !== '-') {
            await page.keyboard.press('1');
            await page.getByText('Symbol Name').first().waitFor({state: 'detached'});
            await page.screenshot({path: screenshot});
        }
        reports.push({profiles, problems});
        await page.close();
    }
    return reports;
}

const browser = await chromium.launch({executablePath: '/usr/bin/chromium', args: ['--no-sandbox']});
try {
    console.log(JSON.stringify(await {catapult, speedscope}[viewer](browser)));
} finally {
    await browser.close();
}
