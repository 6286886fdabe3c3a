import { checkSaga, renderReport } from '@countermand/saga-core';
import { expect, it } from 'vitest';
import { createCheckoutSaga } from './orchestrator/checkout-saga.ts';

it('the checkout keeps nothing that it should not, whatever is answered or lost', () => {
  const report = checkSaga(createCheckoutSaga({ attempts: 5, retryDelayMs: 100 }));
  expect(report.findings, renderReport(report)).toEqual([]);
});
