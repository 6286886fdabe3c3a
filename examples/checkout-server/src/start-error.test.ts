import { expect, it } from 'vitest';
import { whyNoStart } from './start-error.ts';

const failing = (code: string, message: string) => Object.assign(new Error(message), { code });

it.each([
  ['ECONNREFUSED', 'connect ECONNREFUSED 127.0.0.1:5432'],
  ['08P01', 'server login has been failing, try again later (server_login_retry)'],
  ['57P03', 'the database system is starting up'],
  ['3D000', 'database "shop" does not exist'],
])('%s at the start is a line that a person can act on', (code, message) => {
  expect(whyNoStart(failing(code, message))).toBe(
    `the database can't be reached: ${message}; look at DATABASE_URL`,
  );
});

it('a connection that breaks at the start is a line that a person can act on', () => {
  expect(whyNoStart(new Error('Connection terminated unexpectedly'))).toBe(
    'the connection to the database broke while the server started: Connection terminated unexpectedly; start it again',
  );
});

it('what is ours to mend is shown whole', () => {
  expect(whyNoStart(failing('42703', 'column "x" does not exist'))).toBeUndefined();
  expect(whyNoStart(new TypeError('x is not a function'))).toBeUndefined();
});
