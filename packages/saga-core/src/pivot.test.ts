import { describe, expect, test } from 'vitest';
import { checkSaga } from './check/check-saga.js';
import { withCheckOptions } from './check/with-check-options.js';
import { stepFailure } from './step.js';
import { deed, failed, invoke, smallSaga } from './test-support/check-corpus/small-saga.js';
import { given, stepDeclined, stepDone, stepUnknown } from './testing/index.js';

const refund = deed('refund');
const charge = deed('charge', { opens: 'money', undo: refund, declines: ['NO_MONEY'] });
const release = deed('release');
const hold = deed('hold', { opens: 'seat', undo: release, declines: ['TAKEN'] });
const ship = deed('ship', { opens: 'parcel', pivot: true, declines: ['NO_TRUCK'] });
const sail = deed('sail', { opens: 'parcel', pivot: true, declines: ['NO_SHIP'] });
const end = (...keeps: string[]) => ({ tags: ['rest'], meta: { keeps } });

const isNo = (event: { error?: unknown }) => stepFailure(event).kind === 'declined';

/** Asks a pivot; where it is declined goes on to `declined`, and where nobody knows to `lost`. */
const asking = (src: string, declined: string, lost = 'shipped') =>
  invoke(src, 'shipped', [{ guard: 'isDeclined', target: declined }, { target: lost }]);
/** Ships what it holds, or is paid for another thing where nothing can be shipped. */
const anotherWay = (states: object) =>
  smallSaga('ships-or-pays', {
    steps: [refund, charge, release, hold, ship, sail],
    guards: {
      isDeclined: ({ event }: { event: { error?: unknown } }) => isNo(event),
    },
    machine: {
      initial: 'holding',
      states: { holding: invoke('hold', 'shipping'), ...states, shipped: end('seat', 'parcel'), failed },
    },
  });
const paying = { charging: invoke('charge', 'paid'), paid: end('seat', 'money') };
const undoneFirst = anotherWay({
  shipping: asking('ship', 'undoing'),
  undoing: { invoke: { src: 'compensate', onDone: 'charging' } },
  ...paying,
  paid: end('money'),
});

describe('a pivot that is declined', () => {
  const asked = given(undoneFirst, undefined).after(stepDone('hold', {}));

  test('was not passed', () => {
    expect(asked.envelope.pivoted).toBe(true);
    expect(asked.when(stepDeclined('ship', 'NO_TRUCK')).envelope.pivoted).toBe(false);
  });

  test('counts as passed where an attempt before it is in doubt, and where nobody knows how it ended', () => {
    expect(asked.when(stepDeclined('ship', 'NO_TRUCK', undefined, 2)).envelope.pivoted).toBe(true);
    expect(asked.when(stepUnknown('ship')).envelope.pivoted).toBe(true);
    expect(asked.when(stepDone('ship', {})).envelope.pivoted).toBe(true);
  });

  const both = (first: object, second: object) =>
    given(
      smallSaga('ships-and-sails', {
        steps: [ship, sail],
        machine: {
          type: 'parallel',
          states: {
            one: { initial: 'a', states: { a: invoke('ship', 'b', 'b'), b: end('parcel') } },
            two: { initial: 'a', states: { a: invoke('sail', 'b', 'b'), b: end('parcel') } },
          },
        },
      }),
      undefined,
    )
      .after(first as never)
      .when(second as never).envelope.pivoted;

  test('takes nothing back that another one has passed, before or meanwhile', () => {
    const no = stepDeclined('ship', 'NO_TRUCK');
    expect(both(no, stepDone('sail', {}))).toBe(true);
    expect(both(stepDone('sail', {}), no)).toBe(true);
    expect(both(stepUnknown('sail'), no)).toBe(true);
    expect(both(no, stepDeclined('sail', 'NO_SHIP'))).toBe(false);
  });

  test('leaves the check nothing to find in a step that can be declined after everything was undone', () => {
    const rules = checkSaga(withCheckOptions(undoneFirst, { samples: { input: [{}] } })).findings.map(
      ({ rule }) => rule,
    );
    expect(rules).not.toContain('decline-after-pivot');
  });

  test.each([
    ['at once', anotherWay({ shipping: asking('ship', 'charging'), ...paying })],
    ['another pivot', anotherWay({ shipping: asking('ship', 'sailing'), sailing: asking('sail', 'failed') })],
  ])('leads another way, and the check has nothing to say against that: %s', (_, saga) => {
    const { findings } = checkSaga(withCheckOptions(saga, { samples: { input: [{}] } }));
    expect(findings.map(({ rule }) => rule)).not.toContain('decline-after-pivot');
  });

  test('after an attempt whose answer was lost tells the machine what it comes to: nobody knows', () => {
    const inDoubt = asked.when(stepDeclined('ship', 'NO_TRUCK', undefined, 2)).envelope;
    expect(inDoubt.snapshot.value).toBe('shipped');
    expect(asked.when(stepDeclined('ship', 'NO_TRUCK')).envelope.snapshot.value).toBe('undoing');
  });

  test('parks in doubt where nothing handles that, and says both', () => {
    const { parked } = given(
      smallSaga('ships-only', {
        steps: [charge, refund, ship],
        guards: { isDeclined: ({ event }: { event: { error?: unknown } }) => isNo(event) },
        machine: {
          initial: 'shipping',
          states: {
            shipping: invoke('ship', 'shipped', [{ guard: 'isDeclined', target: 'kept' }]),
            shipped: end('parcel'),
            kept: end(),
          },
        },
      }),
      undefined,
    ).when(stepDeclined('ship', 'NO_TRUCK', undefined, 2)).envelope;
    expect(parked).toMatchObject([
      {
        code: 'STEP_ERROR_UNHANDLED',
        message: expect.stringContaining('declined: NO_TRUCK, after an attempt whose answer was lost'),
      },
    ]);
  });
});
