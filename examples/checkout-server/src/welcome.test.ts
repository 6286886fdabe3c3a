import { expect, it } from 'vitest';
import { readSettings } from './settings.ts';
import { welcome } from './welcome.ts';

it('the welcome shows the published tokens, and never any other', () => {
  expect(welcome(readSettings({}), [])).toContain('Bearer demo-alice');
  const own = { CUSTOMER_TOKENS: 'carol:a-token-of-carol', ADMIN_TOKEN: 'a-token-of-the-admin' };
  expect(welcome(readSettings(own), [])).not.toContain('a-token-of');
});

it('the welcome ends with the page, where there is one', () => {
  const [page, consoleLine] = welcome(readSettings({}), []).trimEnd().split('\n').slice(-2);
  expect(page?.trim()).toMatch(/^http:\/\/127\.0\.0\.1:3000 +the shop$/);
  expect(consoleLine?.trim()).toMatch(/^http:\/\/127\.0\.0\.1:3000\/console +the console/);
  const worker = { ROLE: 'worker', DATABASE_URL: 'postgres://h/d', PARTICIPANTS_URL: 'http://h' };
  expect(welcome(readSettings(worker), [])).not.toContain('in a browser');
});
