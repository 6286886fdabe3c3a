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

/** As long as a machine with other work may take to show something. */
const PATIENCE_MS = 60_000;

const FILL_OF_A_STATE = `getComputedStyle(document.querySelector('.sc-state:not(.sc-active) > .sc-box')).fill`;

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
    browser.context.setDefaultTimeout(PATIENCE_MS);
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
    await expect.poll(ids).toEqual(['order-parked', 'order-b', 'order-a']);
    await page.getByRole('button', { name: /^Running/ }).click();
    await expect.poll(ids).toEqual(['order-b', 'order-a']);
    await page.getByLabel('Attribute').fill('customerId=alice');
    await page.getByLabel('Attribute').press('Enter');
    await expect.poll(ids).toEqual(['order-a']);
    expect(page.url()).toContain('attribute=customerId%3Dalice');
  });

  it('keeps what is being typed into a filter while the list changes', async () => {
    await page.goto(desk.url);
    await page.getByText('Live', { exact: true }).waitFor();
    await page.getByLabel('Attribute').pressSequentially('customerId=fred');
    await desk.place('order-typed', 'fred');
    await page.getByText('order-typed').waitFor();
    await page.keyboard.press('Enter');
    await expect.poll(ids).toEqual(['order-typed']);
    expect(await page.getByLabel('Attribute').inputValue()).toBe('customerId=fred');
  });

  it('shows a new saga without being asked', async () => {
    await page.goto(desk.url);
    await page.getByText('Live', { exact: true }).waitFor();
    await desk.place('order-new', 'dave');
    await expect.poll(ids).toContain('order-new');
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
    await page.locator('.sc-travelled').nth(2).waitFor({ state: 'attached' });
    await page.getByText('OVERDUE').first().waitFor();
    // The colours of the sheet that is built and of those that are added to it fit together.
    await expect.poll(() => page.evaluate<string>(FILL_OF_A_STATE)).toBe('rgb(255, 255, 255)');
  });

  it('retries a step that nobody waits for, of a saga that goes on without it', async () => {
    desk.broken.add('notifyUser');
    await desk.place('order-told', 'erin');
    await desk.ship('order-told');
    await desk.runner.waitFor('order-told', ({ steps }) => steps.some(({ status }) => status === 'parked'));
    await page.goto(`${desk.url}sagas/order-told`);
    await page.getByText('A step waits for a person').waitFor();
    await page.locator('.saga-head .badge-rest').waitFor();
    desk.broken.clear();
    await page.getByRole('button', { name: 'Retry …', exact: true }).click();
    await page.getByRole('dialog').getByText('notifyUser runs again').waitFor();
    await page.getByLabel('Reason').fill('mail works again');
    await page.getByRole('button', { name: 'Retry', exact: true }).click();
    await page.getByText('A step waits for a person').waitFor({ state: 'detached' });
    const told = await desk.runner.get('order-told');
    expect(told?.steps.filter(({ status }) => status === 'parked')).toEqual([]);
  });

  it('shows a published event that is not taken, with why, until it is', async () => {
    const mail = { isDown: true };
    await desk.runner.on('ORDER_CANCELLED', { name: 'mail' }, () => {
      // Soon again, so that nobody has to wait for what it comes to.
      if (mail.isDown) throw Object.assign(new Error('the mail server answers 503'), { retryInMs: 300 });
    });
    await desk.place('order-untaken', 'gina');
    await desk.runner.send('order-untaken', { type: 'CANCEL' }, { actor: 'customer:gina' });
    await page.goto(`${desk.url}sagas/order-untaken`);
    const notice = page.getByRole('region', { name: 'Events that were not taken' });
    await notice.getByText('the mail server answers 503').waitFor();
    expect(await notice.textContent()).toMatch(/ORDER_CANCELLED by mail: .* attempts? · event \d+ · /);
    await page.locator('.saga-head .badge-rest').waitFor();
    const light = await colourOfNotice(page);
    await page.emulateMedia({ colorScheme: 'dark' });
    await expect.poll(() => colourOfNotice(page)).not.toBe(light);
    await page.emulateMedia({ colorScheme: 'light' });
    mail.isDown = false;
    await notice.waitFor({ state: 'detached' });
  });

  it('does nothing of which it has not said what it would do', async () => {
    const own = await browser.context.newPage();
    let foresee: () => void = () => undefined;
    const asked = new Promise<void>((resolve) => {
      void own.route('**/foresee', async (route) => {
        resolve();
        await new Promise<void>((go) => {
          foresee = go;
        });
        await route.continue();
      });
    });
    await own.goto(`${desk.url}sagas/order-b`);
    await own.getByRole('button', { name: 'Park …', exact: true }).click();
    await own.getByLabel('Reason').fill('to look at it');
    await asked;
    const act = own.getByRole('button', { name: 'Park', exact: true });
    expect(await act.isDisabled()).toBe(true);
    foresee();
    await own.getByText('What would happen at once').waitFor();
    await expect.poll(() => act.isEnabled()).toBe(true);
    await own.close();
  });

  it('connects again when the stream of changes was answered by something else', async () => {
    const own = await browser.context.newPage();
    let isAway = true;
    await own.route('**/api/live*', (route) =>
      isAway ? route.fulfill({ status: 502, body: 'Bad Gateway' }) : route.continue(),
    );
    await own.goto(desk.url);
    await own.getByText('order-b').waitFor();
    await own.getByText('Connecting …').waitFor();
    isAway = false;
    await own.getByText('Live', { exact: true }).waitFor();
    await expect.poll(() => own.getByText('The server answers 502').count()).toBe(0);
    await own.close();
  });

  it('leads to the content by its first link, and stays where it is', async () => {
    await page.goto(`${desk.url}sagas/order-a`);
    await page.locator('.saga-head').waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.evaluate<string>('document.activeElement.id')).toBe('main');
    expect(page.url()).toBe(`${desk.url}sagas/order-a`);
  });

  it('says so where an address means nothing', async () => {
    const own = await browser.context.newPage();
    await own.goto(`${desk.url}sagas/%E0%A4%A`);
    expect(await own.getByText('There is no saga').textContent()).toContain('%E0%A4%A');
    await own.close();
  });

  it('draws a machine with how many sagas are where, and leads to them', async () => {
    await page.goto(`${desk.url}machines/order`);
    const reserved = page.locator('[data-state=RESERVED]');
    await expect.poll(() => reserved.locator('.sc-badge').allTextContents()).toEqual(['3']);
    await reserved.focus();
    await page.keyboard.press('Enter');
    await page.getByText('order-b').waitFor();
    expect(page.url()).toContain('state=RESERVED');
  });

  it('is light and dark as the system is, or as one chooses', async () => {
    await page.goto(desk.url);
    const chosen = (theme: string) => page.getByRole('button', { name: `Theme: ${theme}.` });
    await chosen('auto').waitFor();
    const light = await background();
    await page.emulateMedia({ colorScheme: 'dark' });
    await expect.poll(background).not.toBe(light);
    const dark = await background();
    await chosen('auto').click();
    await expect.poll(background).toEqual(light);
    await chosen('light').click();
    await expect.poll(background).toEqual(dark);
    await page.emulateMedia({ colorScheme: 'light' });
    await chosen('dark').click();
    await chosen('auto').waitFor();
    await expect.poll(background).toEqual(light);
  });

  it('what is pushed off the first page is still in the list', async () => {
    const orders = Array.from({ length: 60 }, (_, index) => `order-many-${index}`);
    await Promise.all(orders.map((id) => desk.place(id, 'zoe')));
    await page.goto(`${desk.url}sagas?attribute=customerId%3Dzoe`);
    await page.getByRole('button', { name: 'Show more' }).click();
    await page.waitForFunction('document.querySelectorAll(".saga-link").length === 60');
    const before = await ids();
    await desk.place('order-newest', 'zoe');
    await expect.poll(ids).toEqual(['order-newest', ...before]);
  });

  it('fits on a phone', async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    for (const path of ['', 'sagas/order-parked', 'machines/order']) {
      await page.goto(desk.url + path);
      await page
        .locator(path === '' ? '.saga-link' : '.sc')
        .first()
        .waitFor();
      await expect
        .poll(() => page.evaluate<number>('document.documentElement.scrollWidth'), { message: path })
        .toBeLessThanOrEqual(390);
    }
  });

  it('breaks no policy and throws nothing meanwhile', () => {
    expect(problems).toEqual([]);
  });
});

function colourOfNotice(page: Page): Promise<string> {
  return page.evaluate<string>(`getComputedStyle(document.querySelector('.notice-late')).backgroundColor`);
}

/** Goes on by the tabulator until the button with this name has the focus. */
async function tabTo(page: Page, name: string): Promise<void> {
  for (let presses = 0; presses < 40; presses += 1) {
    await page.keyboard.press('Tab');
    if ((await page.evaluate<string>('document.activeElement?.textContent?.trim()')) === name) return;
  }
  throw new Error(`no button '${name}' is reached by the tabulator`);
}
