import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findChromium, openBrowser } from './testing/open-browser.ts';
import type { ServerProcess } from './testing/start-server.ts';
import { useServer } from './testing/use-server.ts';

const executable = findChromium();
const isSkipped = executable === undefined && process.env['REQUIRE_CHROMIUM'] === undefined;
if (isSkipped) console.warn('skipped for want of Chromium: the console of the checkout server in a browser');

const OWN_TOKEN = 'own-admin-token';

/** What a browser sends when a person has typed a token. */
function signIn({ url }: ServerProcess, token: string, headers: Record<string, string> = {}) {
  const body = new URLSearchParams({ token });
  return fetch(`${url}/console/login`, { method: 'POST', redirect: 'manual', body, headers });
}

/** What a browser gets that asks for the page, and is led to where one signs in. */
async function signInPageOf({ url }: ServerProcess): Promise<string> {
  const answer = await fetch(`${url}/console/`, { headers: { accept: 'text/html' } });
  expect(answer.url).toBe(`${url}/console/login`);
  return await answer.text();
}

describe('the console in development', () => {
  const server = useServer();

  it('lets nobody in with another token, with the token of a customer, or from another site', async () => {
    expect(await signInPageOf(server())).toContain('value="demo-admin"');
    const refused = [
      await signIn(server(), 'demo-alice'),
      await signIn(server(), 'nonsense'),
      await signIn(server(), ''),
      await signIn(server(), 'demo-admin', { 'sec-fetch-site': 'cross-site' }),
    ];
    for (const answer of refused) {
      expect(answer.status).toBe(401);
      expect(answer.headers.get('set-cookie')).toBeNull();
    }
    const forged = { cookie: `countermand_console=${Date.now() + 60_000}.${'A'.repeat(43)}` };
    expect((await fetch(`${server().url}/console/api/sagas`, { headers: forged })).status).toBe(401);
  });

  it('reads no more of what somebody sends to sign in than a form holds', async () => {
    const answer = await signIn(server(), 'x'.repeat(70_000));
    expect(answer.status).toBe(413);
    expect(await answer.json()).toMatchObject({ code: 'BODY_TOO_LARGE' });
  });

  it('leads whoever has signed in to the page that was asked for, and nowhere but in the console', async () => {
    const asked = await fetch(`${server().url}/console/sagas/order-7`, { headers: { accept: 'text/html' } });
    expect(new URL(asked.url).searchParams.get('to')).toBe('/console/sagas/order-7');
    expect(await asked.text()).toContain('name="to" value="/console/sagas/order-7"');
    const leadTo = async (to: string) => {
      const body = new URLSearchParams({ token: 'demo-admin', to });
      const answer = await fetch(`${server().url}/console/login`, {
        method: 'POST',
        redirect: 'manual',
        body,
      });
      return answer.headers.get('location');
    };
    expect(await leadTo('/console/sagas/order-7')).toBe('/console/sagas/order-7');
    expect(await leadTo('/console/sagas/a..b~c')).toBe('/console/sagas/a..b~c');
    for (const to of [
      '//elsewhere.example',
      'https://elsewhere.example/console/',
      '/console/login',
      '/docs',
      '/console/"><b>',
      '/console/../docs',
      '/console/sagas/../../docs',
    ])
      expect(await leadTo(to)).toBe('/console/');
  });

  describe.skipIf(isSkipped)('in a browser', () => {
    let browser: Browser;
    let page: Page;
    const complaints: string[] = [];

    beforeAll(async () => {
      if (executable === undefined) throw new Error('there is no Chromium here: run .ci/install-chromium');
      browser = await openBrowser(executable);
      page = await browser.newPage();
      page.setDefaultTimeout(60_000);
      page.on('pageerror', (error) => complaints.push(error.message));
      page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    });
    afterAll(() => browser?.close());

    it('where one signs in, all of it is within the screen of a phone', async () => {
      const visitor = await browser.newPage({ viewport: { width: 360, height: 740 } });
      visitor.setDefaultTimeout(60_000);
      await visitor.goto(`${server().url}/console/login`);
      for (const part of ['main', 'button']) {
        const box = await visitor.locator(part).boundingBox();
        expect(box?.x).toBeGreaterThanOrEqual(12);
        expect((box?.x ?? 0) + (box?.width ?? 360)).toBeLessThanOrEqual(348);
      }
      await visitor.close();
    });

    it('is one click from the shop, one to sign in, and an order is found, opened and cancelled there', async () => {
      const id = await server().place('phone-case');
      await server().reaches(id, 'RESERVED');
      await page.goto(server().url);
      await page.getByRole('link', { name: 'Console' }).click();
      await page.getByRole('button', { name: 'Open the console' }).click();
      await page.getByRole('link', { name: id }).click();
      await page.locator('.sc-active[data-state=RESERVED]').waitFor();
      await page.getByRole('button', { name: 'Cancel …' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('Reason').fill('asked for on the telephone');
      await dialog.getByRole('button', { name: 'Send CANCEL' }).click();
      await page.locator('.sc-active[data-state=CANCELLED]').waitFor();
      await page.getByText('asked for on the telephone').waitFor();
      await server().settles(id, 'CANCELLED');
      expect(complaints).toEqual([]);
    });
  });
});

describe('the console in production', () => {
  const server = useServer({
    NODE_ENV: 'production',
    CUSTOMER_TOKENS: 'carol:own-token-of-carol',
    ADMIN_TOKEN: OWN_TOKEN,
    WEBHOOK_SECRET: 'whsec_b3duLXNlY3JldC1vZi10aGUtc2hvcA==',
  });

  it('fills no token in, takes its own alone, and its cookie stays on https and on this site', async () => {
    const page = await signInPageOf(server());
    expect(page).toContain('required value=""');
    expect(page).not.toContain(OWN_TOKEN);
    expect((await signIn(server(), 'demo-admin')).status).toBe(401);
    const answer = await signIn(server(), OWN_TOKEN);
    expect(answer.status).toBe(303);
    expect(answer.headers.get('location')).toBe('/console/');
    const cookie = answer.headers.get('set-cookie') ?? '';
    for (const attribute of ['HttpOnly', 'SameSite=Strict', 'Secure', 'Path=/console'])
      expect(cookie.split('; ')).toContain(attribute);
    const headers = { cookie: cookie.split(';', 1).join() };
    expect((await fetch(`${server().url}/console/api/sagas`, { headers })).status).toBe(200);
    // The cookie opens the console, and nothing else.
    expect((await fetch(`${server().url}/api/sagas`, { headers })).status).toBe(401);
  });
});
