import { type ErasedAdapter, normalizeAdapter } from '../adapter.js';
import { isDeclined, isLater, readProbeAnswer } from '../answer.js';
import type { AnyStep } from '../step.js';
import type { DefineTest, TestTools } from './conformance/conformance-host.js';

// Real adapters take real time: this suite alone waits, and the core has no timers otherwise.
declare function setTimeout(run: () => void, ms: number): unknown;
declare function clearTimeout(timer: unknown): void;

/** What {@link adapterContract} is told of an adapter and of the world behind it. */
export interface AdapterCase {
  readonly step: AnyStep;
  readonly adapter: unknown;
  /** An input that the participant takes; another thing in the world each time: another card, another order. */
  readonly input: () => unknown;
  /** How often the step has taken effect in the world for that input, and is still in effect. */
  readonly effects: (input: unknown) => number | Promise<number>;
  /** The step that undoes it, and the undo's input. */
  readonly undo?: {
    readonly step: AnyStep;
    readonly adapter: unknown;
    readonly input: (input: unknown) => unknown;
  };
  /** An input that the participant declines. */
  readonly declined?: () => unknown;
  /** An input on which the participant doesn't answer, so that only an abort ends the call. Drawn twice. */
  readonly hanging?: () => unknown;
  /** Within how many milliseconds of an abort the call must have ended; 1,000 by default. */
  readonly abortWithinMs?: number;
}

/** For how long a call that hangs is watched before its abort, in milliseconds. */
const WATCHED_MS = 50;

/**
 * States, as tests, what a runner counts on in an adapter: the same key twice is one effect, an undo of nothing and
 * an undo twice are fine, the probe agrees, a decline leaves nothing, an abort is honoured; and, where the contract says
 * `idempotentBy: 'instance'`, the same instance under another key is one effect. Runs in the test
 * framework that is given, against the user's own adapter and the participant, or a stub of it. What can't be tested
 * is skipped, with the reason in its title.
 *
 * @example
 * adapterContract({ describe, it, expect }, { step: reserveStock, adapter, input, effects });
 */
export function adapterContract({ describe, it, expect }: TestTools, given: AdapterCase): void {
  const { step, effects, undo, declined, hanging, abortWithinMs = 1_000 } = given;
  const { contract } = step;
  const forward = callerOf(step, given.adapter);
  const backward = undo && callerOf(undo.step, undo.adapter);
  describe(`the adapter of ${contract.name}`, () => {
    it('takes effect once, with an output that fits its schema', async () => {
      const input = given.input();
      const output = await forward.run(input, 'key-once');
      expect(isLater(output) || contract.output.safeParse(output).success).toBe(true);
      expect(await effects(input)).toBe(1);
    });

    it('takes effect once when it is called again with the same key', async () => {
      const input = given.input();
      await forward.run(input, 'key-again');
      await forward.run(input, 'key-again', 2);
      expect(await effects(input)).toBe(1);
    });

    it('takes effect once when two calls with the same key run at once', async () => {
      const input = given.input();
      await Promise.all([forward.run(input, 'key-both'), forward.run(input, 'key-both', 2)]);
      expect(await effects(input)).toBe(1);
    });

    if (contract.opens?.idempotentBy === 'instance') {
      it('takes effect once when it is called again for the same instance with another key', async () => {
        const input = given.input();
        await forward.run(input, 'key-first');
        await forward.run(input, 'key-second');
        expect(await effects(input)).toBe(1);
      });
    }

    const unlessProbe = contract.probe ? undefined : `the contract of ${contract.name} has no probe`;
    testUnless(
      it,
      unlessProbe,
      'is found by its probe once it has taken effect, and not before',
      async () => {
        const input = given.input();
        expect((await forward.probe(input, 'key-probe'))?.kind).toBe('notLanded');
        await forward.run(input, 'key-probe');
        const found = await forward.probe(input, 'key-probe');
        expect(found?.kind).toBe('landed');
        const output = found && 'output' in found ? found.output : undefined;
        expect(contract.output.safeParse(output).success).toBe(true);
      },
    );

    const neverDeclined = `the contract of ${contract.name} has no declines`;
    const unlessDeclined = contract.declines.length === 0 ? neverDeclined : missing('declined', declined);
    const leavesNothing = 'leaves nothing in the world when it is declined, and says a code of its contract';
    testUnless(it, unlessDeclined, leavesNothing, async () => {
      const input = declined?.();
      const answer = await forward.run(input, 'key-declined');
      expect(contract.declines).toContain(isDeclined(answer) ? answer.code : 'not declined');
      expect(await effects(input)).toBe(0);
      const found = contract.probe ? (await forward.probe(input, 'key-declined'))?.kind : 'notLanded';
      expect(found).toBe('notLanded');
    });

    const opensNothing = `the contract of ${contract.name} opens nothing that has an undo`;
    const unlessUndone = undo || contract.opens?.undo ? missing('undo', undo) : opensNothing;
    testUnless(it, unlessUndone, 'is undone, and undoing twice is fine', async () => {
      const input = given.input();
      await forward.run(input, 'key-undone');
      for (const attempt of [1, 2]) {
        const output = await backward?.run(undo?.input(input), 'key-undo', attempt);
        expect(undo?.step.contract.output.safeParse(output).success).toBe(true);
      }
      expect(await effects(input)).toBe(0);
    });

    testUnless(it, unlessUndone, 'can be undone where it never took effect', async () => {
      const input = given.input();
      const output = await backward?.run(undo?.input(input), 'key-nothing');
      expect(undo?.step.contract.output.safeParse(output).success).toBe(true);
      expect(await effects(input)).toBe(0);
    });

    testUnless(
      it,
      missing('hanging', hanging),
      'ends when its signal is aborted, and no sooner',
      async () => {
        const [aborted, other] = [new AbortController(), new AbortController()];
        const call = endOf(forward.run(hanging?.(), 'key-hanging', 1, aborted.signal));
        // A call that nobody aborts shows that it isn't the adapter's own time limit that ends them.
        const control = endOf(forward.run(hanging?.(), 'key-control', 1, other.signal));
        expect(await within(WATCHED_MS, call)).toBe('waits');
        aborted.abort();
        expect(await within(abortWithinMs, call)).toBe('ended');
        expect(await within(0, control)).toBe('waits');
        other.abort();
        await within(abortWithinMs, control);
      },
    );
  });
}

/** A test, or a skipped one that says why. */
function testUnless(
  it: DefineTest,
  reason: string | undefined,
  title: string,
  body: () => Promise<void>,
): void {
  const nothing = () => Promise.resolve();
  // Where the framework can't leave a test out, one that does nothing carries the reason.
  const leaveOut = it.skip ?? it;
  if (reason === undefined) it(title, body);
  else leaveOut(`${title} (skipped: ${reason})`, nothing);
}

function missing(name: keyof AdapterCase, value: unknown): string | undefined {
  return value === undefined ? `no '${name}' is given` : undefined;
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

function callerOf(step: AnyStep, value: unknown) {
  const { contract } = step;
  const adapter: ErasedAdapter | undefined = normalizeAdapter(value);
  if (!adapter) throw new Error(`the adapter of ${contract.name} must be a function, or { run, probe }`);
  const sagaId = 'contract';
  const { timeoutMs } = contract;
  return {
    run: async (input: unknown, idempotencyKey: string, attempt = 1, signal = new AbortController().signal) =>
      await adapter.run({
        input: contract.input.parse(input),
        idempotencyKey: keyFor(idempotencyKey, input),
        attempt,
        timeoutMs,
        signal,
        sagaId,
        heartbeat: () => undefined,
        trace: {},
      }),
    probe: async (input: unknown, key: string) => {
      const { signal } = new AbortController();
      const idempotencyKey = keyFor(key, input);
      return readProbeAnswer(
        await adapter.probe?.({
          input: contract.input.parse(input),
          ...{ idempotencyKey, timeoutMs, signal, sagaId },
          trace: {},
        }),
      );
    },
  };
}

/** Another thing in the world has another key, as in a runner. */
function keyFor(key: string, input: unknown): string {
  return `${key}:${JSON.stringify(input)}`;
}
