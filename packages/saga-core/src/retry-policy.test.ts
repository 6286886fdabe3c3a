import { expect, test as it } from 'vitest';
import { completeRetryPolicy, retryDelayMs } from './retry-policy.js';

const policy = completeRetryPolicy({ initialDelayMs: 100, factor: 2, maxDelayMs: 500, jitter: 0 }, 'a step');

it('waits grow by the factor, up to the longest', () => {
  expect([1, 2, 3, 4, 5].map((attempt) => retryDelayMs(policy, attempt, 0))).toEqual([
    100, 200, 400, 500, 500,
  ]);
});

it('jitter takes its share of the wait, and never adds to it', () => {
  const jittery = { ...policy, jitter: 0.5 };
  expect(retryDelayMs(jittery, 1, 0)).toBe(50);
  expect(retryDelayMs(jittery, 1, 0.5)).toBe(75);
  expect(retryDelayMs(jittery, 1, 1)).toBe(100);
});

it('what is left out has a default', () => {
  expect(completeRetryPolicy({ attempts: 2 }, 'a step')).toEqual({
    attempts: 2,
    initialDelayMs: 200,
    factor: 2,
    maxDelayMs: 30_000,
    jitter: 0.2,
  });
});

it('a first wait that is longer than the longest by default is the longest', () => {
  const patient = completeRetryPolicy({ initialDelayMs: 60_000 }, 'a step');
  expect(patient.maxDelayMs).toBe(60_000);
  expect(retryDelayMs({ ...patient, jitter: 0 }, 3, 0)).toBe(60_000);
});

it('no wait stays none, however often a step is tried', () => {
  const eager = completeRetryPolicy({ attempts: 5_000, initialDelayMs: 0 }, 'a step');
  expect(retryDelayMs(eager, 4_999, 0.5)).toBe(0);
});
