import { describe, expect, test } from 'vitest';
import type { AnyStep } from '../step.js';
import { deed, failed, invoke, smallSaga } from '../test-support/check-corpus/small-saga.js';
import { checkSaga } from './check-saga.js';

const release = deed('release');

/** Pays, and gives the money back where nothing comes of it: by an undo that opens something itself. */
function paysBack(name: string, refund: AnyStep) {
  const pay = deed('pay', { opens: 'money', undo: refund, declines: ['NO'] });
  return smallSaga(name, {
    steps: [pay, refund, release, deed('print', { declines: ['NO'] })],
    machine: {
      initial: 'paying',
      states: {
        paying: invoke('pay', 'printing'),
        printing: invoke('print', 'paid'),
        paid: { tags: ['rest'], meta: { keeps: ['money'] } },
        failed,
      },
    },
  });
}

describe('what an undo opens', () => {
  test('is undone by the same compensation, so that nothing is left', () => {
    const saga = paysBack('undoes-what-an-undo-opens', deed('refund', { opens: 'refund', undo: release }));
    expect(checkSaga(saga)).toMatchObject({ verdict: 'sound', findings: [] });
  });

  test('is found where nothing undoes it', () => {
    const saga = paysBack('opens-for-good', deed('refund', { opens: 'refund', pivot: true }));
    const [finding] = checkSaga(saga).findings.filter(({ rule }) => rule === 'undo-missing');
    expect(finding?.subject).toBe('refund in failed.undoing');
    expect(finding?.trace.map(({ what }) => what)).toContain('undo of money:x by refund: done');
  });
});
