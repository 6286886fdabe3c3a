import { SagaError } from '@countermand/saga-core';
import { expect, it } from 'vitest';
import { problemOf } from './problem-of.ts';

const log = { warn: () => undefined, error: () => undefined };
const withCode = (code: string) => Object.assign(new Error('so it is'), { code });

it.each([
  ['a saga that keeps no more news', new SagaError('MAILBOX_FULL', 'so it is')],
  ['a server with too much to do', new SagaError('OVERLOADED', 'so it is')],
  ['a server that stops', new SagaError('RUNNER_STOPPED', 'so it is')],
  ['a database that restarts', withCode('57P01')],
  ['a database that is not there', withCode('ECONNREFUSED')],
  ['a connection that broke', new Error('Connection terminated unexpectedly')],
])('%s is said to be unavailable, and worth another try', (_what, error) => {
  expect(problemOf(error, log)).toMatchObject({ code: 'UNAVAILABLE' });
});

it.each([
  ['a fault of ours', new TypeError('x is not a function')],
  ['a statement that the database refuses', withCode('42601')],
  ["a saga's own fault", new SagaError('DECIDE_FAILED', 'Connection terminated')],
])('%s is no excuse: the server failed', (_what, error) => {
  expect(problemOf(error, log)).toMatchObject({ code: 'INTERNAL' });
});
