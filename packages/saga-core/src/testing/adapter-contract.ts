import { isDeclined, isLater } from '../answer.js';
import { callerOf } from './adapter-caller.js';
import { type AdapterCase, missing } from './adapter-case.js';
import type { AdapterTrial } from './adapter-trial.js';
import type { TestTools } from './conformance/conformance-host.js';
import { testProbe } from './test-probe.js';
import { testUndo } from './test-undo.js';
import { testUnless } from './test-unless.js';

// Real adapters take real time: this suite alone waits, and the core has no timers otherwise.
declare function setTimeout(run: () => void, ms: number): unknown;
declare function clearTimeout(timer: unknown): void;

/** For how long a call that hangs is watched before its abort, in milliseconds. */
const WATCHED_MS = 50;

/**
 * States, as tests, what a runner counts on in an adapter: the same key twice is one effect; an undo of nothing and
 * an undo twice are fine, and an undo undoes nothing else, of other sagas or of its own; the probe agrees, and tells of
 * the key that it is asked about alone; a decline leaves nothing; an abort is honoured. Where the contract says
 * `idempotentBy: 'instance'`, the same instance under another key is one effect. Runs in the test
 * framework that is given, against the user's own adapter and the participant, or a stub of it. What can't be tested
 * is skipped, with the reason in its title.
 *
 * @example
 * adapterContract({ describe, it, expect }, { step: reserveStock, adapter, input, effects });
 */
export function adapterContract({ describe, it, expect }: TestTools, given: AdapterCase): void {
  const { step, adapter, undo } = given;
  const trial: AdapterTrial = {
    given,
    forward: callerOf(step, adapter),
    backward: undo && callerOf(undo.step, undo.adapter),
    test: testUnless(it),
    expect,
  };
  describe(`the adapter of ${step.contract.name}`, () => {
    testEffects(trial);
    testProbe(trial);
    testDecline(trial);
    testUndo(trial);
    testAbort(trial);
  });
}

/** The same key is one effect. */
function testEffects({ given, forward, test, expect }: AdapterTrial): void {
  const { effects } = given;
  const { contract } = given.step;
  test(undefined, 'takes effect once, with an output that fits its schema', async () => {
    const input = given.input();
    const output = await forward.run(input, 'key-once');
    expect(isLater(output) || contract.output.safeParse(output).success).toBe(true);
    expect(await effects(input)).toBe(1);
  });

  test(undefined, 'takes effect once when it is called again with the same key', async () => {
    const input = given.input();
    await forward.run(input, 'key-again');
    await forward.run(input, 'key-again', { attempt: 2 });
    expect(await effects(input)).toBe(1);
  });

  test(undefined, 'takes effect once when two calls with the same key run at once', async () => {
    const input = given.input();
    await Promise.all([forward.run(input, 'key-both'), forward.run(input, 'key-both', { attempt: 2 })]);
    expect(await effects(input)).toBe(1);
  });

  if (contract.opens?.idempotentBy !== 'instance') return;
  test(
    undefined,
    'takes effect once when it is called again for the same instance with another key',
    async () => {
      const input = given.input();
      await forward.run(input, 'key-first');
      await forward.run(input, 'key-second');
      expect(await effects(input)).toBe(1);
    },
  );
}

function testDecline({ given, forward, test, expect }: AdapterTrial): void {
  const { effects, declined } = given;
  const { contract } = given.step;
  const neverDeclined = `the contract of ${contract.name} has no declines`;
  const unlessDeclined = contract.declines.length === 0 ? neverDeclined : missing('declined', declined);
  const leavesNothing = 'leaves nothing in the world when it is declined, and says a code of its contract';
  test(unlessDeclined, leavesNothing, async () => {
    const input = declined?.();
    const answer = await forward.run(input, 'key-declined');
    expect(contract.declines).toContain(isDeclined(answer) ? answer.code : 'not declined');
    expect(await effects(input)).toBe(0);
    const found = contract.probe ? (await forward.probe(input, 'key-declined'))?.kind : 'notLanded';
    expect(found).toBe('notLanded');
  });
}

function testAbort({ given, forward, test, expect }: AdapterTrial): void {
  const { hanging, abortWithinMs = 1_000 } = given;
  test(missing('hanging', hanging), 'ends when its signal is aborted, and no sooner', async () => {
    const [aborted, other] = [new AbortController(), new AbortController()];
    const call = endOf(forward.run(hanging?.(), 'key-hanging', { signal: aborted.signal }));
    // A call that nobody aborts shows that it isn't the adapter's own time limit that ends them.
    const control = endOf(forward.run(hanging?.(), 'key-control', { signal: other.signal }));
    expect(await within(WATCHED_MS, call)).toBe('waits');
    aborted.abort();
    expect(await within(abortWithinMs, call)).toBe('ended');
    expect(await within(0, control)).toBe('waits');
    other.abort();
    await within(abortWithinMs, control);
  });
}

function endOf(call: Promise<unknown>): Promise<'answered' | 'ended'> {
  return call.then(
    () => 'answered' as const,
    () => 'ended' as const,
  );
}

/** How a call ends, or that it still waits when the time is over. */
function within<End>(ms: number, call: Promise<End>): Promise<End | 'waits'> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve('waits'), ms);
    void call.then((end) => {
      clearTimeout(timer);
      resolve(end);
    });
  });
}
