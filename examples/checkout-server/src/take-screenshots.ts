import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { DemoServer } from './demo/server-process.ts';
import { findChromium, openBrowser } from './testing/open-browser.ts';

// Pictures of the page at `/`, made of a server of its own: `pnpm screenshots [FOLDER]`.

const FOLDER = process.argv[2] ?? fileURLToPath(new URL('../../../docs/images', import.meta.url));
// Without motion: what is drawn stands still at once.
const reducedMotion = 'reduce';
const WIDE = { viewport: { width: 1440, height: 1130 }, reducedMotion } as const;
const PHONE = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, reducedMotion } as const;
const WAIT_MS = 60_000;

async function order(page: Page, token: string): Promise<void> {
  await page.getByLabel('How will the payment behave?').selectOption(token);
  await page.getByRole('button', { name: /^Order for/ }).click();
}

async function settles(page: Page, status: string): Promise<void> {
  await page.locator(`.watch [data-status=${status}][data-settled=true]`).waitFor({ timeout: WAIT_MS });
}

async function shoot(page: Page, name: string): Promise<void> {
  const file = path.join(FOLDER, `${name}.png`);
  await page.screenshot({ path: file });
  process.stdout.write(`${file}\n`);
}

/** One order that went through, one that was undone, one whose worker was killed with the money just taken. */
async function live(page: Page): Promise<void> {
  await page.getByRole('button', { name: /^Order for/ }).waitFor();
  await order(page, 'tok_ok');
  await settles(page, 'IN_TRANSIT');
  await order(page, 'tok_declined');
  await settles(page, 'FAILED');
  await page.getByRole('button', { name: 'Kill it while' }).click();
  await order(page, 'tok_ok');
  await page.locator('.timeline .recovery').first().waitFor({ timeout: WAIT_MS });
  await page.locator('.watch [data-status=CONFIRMED]').waitFor({ timeout: WAIT_MS });
  await page.getByRole('button', { name: 'Deliver the last one twice' }).click();
  await page.locator('.timeline .duplicate').first().waitFor({ timeout: WAIT_MS });
  await page.locator('.chips[data-ok=true]').waitFor({ timeout: WAIT_MS });
  await page.evaluate("document.querySelector('.notice').style.visibility = 'hidden'");
}

const executable = findChromium();
if (executable === undefined)
  throw new Error('there is no Chromium here; install it, or say where in CHROMIUM');
mkdirSync(FOLDER, { recursive: true });
const server = await DemoServer.start({ WORKER_PROCESS: 'true', MOCK_PAYMENT_FAILURE_RATE: '0' });
const browser = await openBrowser(executable);
try {
  const light = await browser.newContext({ ...WIDE, colorScheme: 'light' });
  const page = await light.newPage();
  await page.goto(server.url);
  await live(page);
  await shoot(page, 'storefront');
  const { hash } = new URL(page.url());
  for (const [name, options] of [
    ['storefront-dark', { ...WIDE, colorScheme: 'dark' }],
    ['storefront-phone', { ...PHONE, colorScheme: 'light' }],
  ] as const) {
    const other = await (await browser.newContext(options)).newPage();
    await other.goto(`${server.url}/${hash}`);
    await other.locator('.sc-travelled').first().waitFor({ state: 'attached' });
    if (name.endsWith('phone')) await other.evaluate("document.querySelector('.watch').scrollIntoView()");
    await shoot(other, name);
  }
} finally {
  await browser.close();
  await server.dispose();
}
