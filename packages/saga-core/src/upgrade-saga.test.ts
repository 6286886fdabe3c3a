import { describe, expect, test as it } from 'vitest';
import type { Cause } from './cause.js';
import { decide } from './decide.js';
import type { SagaMigration } from './saga-migration.js';
import { plainEvent, sagaOf } from './test-support/saga-of.js';
import { delayed, given, parkedByHand, stepDone } from './testing/index.js';

const upgrade: Cause = { type: 'upgrade', to: 2, actor: 'admin' };
const pay: Cause = { type: 'event', messageId: 'm', event: { type: 'PAY' }, actor: 'x', accepted: false };
const rest = { tags: ['rest'] };
const waits = { context: {}, initial: 'a', states: { a: { on: { PAY: 'paid' } }, paid: rest } };
const first = sagaOf(waits, { events: ['PAY'] });
const second = (migration: SagaMigration) =>
  sagaOf(waits, { events: ['PAY'], version: 2, migrate: { 1: migration } });
const cursed: SagaMigration = {
  context: () => {
    throw new Error('not this one');
  },
};

describe('a saga that was parked because its migration threw', () => {
  it('goes on, with what came meanwhile, when the migration is mended', () => {
    const failed = decide(second(cursed), given(first, undefined).envelope, upgrade, 1);
    expect(failed.envelope.parked).toMatchObject([{ code: 'UPGRADE_FAILED' }]);
    const kept = decide(first, failed.envelope, pay, 2);
    expect(kept).toMatchObject({ outcome: 'deferred', reason: 'PARKED' });
    const moved = decide(second({}), kept.envelope, upgrade, 3);
    expect(moved).toMatchObject({
      outcome: 'applied',
      envelope: { version: 2, snapshot: { value: 'paid' }, kept: [], parked: [] },
      history: [{ event: 'upgrade' }, { event: 'PAY', outcome: 'applied' }],
    });
  });

  it('keeps what came until the last reason to be parked is gone', () => {
    const failed = decide(second(cursed), given(first, undefined).when(parkedByHand()).envelope, upgrade, 1);
    const kept = decide(first, failed.envelope, pay, 2);
    const moved = decide(second({}), kept.envelope, upgrade, 3);
    expect(moved.envelope).toMatchObject({ snapshot: { value: 'a' }, parked: [{ code: 'PARKED_BY_HAND' }] });
    expect(moved.envelope.kept).toHaveLength(1);
  });

  it('has as much time left for what it had deferred, however often it was tried', () => {
    const machine = { ...waits, states: { ...waits.states, paid: { ...rest, on: { NOTE: {} } } } };
    const declared = { NOTE: { ...plainEvent, defer: { ttlMs: 1_000 } } };
    const before = sagaOf(machine, { events: ['PAY'], declared });
    const next = (migration: SagaMigration) =>
      sagaOf(machine, { events: ['PAY'], declared, version: 2, migrate: { 1: migration } });
    const { envelope } = given(before, undefined).when(delayed(100, { type: 'NOTE' }));
    const once = decide(next(cursed), envelope, upgrade, 600);
    const twice = decide(next(cursed), once.envelope, upgrade, 5_600);
    const moved = decide(next({}), twice.envelope, upgrade, 60_600);
    expect(moved.envelope.deferred).toMatchObject([{ receivedAt: 100, expiresAt: 61_100 }]);
  });
});

describe('a saga whose new version throws on what it finds', () => {
  it('is moved, and parked with the error', () => {
    const holds = (keeps: unknown) => ({
      initial: 'a',
      states: {
        a: { invoke: { src: 'reserve', input: { seat: 'A1' }, onDone: 'held', onError: 'held' } },
        held: { ...rest, meta: { keeps: [keeps] } },
      },
    });
    const instance = () => {
      throw new Error('which one?');
    };
    const { envelope } = given(sagaOf(holds('seat.held')), undefined).when(
      stepDone('reserve', { reference: 'r' }),
    );
    const next = sagaOf(holds({ kind: 'seat.held', instance }), { version: 2, migrate: { 1: {} } });
    const moved = decide(next, envelope, upgrade, 1);
    expect(moved).toMatchObject({
      outcome: 'applied',
      envelope: { version: 2, parked: [{ code: 'DECIDE_FAILED', message: 'which one?' }] },
    });
  });
});
