// SPDX-License-Identifier: Apache-2.0
// Opens pages of perfctl's and prints as JSON, for each of them, what each way to look at it showed.
//
//     node pages.mjs WAY[,WAY...] SCREENSHOTS PAGE...    (SCREENSHOTS: a path's beginning, or "-")
//
// A WAY is SIZE-SCHEME: wide, phone or print, light or dark. Whatever a page asks for besides itself is aborted and a
// problem, as is any word on its console.
import path from 'node:path';
import {pathToFileURL} from 'node:url';
import {chromium} from 'playwright-core';

const [ways, screenshots, ...pages] = process.argv.slice(2);
const LIMIT_MS = 60000;
const SIZES = {
    wide: {width: 1280, height: 900},
    phone: {width: 390, height: 844},
    small: {width: 360, height: 740},
    print: {width: 794, height: 1123},
};

// In the page: what is there to be read, and what of the budget line is among the pixels of a chart.
function look() {
    const texts = (root, selector) => [...root.querySelectorAll(selector)].map((one) => one.textContent);
    const rows = (table) => [...table.querySelectorAll('tbody tr')].map((row) => texts(row, 'th, td'));
    const style = getComputedStyle(document.documentElement);
    const rgb = (name) => {
        const digits = style.getPropertyValue(`--${name}`).trim().slice(1);
        return [0, 2, 4].map((at) => parseInt(digits.slice(at, at + 2), 16));
    };
    // The part of the plot's length along the line that has its colour.
    function budgetDrawn(box) {
        const shown = box.querySelector('canvas'), at = Number(box.dataset.budgetAt), ink = rgb('ink');
        const {width: across, height: down} = shown, upright = box.id === 'chart-histogram';
        // A copy, as Chromium warns of reading one that is drawn by the GPU.
        const copy = Object.assign(document.createElement('canvas'), {width: across, height: down});
        const context = copy.getContext('2d', {willReadFrequently: true});
        context.drawImage(shown, 0, 0);
        let most = 0;
        for (const near of [at - 1, at, at + 1]) {
            const {data} = upright ? context.getImageData(near, 0, 1, down) : context.getImageData(0, near, across, 1);
            let count = 0;
            for (let i = 0; i < data.length; i += 4)
                count += ink.every((part, k) => Math.abs(data[i + k] - part) < 24) && data[i + 3] > 200;
            most = Math.max(most, count / (upright ? down : across));
        }
        return most;
    }
    const width = document.documentElement.clientWidth;
    return {
        title: document.title,
        heading: texts(document, 'h1'),
        sections: [...document.querySelectorAll('section')].map((one) => one.id),
        facts: Object.fromEntries([...document.querySelectorAll('.facts div')].map((one) =>
            [one.querySelector('dt').textContent.trim(), one.querySelector('dd').textContent])),
        figures: Object.fromEntries([...document.querySelectorAll('[data-figure]')].map((one) =>
            [one.dataset.figure, [one.title, one.textContent]])),
        tables: Object.fromEntries([...document.querySelectorAll('.scroll')].map((box) => [
            box.getAttribute('aria-label'), {head: texts(box, 'thead th'), rows: rows(box),
                marked: texts(box, 'tr.marked th:first-child')}])),
        charts: Object.fromEntries([...document.querySelectorAll('.chart')].map((box) => [box.id, {
            budget: budgetDrawn(box), marks: box.dataset.marks, frames: box.dataset.frames,
            width: box.querySelector('canvas').getBoundingClientRect().width, room: box.parentElement.clientWidth,
            words: box.getAttribute('aria-label')}])),
        balanced: document.querySelector('[data-balanced]')?.dataset.balanced ?? null,
        overflow: document.documentElement.scrollWidth - width,
        // What sticks out of the page and is in no box that scrolls.
        outside: [...document.querySelectorAll('main *')].filter((one) => one.closest('.scroll, .chart') === null &&
            one.getBoundingClientRect().right > width + 0.5).map((one) => one.outerHTML.slice(0, 80)),
        markup: document.querySelectorAll('main img, main b, main script, main iframe').length,
        ran: window.ran ?? null,
        ground: getComputedStyle(document.body).backgroundColor,
    };
}

async function open(browser, file, way, screenshot) {
    const [size, scheme] = way.split('-'), problems = [];
    const context = await browser.newContext({viewport: SIZES[size], colorScheme: scheme, offline: true});
    const page = await context.newPage();
    page.setDefaultTimeout(LIMIT_MS);
    page.on('console', (message) => problems.push(`${message.type()}: ${message.text()}`));
    page.on('pageerror', (error) => problems.push(`exception: ${error.message}`));
    page.on('dialog', (dialog) => {
        problems.push(`dialog: ${dialog.message()}`);
        dialog.dismiss();
    });
    const own = pathToFileURL(path.resolve(file)).href;
    await page.route('**/*', (route) => {
        const url = route.request().url();
        if (url === own || url.startsWith('data:'))
            return route.continue();
        problems.push(`asked for ${url}`);
        return route.abort();
    });
    const begin = performance.now();
    await page.goto(own);
    const drawn = () => page.evaluate(() => new Promise((done) =>
        requestAnimationFrame(() => requestAnimationFrame(done))));
    await drawn();
    const loadMs = performance.now() - begin;
    if (size === 'print') {
        await page.emulateMedia({media: 'print'});
        await drawn();
    }
    const report = {...await page.evaluate(look), loadMs, problems};
    if (screenshot !== null)
        await page.screenshot({path: screenshot, fullPage: true});
    await context.close();
    return report;
}

const browser = await chromium.launch({executablePath: '/usr/bin/chromium', args: ['--no-sandbox']});
try {
    const reports = [];
    for (const file of pages) {
        const report = {};
        for (const way of ways.split(','))
            report[way] = await open(browser, file, way, screenshots === '-' ? null
                : `${screenshots}${path.basename(file, '.html')}-${way}.png`);
        reports.push(report);
    }
    console.log(JSON.stringify(reports));
} finally {
    await browser.close();
}
