import { type ErasedAdapter, normalizeAdapter } from '../adapter.js';
import { readProbeAnswer } from '../answer.js';
import type { AnyStep } from '../step.js';

/** How an adapter is called, where it isn't the usual way. */
interface CallOptions {
  readonly attempt?: number;
  readonly signal?: AbortSignal;
  readonly sagaId?: string;
}

/** Calls an adapter as a runner does. */
export interface AdapterCaller {
  run(input: unknown, key: string, options?: CallOptions): Promise<unknown>;
  probe(input: unknown, key: string, options?: CallOptions): Promise<ReturnType<typeof readProbeAnswer>>;
}

/**
 * Wraps the adapter of a step. The same key stands for another one with another input, or in another saga, as in a
 * runner.
 *
 * @throws Error where it is no adapter
 */
export function callerOf({ contract }: AnyStep, value: unknown): AdapterCaller {
  const adapter: ErasedAdapter | undefined = normalizeAdapter(value);
  if (!adapter) throw new Error(`the adapter of ${contract.name} must be a function, or { run, probe }`);
  const { timeoutMs } = contract;
  const callOf = (input: unknown, key: string, options: CallOptions) => {
    const { signal = new AbortController().signal, sagaId = 'contract' } = options;
    const idempotencyKey = `${sagaId}:${key}:${JSON.stringify(input)}`;
    return { input: contract.input.parse(input), idempotencyKey, timeoutMs, signal, sagaId, trace: {} };
  };
  return {
    run: async (input, key, options = {}) => {
      const { attempt = 1 } = options;
      return await adapter.run({ ...callOf(input, key, options), attempt, heartbeat: () => undefined });
    },
    probe: async (input, key, options = {}) =>
      readProbeAnswer(await adapter.probe?.(callOf(input, key, options))),
  };
}
