import { createEmptyDatabase } from '@countermand/dev-postgres';
import { checkSaga } from '@countermand/saga-core';
import { pathsOf, pathTests, renderCoverage, type SagaPath } from '@countermand/saga-core/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { hostWith } from './test-support/host-with.js';
import { ticket } from './test-support/ticket-saga.js';
import { postgresHost } from './testing/postgres-host.js';

const all = pathsOf(ticket);

/** One that is the beginning of another tells nothing new, and each walk takes a database. */
function isWhole(path: SagaPath): boolean {
  const own = JSON.stringify(path.steps).slice(0, -1);
  const longer = all.filter(({ steps }) => JSON.stringify(steps).startsWith(own));
  return longer[0]?.name === path.name && longer.every(({ steps }) => steps.length === path.steps.length);
}

const paths = pathTests({ describe, it, expect }, hostWith(true), ticket, { only: isWhole });

afterAll(() => {
  expect(renderCoverage(paths.coverage())).toBe('5 of 5 transitions taken');
});

const { url } = await createEmptyDatabase();
const longest = Math.max(...all.map(({ steps }) => steps.length));

describe('in schemas of their own', () => {
  pathTests({ describe, it, expect }, postgresHost({ databaseUrl: url }), ticket, {
    only: ({ steps }) => steps.length === longest,
  });
});

it('the saga whose paths are walked is sound', () => {
  expect(checkSaga(ticket)).toMatchObject({ sound: true });
});

it('one of its paths has a probe tell what became of a seat', () => {
  expect(all.filter(isWhole).some(({ steps }) => steps.some((step) => step.do === 'probe'))).toBe(true);
});
