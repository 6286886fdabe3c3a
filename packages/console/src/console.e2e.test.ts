import { createEmptyDatabase } from '@countermand/dev-postgres';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasChromium, openChromium } from './test-support/chromium.js';
import { type OrderDesk, openOrderDesk } from './test-support/order-desk.js';

if (!hasChromium()) {
  process.stderr.write(
    'Skipped: the console in Chromium, not installed here; .ci/install-chromium installs it\n',
  );
}

/** Runs in the page: the chart is scrolled to where the saga is. */
const IS_IN_SIGHT = `(() => {
  const place = document.querySelector('.chart-place').getBoundingClientRect();
  const active = document.querySelector('.sc-active').getBoundingClientRect();
  return active.top >= place.top && active.bottom <= place.bottom;
})()`;

describe.skipIf(!hasChromium())('the console in Chromium', () => {
  let desk: OrderDesk;
  let browser: Awaited<ReturnType<typeof openChromium>>;
  let page: Page;
  const problems: string[] = [];
  const closers: (() => Promise<unknown>)[] = [];

  beforeAll(async () => {
    const database = await createEmptyDatabase();
    closers.unshift(() => database.drop());
    desk = await openOrderDesk(database.url);
    closers.unshift(() => desk.close());
    browser = await openChromium({ colorScheme: 'light' });
    closers.unshift(() => browser.close());
    page = await browser.context.newPage();
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
    await desk.park('order-parked', 'carol');
    desk.broken.clear();
    await desk.place('order-a', 'alice');
    await desk.place('order-b', 'bob');
  });
  afterAll(async () => {
    for (const close of closers) await close();
  });

  const ids = () => page.locator('.saga-link').allInnerTexts();
  const background = () => page.evaluate<string>('getComputedStyle(document.body).backgroundColor');

  it('lists what is parked first, and filters by status, state and attribute', async () => {
    await page.goto(desk.url);
    await page.getByText('order-parked').waitFor();
    expect(await ids()).toEqual(['order-parked', 'order-b', 'order-a']);
    await page.getByRole('button', { name: /^Running/ }).click();
    await page.getByText('order-parked').waitFor({ state: 'detached' });
    await page.getByText('order-b').waitFor();
    expect(await ids()).toEqual(['order-b', 'order-a']);
    await page.getByLabel('Attribute').fill('customerId=alice');
    await page.getByLabel('Attribute').press('Enter');
    await page.getByText('order-b').waitFor({ state: 'detached' });
    await page.getByText('order-a').waitFor();
    expect(await ids()).toEqual(['order-a']);
    expect(page.url()).toContain('attribute=customerId%3Dalice');
  });

  it('shows a new saga without being asked', async () => {
    await page.goto(desk.url);
    await page.getByText('Live', { exact: true }).waitFor();
    await desk.place('order-new', 'dave');
    await page.getByText('order-new').waitFor();
    expect(await ids()).toContain('order-new');
  });

  it('opens a parked saga and retries it with a reason, by keyboard alone', async () => {
    await page.goto(desk.url);
    await page.getByText('order-parked').waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    const retry = page.getByRole('button', { name: 'Retry …', exact: true });
    await retry.waitFor();
    await page.locator('.sc-active').first().waitFor();
    await tabTo(page, 'Retry …');
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog');
    await dialog.getByText('runs again', { exact: false }).last().waitFor();
    await page.keyboard.type('the gateway is back');
    await tabTo(page, 'Retry');
    await page.keyboard.press('Enter');
    await dialog.waitFor({ state: 'detached' });
    await page.getByText('the gateway is back').waitFor();
    await page.locator('.saga-head .badge-rest').waitFor();
    const acts = (await desk.runner.inspect.tell('order-parked'))?.entries.filter(
      ({ event }) => event === 'retry',
    );
    expect(acts).toMatchObject([{ actor: 'ops:jane', reason: 'the gateway is back' }]);
  });

  it('moves the statechart while the saga moves', async () => {
    await page.goto(`${desk.url}sagas/order-a`);
    await page.locator('.sc-active[data-state=RESERVED]').waitFor();
    await desk.pay('order-a', 'CONFIRMED');
    await page.locator('.sc-active[data-state=CONFIRMED]').waitFor();
    await page.waitForFunction(IS_IN_SIGHT);
    expect(await page.locator('.sc-travelled').count()).toBeGreaterThan(2);
    expect(await page.getByText('OVERDUE').first().isVisible()).toBe(true);
  });

  it('draws a machine with how many sagas are where, and leads to them', async () => {
    await page.goto(`${desk.url}machines/order`);
    const reserved = page.locator('[data-state=RESERVED]');
    await reserved.locator('.sc-badge').waitFor();
    expect(await reserved.locator('.sc-badge').textContent()).toBe('2');
    await reserved.focus();
    await page.keyboard.press('Enter');
    await page.getByText('order-b').waitFor();
    expect(page.url()).toContain('state=RESERVED');
  });

  it('is light and dark as the system is, or as one chooses', async () => {
    await page.goto(desk.url);
    const light = await background();
    await page.emulateMedia({ colorScheme: 'dark' });
    const dark = await background();
    expect(dark).not.toBe(light);
    await page.getByRole('button', { name: /^Theme/ }).click();
    expect(await background()).toBe(light);
    await page.getByRole('button', { name: /^Theme/ }).click();
    await page.getByRole('button', { name: /^Theme/ }).click();
    await page.emulateMedia({ colorScheme: 'light' });
  });

  it('fits on a phone', async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    for (const path of ['', 'sagas/order-parked', 'machines/order']) {
      await page.goto(desk.url + path);
      await page
        .locator(path === '' ? '.saga-link' : '.sc')
        .first()
        .waitFor();
      const wide = await page.evaluate<number>('document.documentElement.scrollWidth');
      expect(wide, path).toBeLessThanOrEqual(390);
    }
  });

  it('breaks no policy and throws nothing meanwhile', () => {
    expect(problems).toEqual([]);
  });
});

/** Goes on by the tabulator until the button with this name has the focus. */
async function tabTo(page: Page, name: string): Promise<void> {
  for (let presses = 0; presses < 40; presses += 1) {
    await page.keyboard.press('Tab');
    if ((await page.evaluate<string>('document.activeElement?.textContent?.trim()')) === name) return;
  }
  throw new Error(`no button '${name}' is reached by the tabulator`);
}
