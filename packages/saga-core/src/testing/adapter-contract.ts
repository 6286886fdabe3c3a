import { type ErasedAdapter, normalizeAdapter } from '../adapter.js';
import { isDeclined, isLater, readProbeAnswer } from '../answer.js';
import type { AnyStep } from '../step.js';
import type { TestTools } from './conformance/conformance-host.js';

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
  /** An input on which the participant doesn't answer, so that only an abort ends the call. */
  readonly hanging?: () => unknown;
}

/**
 * States, as tests, what a runner counts on in an adapter: the same key twice is one effect, an undo of nothing and
 * an undo twice are fine, the probe agrees, a decline leaves nothing, an abort is honoured. Runs in the test
 * framework that is given, against the user's own adapter and the participant, or a stub of it.
 *
 * @example
 * adapterContract({ describe, it, expect }, { step: reserveStock, adapter, input, effects });
 */
export function adapterContract({ describe, it, expect }: TestTools, given: AdapterCase): void {
  const { step, effects, undo, declined, hanging } = given;
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

    if (contract.probe) {
      it('is found by its probe once it has taken effect, and not before', async () => {
        const input = given.input();
        expect((await forward.probe(input, 'key-probe'))?.kind).toBe('notLanded');
        await forward.run(input, 'key-probe');
        const found = await forward.probe(input, 'key-probe');
        expect(found?.kind).toBe('landed');
        const output = found && 'output' in found ? found.output : undefined;
        expect(contract.output.safeParse(output).success).toBe(true);
      });
    }

    if (declined) {
      it('leaves nothing in the world when it is declined, and says a code of its contract', async () => {
        const input = declined();
        const answer = await forward.run(input, 'key-declined');
        expect(contract.declines).toContain(isDeclined(answer) ? answer.code : 'not declined');
        expect(await effects(input)).toBe(0);
        const found = contract.probe ? (await forward.probe(input, 'key-declined'))?.kind : 'notLanded';
        expect(found).toBe('notLanded');
      });
    }

    if (undo && backward) {
      it('is undone, and undoing twice is fine', async () => {
        const input = given.input();
        await forward.run(input, 'key-undone');
        for (const attempt of [1, 2]) {
          const output = await backward.run(undo.input(input), 'key-undo', attempt);
          expect(undo.step.contract.output.safeParse(output).success).toBe(true);
        }
        expect(await effects(input)).toBe(0);
      });

      it('can be undone where it never took effect', async () => {
        const input = given.input();
        const output = await backward.run(undo.input(input), 'key-nothing');
        expect(undo.step.contract.output.safeParse(output).success).toBe(true);
        expect(await effects(input)).toBe(0);
      });
    }

    if (hanging) {
      it('ends when its signal is aborted', async () => {
        const controller = new AbortController();
        const call = forward.run(hanging(), 'key-hanging', 1, controller.signal).then(
          () => 'answered',
          () => 'ended',
        );
        controller.abort();
        expect(await call).toBe('ended');
      });
    }
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
