import { normalizeAdapter } from '../adapter.js';
import { landed, later, notLanded } from '../answer.js';
import type { HistoryEntry } from '../decision.js';
import type { LateAnswer, SagaView } from '../runner-contract.js';
import type { AnySaga } from '../saga-definition.js';
import { SagaError } from '../saga-error.js';
import { idempotencyKey } from '../saga-id.js';
import type { ConformanceHost, CreateHost } from './conformance/conformance-host.js';
import type { PathStep, SagaPath } from './paths-of.js';

/**
 * How a path is walked. `duplicate`: everything comes twice; `late`: everything comes again at the end; `reordered`:
 * messages come in reverse order, and then again; `crash`: after every step the runner crashes in the middle of what it
 * has begun, and another one takes over.
 */
export type PathVariant = 'once' | 'duplicate' | 'late' | 'reordered' | 'crash';

/** Where a walk along a path has ended. */
export interface Walked {
  readonly state: SagaView['state'] | undefined;
  /** Why the saga is parked, where no saga should be. */
  readonly mistakes: readonly string[];
  readonly history: readonly HistoryEntry[];
}

/** What a walk is told beside the path. */
export interface WalkOptions {
  /** Adapters of the user's own, by step. */
  readonly adapters?: Readonly<Record<string, unknown>>;
  /** `path` by default. */
  readonly sagaId?: string;
}

/** Walks a path on a host of its own; `cannot` where the host can't crash and should. */
export async function walkPath(
  createHost: CreateHost,
  saga: AnySaga,
  path: SagaPath,
  variant: PathVariant,
  { adapters: own = {}, sagaId = 'path' }: WalkOptions = {},
): Promise<Walked | 'cannot'> {
  const stubs = new Stubs(saga, own, variant === 'crash' ? crashingKeys(sagaId, path) : () => false);
  const host = await createHost({
    sagas: [saga],
    adapters: stubs.adapters,
    publishes: [],
    held: () => stubs.held,
  });
  try {
    if (variant === 'crash' && !host.crash) return 'cannot';
    const walk = new Walk(host, sagaId, stubs, variant === 'crash');
    await host.runner.start(saga, path.input, { id: sagaId });
    await walk.settle();
    await walk.go(path.steps, variant);
    const view = await host.runner.get(sagaId);
    const mistakes = (view?.parked ?? []).map(({ code }) => code).filter((code) => NEVER.includes(code));
    return { state: view?.state, mistakes, history: await host.runner.history(sagaId) };
  } finally {
    await host.close();
  }
}

/** No runner may ever park a sound saga for these. */
const NEVER: readonly string[] = ['OBLIGATION_LEFT_OPEN', 'UNDO_MISSING', 'DECIDE_FAILED'];

/** All but those that are declined: a no after an attempt that was lost settles nothing, and leads another way. */
function crashingKeys(sagaId: string, { steps }: SagaPath): (key: string) => boolean {
  const declined = steps.flatMap((step) =>
    step.do === 'answer' && step.outcome.kind === 'declined' ? [idempotencyKey(sagaId, step.key)] : [],
  );
  return (key) => !declined.includes(key);
}

/** Adapters that answer later, and probes that wait until they are told what to say. */
class Stubs {
  readonly adapters: Readonly<Record<string, unknown>>;
  readonly #probes = new Map<string, (found: ReturnType<typeof landed>) => void>();
  readonly #lost = new Set<string>();
  #hanging = 0;

  /** @param dies - whether the first attempt of a step, by its key, is lost in a crash, should it have another one */
  constructor(saga: AnySaga, own: Readonly<Record<string, unknown>>, dies: (key: string) => boolean) {
    const stubOf = (name: string) => ({
      run: async (call: Parameters<NonNullable<ReturnType<typeof normalizeAdapter>>['run']>[0]) => {
        await normalizeAdapter(own[name])?.run(call);
        const hasAnother = (saga.steps[name]?.retry.attempts ?? 1) > 1;
        if (!dies(call.idempotencyKey) || !hasAnother || this.#lost.has(call.idempotencyKey)) return later();
        this.#lost.add(call.idempotencyKey);
        return await this.#hang();
      },
      probe: (call: { readonly idempotencyKey: string }) =>
        new Promise((resolve) => this.#probes.set(call.idempotencyKey, resolve)),
    });
    this.adapters = Object.fromEntries(Object.keys(saga.steps).map((name) => [name, stubOf(name)]));
  }

  /** How many calls wait at the moment. */
  get held(): number {
    return this.#probes.size + this.#hanging;
  }

  /** Whoever asked is gone. */
  forget(): void {
    this.#probes.clear();
    this.#hanging = 0;
  }

  tell(key: string, found: ReturnType<typeof landed>): void {
    this.#probes.get(key)?.(found);
    this.#probes.delete(key);
  }

  #hang(): Promise<never> {
    this.#hanging += 1;
    return new Promise(() => undefined);
  }
}

class Walk {
  readonly #host: ConformanceHost;
  readonly #sagaId: string;
  readonly #stubs: Stubs;
  readonly #crashes: boolean;
  /** How far time is ahead of the path, for crashes take time. */
  #ahead = 0;

  constructor(host: ConformanceHost, sagaId: string, stubs: Stubs, crashes: boolean) {
    this.#host = host;
    this.#sagaId = sagaId;
    this.#stubs = stubs;
    this.#crashes = crashes;
  }

  async go(steps: readonly PathStep[], variant: PathVariant): Promise<void> {
    const numbered = steps.map((step, index) => ({ step, index }));
    for (const { step, index } of variant === 'reordered' ? inReverse(numbered) : numbered) {
      await this.#take(step, index);
      if (variant === 'duplicate' && step.do !== 'wait') await this.#take(step, index);
    }
    if (variant !== 'late') return;
    for (const { step, index } of numbered) if (step.do !== 'wait') await this.#take(step, index);
  }

  async settle(): Promise<void> {
    await this.#host.settle();
    if (!this.#crashes) return;
    this.#stubs.forget();
    this.#ahead += (await this.#host.crash?.()) ?? 0;
    await this.#host.settle();
  }

  async #take(step: PathStep, index: number): Promise<void> {
    const { runner } = this.#host;
    switch (step.do) {
      case 'wait': {
        const ms = Math.max(0, step.ms - this.#ahead);
        this.#ahead = Math.max(0, this.#ahead - step.ms);
        await this.#host.advance(ms);
        break;
      }
      case 'answer':
        await unlessTooEarly(runner.answer(idempotencyKey(this.#sagaId, step.key), answerOf(step.outcome)));
        break;
      case 'probe': {
        const { found } = step;
        this.#stubs.tell(
          idempotencyKey(this.#sagaId, step.key),
          found === 'nothing' ? notLanded() : landed(found.output),
        );
        break;
      }
      case 'send':
        if (step.override) await this.#override(step.event);
        else await runner.send(this.#sagaId, step.event, { messageId: `message-${index}` });
    }
    await this.settle();
  }

  /** One that came before leads nowhere, and is refused. */
  async #override(event: { readonly [key: string]: unknown }): Promise<void> {
    const { to, reason, force } = event as unknown as { to: string; reason: string; force: boolean };
    const given = { to, reason, force, actor: 'admin' };
    await this.#host.runner.override(this.#sagaId, given).catch((thrown: unknown) => {
      if (!(thrown instanceof SagaError)) throw thrown;
    });
  }
}

/** Between two waits: everything in reverse order, and then again as it was sent. */
function inReverse<One extends { readonly step: PathStep }>(steps: readonly One[]): One[] {
  const at = steps.findIndex(({ step }) => step.do === 'wait');
  const [before, rest] = at < 0 ? [steps, []] : [steps.slice(0, at), steps.slice(at)];
  const [wait, ...after] = rest;
  return [...before.toReversed(), ...before, ...(wait ? [wait, ...inReverse(after)] : [])];
}

/** Whoever answers a question that hasn't been asked yet is told so, and answers again. */
async function unlessTooEarly(answering: Promise<unknown>): Promise<void> {
  await answering.catch((thrown: unknown) => {
    if (!(thrown instanceof SagaError) || thrown.code !== 'ANSWER_UNKNOWN') throw thrown;
  });
}

function answerOf(outcome: (PathStep & { do: 'answer' })['outcome']): LateAnswer {
  if (outcome.kind === 'done') return { output: outcome.output };
  if (outcome.kind === 'declined') return { declined: outcome.code };
  return { failed: 'no answer' };
}
