import { eventually } from '@countermand/test-kit';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findChromium, openBrowser } from './testing/open-browser.ts';
import { ownSettings, type ServerProcess, startServer } from './testing/start-server.ts';

const executable = findChromium();
if (executable === undefined && process.env['REQUIRE_CHROMIUM'] === undefined)
  console.warn('skipped for want of Chromium: the page of the checkout server');

const PATIENCE_MS = 60_000;

/** Runs in the page. */
const KEEP_JUDGEMENTS = `
  window.seen = [];
  const chips = document.querySelector('.chips');
  new MutationObserver(() => window.seen.push(chips.dataset.ok)).observe(chips, { attributes: true });
`;

describe.skipIf(executable === undefined && process.env['REQUIRE_CHROMIUM'] === undefined)(
  'the page at /',
  () => {
    let server: ServerProcess;
    let browser: Browser;
    let page: Page;
    let dispose: () => Promise<void>;
    const complaints: string[] = [];

    beforeAll(async () => {
      if (executable === undefined) throw new Error('there is no Chromium here: run .ci/install-chromium');
      // Nothing is packed by itself, so that an order stays where a visitor has to find it.
      const own = await ownSettings({ WORKER_PROCESS: 'true', AUTO_FULFILMENT: 'false' });
      dispose = own.dispose;
      [server, browser] = await Promise.all([startServer(own.env), openBrowser(executable)]);
      page = await browser.newPage();
      page.setDefaultTimeout(PATIENCE_MS);
      page.on('pageerror', (error) => complaints.push(error.message));
      page.on('console', (message) => {
        if (message.type() === 'error') complaints.push(message.text());
      });
      await page.goto(server.url);
      await page.locator('.chips[data-ok=true]').waitFor();
      // From here on every judgement that is shown is kept.
      await page.evaluate(KEEP_JUDGEMENTS);
    });

    afterAll(async () => {
      await browser?.close();
      await server?.stop();
      await dispose();
    });

    const button = (name: string | RegExp) => page.getByRole('button', { name, exact: true });
    const happened = (text: string | RegExp) => page.locator('.timeline li', { hasText: text }).first();
    const count = async (name: string) =>
      Number(await page.locator(`[data-count="${name}"] dd`).textContent());

    /** Orders on the page, and answers the order's id. */
    async function order(token: string): Promise<string> {
      const before = page.url();
      await page.getByLabel('How will the payment behave?').selectOption(token);
      await button(/^Order for/).click();
      await page.waitForURL((url) => url.href !== before && url.hash !== '');
      return new URL(page.url()).hash.replace('#order=', '');
    }

    const stands = (status: string, isSettled?: boolean) =>
      page
        .locator(`.watch [data-status=${status}]${isSettled ? '[data-settled=true]' : ''}`)
        .waitFor({ timeout: PATIENCE_MS });

    it('says what it is at once, and is used by keyboard: an order is placed and goes its way', async () => {
      expect(await page.locator('h1').textContent()).toContain('either completes or is undone');
      await page.getByLabel('How will the payment behave?').focus();
      for (let presses = 0; presses < 12; presses += 1) {
        if ((await page.locator(':focus').textContent())?.startsWith('Order for')) break;
        await page.keyboard.press('Tab');
      }
      await page.keyboard.press('Enter');
      await happened('The units are held for you.').waitFor();
      await server.ship(new URL(page.url()).hash.replace('#order=', ''));
      await stands('IN_TRANSIT', true);
      await happened("The carrier's webhook: scanned, and on its way.").waitFor();
      await page.locator('.ledger .open[data-kind="payment.captured"]', { hasText: 'kept' }).waitFor();
    });

    it('the first order is one click: the button is in sight on a small laptop and on a phone', async () => {
      for (const viewport of [
        { width: 1280, height: 660 },
        { width: 390, height: 780 },
      ]) {
        const visitor = await browser.newPage({ viewport });
        visitor.setDefaultTimeout(PATIENCE_MS);
        await visitor.goto(server.url);
        await visitor.locator('.chips[data-ok=true]').waitFor();
        const place = visitor.getByRole('button', { name: /^Order for/ });
        const more = visitor.getByRole('button', { name: 'One Limited edition print, numbered more' });
        await eventually(async () => {
          const placeBox = await place.boundingBox();
          expect((placeBox?.y ?? Number.POSITIVE_INFINITY) + (placeBox?.height ?? 0)).toBeLessThanOrEqual(
            viewport.height,
          );
          const [moreBox, formBox] = [await more.boundingBox(), await visitor.locator('.form').boundingBox()];
          expect((moreBox?.x ?? 0) + (moreBox?.width ?? 0)).toBeLessThan(
            (formBox?.x ?? 0) + (formBox?.width ?? 0),
          );
        });
        await visitor.close();
      }
    });

    it('a declined card: the order fails, and what it held is given back', async () => {
      const id = await order('tok_declined');
      await stands('FAILED', true);
      expect(await server.ledger(id)).toMatchObject({ captured: 0, authorized: 0 });
      await happened('The card is declined.').waitFor();
      await happened('The units are available again.').waitFor();
      await happened('Everything is undone.').waitFor();
    });

    it('a double click makes one order', async () => {
      await page.getByLabel('How will the payment behave?').selectOption('tok_ok');
      await button('Order by double click').click();
      await page.getByText('Two clicks, one order').waitFor();
      await eventually(async () => expect(await count('duplicates refused')).toBe(1), {
        timeoutMs: PATIENCE_MS,
      });
    });

    it('the worker is killed while the money is taken; it comes back, and the order completes', async () => {
      await page.getByLabel('Kill it while').selectOption('authorize');
      await button('Kill it while').click();
      await page.getByText('It will be killed when an order gets there').waitFor();
      const id = await order('tok_ok');
      await happened(/^.*Worker \d+ was killed/).waitFor();
      await happened(/The worker is back after/).waitFor();
      await stands('CONFIRMED');
      expect(await server.ledger(id)).toMatchObject({ captures: 1, refunds: 0 });
    });

    it('the payment service is stopped and started again: the order waits, and completes', async () => {
      const box = page.getByLabel('Click pay right away');
      await box.uncheck();
      const id = await order('tok_ok');
      await box.check();
      await stands('RESERVED');
      await button('Stop the payment service').click();
      await button('Start the payment service').waitFor();
      await button('Pay').click();
      await stands('PAYMENT_PENDING');
      await button('Start the payment service').click();
      await stands('CONFIRMED');
      expect(await server.ledger(id)).toMatchObject({ captures: 1, refunds: 0 });
    });

    it('an order is taken at once while the services answer nobody, and completes when they do', async () => {
      await button('Stop the payment service').click();
      await button('Start the payment service').waitFor();
      const id = await order('tok_ok');
      await stands('CREATED');
      await page.getByText('Not known while the payment service is stopped').first().waitFor();
      await page.getByText('No webhook about this order has come').waitFor();
      expect(await button('Deliver the last one twice').isDisabled()).toBe(true);
      await button('Start the payment service').click();
      await stands('CONFIRMED');
      await page.locator('.bar:has(.chips[data-ok=true]):not(:has(.unjudged))').waitFor();
      expect(await server.ledger(id)).toMatchObject({ captures: 1, refunds: 0 });
    });

    it('a webhook that comes twice has one effect', async () => {
      const before = await count('duplicates refused');
      await happened(/The gateway's webhook/).waitFor();
      await button('Deliver the last one twice').click();
      // More, where the gateway sends again what it wasn't sure of while its service was away.
      await eventually(async () => expect(await count('duplicates refused')).toBeGreaterThan(before), {
        timeoutMs: PATIENCE_MS,
      });
    });

    it('a paid order is cancelled: the money and the units are given back', async () => {
      const id = await order('tok_ok');
      await stands('CONFIRMED');
      await button('Cancel the order').click();
      await stands('CANCELLED', true);
      await happened('The money is back.').waitFor();
      expect(await server.ledger(id)).toMatchObject({ captures: 1, refunds: 1 });
    });

    it('all the while no invariant was broken, and the page had nothing to complain of', async () => {
      const seen = await page.evaluate<string[]>('window.seen');
      expect(seen).not.toContain('false');
      await eventually(async () => expect(await count('faults injected')).toBeGreaterThanOrEqual(3));
      await page.locator('.chips[data-ok=true]').waitFor();
      expect(complaints).toEqual([]);
    });
  },
);
