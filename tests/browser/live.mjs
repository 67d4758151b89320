// SPDX-License-Identifier: Apache-2.0
// Drives the live page in Chromium: each line of stdin is a JSON array of a word and what it needs, each line of stdout
// the answer, {"ok": ...} or {"error": ...}.
//
//     ["open", URL, SIZE, SCHEME]    ["await", EXPRESSION]    ["get", EXPRESSION]    ["click", SELECTOR]
//     ["fill", SELECTOR, TEXT]       ["download", SELECTOR, PATH]    ["shot", PATH]    ["problems"]    ["look"]
import readline from 'node:readline';
import {chromium} from 'playwright-core';

const LIMIT_MS = 30000;
const SIZES = {wide: {width: 1280, height: 900}, phone: {width: 390, height: 844}, small: {width: 320, height: 640}};
const browser = await chromium.launch({executablePath: '/usr/bin/chromium', args: ['--no-sandbox']});
let context = null, page = null, problems = [];

function look() {
    const texts = (root, selector) => [...root.querySelectorAll(selector)].map((one) => one.textContent);
    const width = document.documentElement.clientWidth;
    return {
        heading: document.querySelector('h1').textContent,
        state: document.querySelector('.status').dataset.state,
        status: document.querySelector('.status').textContent,
        frames: Number(document.querySelector('main').dataset.frames),
        facts: Object.fromEntries([...document.querySelectorAll('.facts div')].map((one) =>
            [one.querySelector('dt').textContent.trim(), one.querySelector('dd').textContent])),
        figures: Object.fromEntries([...document.querySelectorAll('[data-figure]')].map((one) =>
            [one.dataset.figure, [one.title, one.textContent]])),
        tables: Object.fromEntries([...document.querySelectorAll('.scroll')].map((box) => [
            box.getAttribute('aria-label'), [...box.querySelectorAll('tbody tr')].map((row) => texts(row, 'th, td'))])),
        overflow: document.documentElement.scrollWidth - width,
        outside: [...document.querySelectorAll('main *')].filter((one) => one.closest('.scroll, .chart') === null &&
            one.getBoundingClientRect().right > width + 0.5).map((one) => one.outerHTML.slice(0, 80)),
        markup: document.querySelectorAll('main img, main b, main script, main iframe').length,
        budgetAt: document.querySelector('#chart-frames').dataset.budgetAt ?? null,
    };
}

const words = {
    async open(url, size, scheme) {
        await context?.close();
        context = await browser.newContext({viewport: SIZES[size], colorScheme: scheme, acceptDownloads: true});
        page = await context.newPage();
        page.setDefaultTimeout(LIMIT_MS);
        problems = [];
        page.on('console', (message) => problems.push(`${message.type()}: ${message.text()}`));
        page.on('pageerror', (error) => problems.push(`exception: ${error.message}`));
        page.on('request', (request) => {
            const {origin} = new URL(request.url());
            if (origin !== new URL(url).origin && !request.url().startsWith('data:'))
                problems.push(`asked for ${request.url()}`);
        });
        return (await page.goto(url)).status();
    },
    // By hand: the page's policy forbids the eval that waitForFunction needs.
    async await(expression) {
        for (const end = performance.now() + LIMIT_MS; !await page.evaluate(expression);) {
            if (performance.now() > end)
                throw new Error('has not come true');
            await page.evaluate(() => new Promise((done) => requestAnimationFrame(done)));
        }
        return true;
    },
    get: (expression) => page.evaluate(expression),
    look: () => page.evaluate(look),
    click: (selector) => page.click(selector).then(() => true),
    fill: (selector, text) => page.fill(selector, text).then(() => true),
    async download(selector, path) {
        const [download] = await Promise.all([page.waitForEvent('download'), page.click(selector)]);
        await download.saveAs(path);
        return download.suggestedFilename();
    },
    shot: (path) => page.screenshot({path, fullPage: true}).then(() => true),
    problems: () => problems,
};

for await (const text of readline.createInterface({input: process.stdin})) {
    const [word, ...rest] = JSON.parse(text);
    try {
        console.log(JSON.stringify({ok: await words[word](...rest) ?? null}));
    } catch (error) {
        console.log(JSON.stringify({error: String(error), problems}));
    }
}
await browser.close();
