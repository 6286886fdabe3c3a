import { expect, it } from 'vitest';
import { readSettings } from './settings.ts';
import { welcome } from './welcome.ts';

it('the welcome shows the published tokens, and never any other', () => {
  expect(welcome(readSettings({}), [])).toContain('Bearer demo-alice');
  const own = { CUSTOMER_TOKENS: 'carol:a-token-of-carol', ADMIN_TOKEN: 'a-token-of-the-admin' };
  expect(welcome(readSettings(own), [])).not.toContain('a-token-of');
});
