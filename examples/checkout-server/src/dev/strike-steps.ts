import type { AdaptersFor } from '@countermand/saga-core';
import type { OrderSaga } from '@countermand/saga-core/order';
import type { StrikeOrder, WorkerMessage } from '../processes/worker-process.ts';

type Run = (call: { readonly sagaId: string }) => unknown;

/**
 * Lets the server that has started this worker have it killed in the middle of a step: after the participant has done
 * what was asked, before anybody has written that down. The kill is `kill -9` of this very process.
 */
export function strikeSteps(adapters: AdaptersFor<OrderSaga>): AdaptersFor<OrderSaga> {
  let strikeAt: string | undefined;
  process.on('message', (message) => {
    strikeAt = (message as StrikeOrder).strikeAt;
  });
  const struck = (step: string, run: Run): Run => {
    return async (call) => {
      // Whatever came of it, the answer is lost with the process.
      const answer = await Promise.resolve(run(call)).then(
        (output) => () => output,
        (error: unknown) => () => {
          throw error;
        },
      );
      if (strikeAt !== step) return answer();
      return await dieNow(step, call.sagaId);
    };
  };
  const wrapped = Object.entries(adapters).map(([step, adapter]) => {
    if (typeof adapter === 'function') return [step, struck(step, adapter as Run)];
    return [step, { ...adapter, run: struck(step, adapter.run as Run) }];
  });
  // Each has the type that it had: what goes in and what comes out is handed through.
  return Object.fromEntries(wrapped) as AdaptersFor<OrderSaga>;
}

function dieNow(step: string, sagaId: string): Promise<never> {
  const message: WorkerMessage = { kind: 'struck', step, sagaId };
  process.send?.(message, () => process.kill(process.pid, 'SIGKILL'));
  return new Promise(() => undefined);
}
