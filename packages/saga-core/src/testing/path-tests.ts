import { later } from '../answer.js';
import type { CheckOptions } from '../check/check-options.js';
import type { LateAnswer } from '../runner-contract.js';
import type { AnySaga } from '../saga-definition.js';
import { idempotencyKey } from '../saga-id.js';
import type { ConformanceHost, CreateHost, TestTools } from './conformance/conformance-host.js';
import { type PathStep, pathsOf, type SagaPath } from './paths-of.js';

/** How a path is walked. `duplicate`: everything comes twice; `late`: everything comes again at the end. */
export type PathVariant = 'once' | 'duplicate' | 'late';

const VARIANTS: readonly PathVariant[] = ['once', 'duplicate', 'late'];

/**
 * Makes a test of each shortest path of a saga, on a runner: once, with everything twice, and with everything again
 * at the end. Steps are stubs that answer later, as the path says. Paths that need a probe's answer are left out.
 *
 * @example
 * pathTests({ describe, it, expect }, createHost, orderSaga);
 */
export function pathTests(
  { describe, it, expect }: TestTools,
  createHost: CreateHost,
  saga: AnySaga,
  options: CheckOptions = {},
): void {
  describe(`the paths of ${saga.name}`, () => {
    for (const path of pathsOf(saga, options)) {
      for (const variant of VARIANTS) {
        it(`${path.name}, ${variant}`, async () => {
          const host = await hostFor(createHost, saga);
          try {
            expect(await walk(host, saga, path, variant)).toEqual(path.state);
          } finally {
            await host.close();
          }
        });
      }
    }
  });
}

async function hostFor(createHost: CreateHost, saga: AnySaga): Promise<ConformanceHost> {
  const stub = { run: () => later(), probe: () => Promise.reject(new Error('nobody can say')) };
  const adapters = Object.fromEntries(Object.keys(saga.steps).map((name) => [name, stub]));
  return await createHost({ sagas: [saga], adapters, publishes: [], held: () => 0 });
}

const SAGA_ID = 'path';

async function walk(
  host: ConformanceHost,
  saga: AnySaga,
  path: SagaPath,
  variant: PathVariant,
): Promise<unknown> {
  await host.runner.start(saga, path.input, { id: SAGA_ID });
  await host.settle();
  for (const [index, step] of path.steps.entries()) {
    await take(host, step, index);
    if (variant === 'duplicate' && step.do !== 'wait') await take(host, step, index);
  }
  if (variant === 'late') {
    for (const [index, step] of path.steps.entries()) if (step.do !== 'wait') await take(host, step, index);
  }
  return (await host.runner.get(SAGA_ID))?.state;
}

async function take(host: ConformanceHost, step: PathStep, index: number): Promise<void> {
  if (step.do === 'wait') await host.advance(step.ms);
  if (step.do === 'answer')
    await host.runner.answer(idempotencyKey(SAGA_ID, step.key), answerOf(step.outcome));
  if (step.do === 'send' && !step.override) {
    await host.runner.send(SAGA_ID, step.event, { messageId: `message-${index}` });
  }
  if (step.do === 'send' && step.override) await override(host, step.event);
  await host.settle();
}

/** An override has no message id; one that came before leads nowhere, and is refused. */
async function override(host: ConformanceHost, event: { readonly [key: string]: unknown }): Promise<void> {
  const { to, reason, force } = event as unknown as { to: string; reason: string; force: boolean };
  await host.runner.override(SAGA_ID, { to, reason, force, actor: 'admin' }).catch(() => undefined);
}

function answerOf(outcome: (PathStep & { do: 'answer' })['outcome']): LateAnswer {
  if (outcome.kind === 'done') return { output: outcome.output };
  if (outcome.kind === 'declined') return { declined: outcome.code };
  return { failed: 'no answer' };
}
