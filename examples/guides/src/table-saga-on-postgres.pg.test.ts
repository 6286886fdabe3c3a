import { createEmptyDatabase } from '@countermand/dev-postgres';
import { postgresHost } from '@countermand/runner-postgres/testing';
import { pathTests, renderCoverage } from '@countermand/saga-core/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { booking } from './table-saga.ts';

const { url: databaseUrl } = await createEmptyDatabase();
const restaurant: string[] = [];

// #region paths
const paths = pathTests({ describe, it, expect }, postgresHost({ databaseUrl }), booking, {
  variants: ['duplicate', 'crash'],
  adapters: {
    holdTable: ({ idempotencyKey }: { idempotencyKey: string }) => restaurant.push(idempotencyKey),
  },
});
afterAll(() => console.log(renderCoverage(paths.coverage())));
// #endregion paths

afterAll(() => {
  expect(new Set(restaurant).size).toBeGreaterThan(0);
});
