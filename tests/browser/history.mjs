// SPDX-License-Identifier: Apache-2.0
// Opens a page of `perfctl history html` from disk, uses it, and prints as JSON what it shows.
//
//     node history.mjs PAGE SCREENSHOTS WORDS    (SCREENSHOTS: a folder; WORDS: searched for)
import path from 'node:path';
import {pathToFileURL} from 'node:url';
import {chromium} from 'playwright-core';

const [file, shots, words] = process.argv.slice(2);
const VIEWS = {wide: {viewport: {width: 1300, height: 900}, colorScheme: 'light'},
    narrow: {viewport: {width: 390, height: 844}, colorScheme: 'dark'}};

// In the page.
function look() {
    const texts = (selector) => [...document.querySelectorAll(selector)].map((one) => one.textContent.trim());
    // Is there anything on each chart?
    const drawn = [...document.querySelectorAll('canvas')].map((canvas) => {
        const {data} = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
        return data.some((value, at) => at % 4 === 3 && value > 200);
    });
    return {
        title: document.title, headings: texts('h2'), trends: texts('.trend .figure'),
        readouts: texts('.trend .reading'),
        changes: [...document.querySelectorAll('#changes tbody tr')].map((row) =>
            [...row.children].map((cell) => cell.textContent.trim())),
        commits: [...document.querySelectorAll('#commits tbody tr')].map((row) =>
            [...row.children].map((cell) => cell.textContent.trim())),
        links: [...document.querySelectorAll('#commits a')].map((one) => one.href), drawn,
        wider: document.documentElement.scrollWidth - window.innerWidth, injected: window.injected ?? null,
    };
}

async function settled(page) {
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
}

const browser = await chromium.launch({executablePath: '/usr/bin/chromium', args: ['--no-sandbox']});
const problems = [];
const report = {problems};
try {
    for (const [name, options] of Object.entries(VIEWS)) {
        const page = await browser.newPage(options);
        page.on('console', (message) => {
            if (['warning', 'error'].includes(message.type()) && !message.text().includes('GL Driver Message'))
                problems.push(`${message.type()}: ${message.text()}`);
        });
        page.on('pageerror', (error) => problems.push(`exception: ${error.message}`));
        page.on('request', (request) => {
            if (!request.url().startsWith('file:') && !request.url().startsWith('data:'))
                problems.push(`asked for ${request.url()}`);
        });
        await page.goto(pathToFileURL(file).href);
        await settled(page);
        report[name] = await page.evaluate(look);
        await page.screenshot({path: path.join(shots, `history-${name}.png`), fullPage: true});
        if (name === 'wide') {
            await page.fill('#search', words);
            await settled(page);
            report.found = await page.evaluate(look);
            const numbers = page.locator('.trend details').first();
            await numbers.locator('summary').click();
            report.numbers = await numbers.locator('tbody tr').allInnerTexts();
            await page.fill('#search', '');
            await page.emulateMedia({media: 'print', colorScheme: 'dark'});
            await settled(page);
            report.print = await page.evaluate(look);
            await page.screenshot({path: path.join(shots, 'history-print.png'), fullPage: true});
        }
        await page.close();
    }
    console.log(JSON.stringify(report));
} finally {
    await browser.close();
}
