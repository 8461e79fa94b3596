// Measures first visits of pages, and prints the figures of each as JSON.
//
// Configured by variables: CHROMIUM, ROUNDS, PAGES (addresses, separated by spaces).

import lighthouse from 'lighthouse';
import puppeteer from 'puppeteer-core';

const { CHROMIUM, PAGES, ROUNDS } = process.env;
const pages = PAGES.split(' ').map((address) => ({ address, visits: [], scores: [] }));

// The line and the processor of a phone, as Lighthouse simulates them.
const LINE = { offline: false, latency: 150, downloadThroughput: 200_000, uploadThroughput: 93_750 };
const SLOWER_PROCESSOR = 4;
const TIMEOUT = 60_000;

/** Runs in the page: notes when it first shows the words, and a button that can be pressed. */
function note() {
  const seen = (window.seen = {});
  const look = () => {
    const text = document.body?.innerText ?? '';
    const connect = [...document.querySelectorAll('button, a')].find((it) => it.innerText.startsWith('Connect '));
    const isReady = connect && !connect.disabled && connect.getAttribute('aria-disabled') !== 'true';
    if (text.includes('See which issues matter')) seen.words ??= performance.now();
    if (isReady) seen.connect ??= performance.now();
    else requestAnimationFrame(look);
  };
  look();
}

/** Runs in the page: its times in milliseconds, and the bytes that had arrived when Connect was ready. */
function figures() {
  const entries = [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')];
  const arrived = entries.filter(({ responseEnd }) => responseEnd > 0 && responseEnd <= window.seen.connect);
  return {
    paint: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? null,
    words: window.seen.words,
    connect: window.seen.connect,
    // Without headers.
    bytes: arrived.reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0),
  };
}

/** Opens a page in a new browser, with nothing in its cache. */
async function withPage(use) {
  const browser = await puppeteer.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
  try {
    return await use(await browser.newPage());
  } finally {
    await browser.close();
  }
}

async function visit(page, address) {
  const devtools = await page.createCDPSession();
  await devtools.send('Network.enable');
  await devtools.send('Network.emulateNetworkConditions', LINE);
  await devtools.send('Emulation.setCPUThrottlingRate', { rate: SLOWER_PROCESSOR });
  await page.evaluateOnNewDocument(note);
  await page.goto(address, { waitUntil: 'domcontentloaded', timeout: TIMEOUT });
  await page.waitForFunction(() => 'connect' in window.seen, { timeout: TIMEOUT });
  return page.evaluate(figures);
}

async function score(page, address) {
  const { lhr } = await lighthouse(address, { logLevel: 'error' }, undefined, page);
  const scores = Object.entries(lhr.categories).map(([name, { score }]) => [name, score * 100]);
  return Object.fromEntries(scores);
}

for (let round = 0; round < Number(ROUNDS); round += 1) {
  for (const { address, visits, scores } of pages) {
    visits.push(await withPage((page) => visit(page, address)));
    scores.push(await withPage((page) => score(page, address)));
  }
}
console.log(JSON.stringify(pages));
