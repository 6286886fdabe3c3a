import type { JsonObject, StepOutcome } from '@countermand/saga-core';
import { SagaError } from '@countermand/saga-core';
import type { Engine } from '../engine.js';
import type { MoveItem, MoveResult } from '../move-item.js';
import type { World } from './sim-connection.js';
import type { SimProcess } from './sim-process.js';

/** A process that takes requests. */
export interface Office {
  readonly process: SimProcess;
  readonly engine: Engine;
}

/** An event on its way to a saga. */
export interface Letter {
  readonly sagaId: string;
  readonly messageId: string;
  readonly event: JsonObject & { readonly type: string };
  readonly actor: string;
  /** It is repeated until it is taken. */
  readonly insists: boolean;
}

/** What a caller was told, to be held against what is stored. */
export interface Receipt {
  readonly sagaId: string;
  readonly messageId: string;
  readonly outcome: string;
}

const NO_ANSWER_MS = 9_000;

/**
 * Everything that comes to the sagas from outside, over a network: to whichever worker is there, again when no
 * answer comes, at the same instant as others.
 */
export class Post {
  /** Senders that aren't done. */
  outstanding = 0;
  readonly receipts: Receipt[] = [];
  /** Orders whose start was acknowledged. */
  readonly started = new Set<string>();
  readonly #world: World;
  readonly #offices: () => readonly Office[];
  #nonces = 0;

  constructor(world: World, offices: () => readonly Office[]) {
    this.#world = world;
    this.#offices = offices;
  }

  /** Something is to come of it that nobody has sent yet. */
  expect(count: number): void {
    this.outstanding += count;
  }

  send(letter: Letter, delayMs: number): void {
    const { sagaId, messageId, event, actor } = letter;
    const item = (): MoveItem => ({ kind: 'send', sagaId, messageId, event, actor, nonce: this.#nonce() });
    this.request(item, delayMs, letter.insists ? 1_000 : 2, (result) => {
      if (result.kind === 'sent') {
        const { outcome } = result.result;
        this.receipts.push({ sagaId, messageId, outcome });
        if (outcome === 'deferred' && actor === 'gateway') this.#world.faults.saw('news that was kept');
      }
      // The order isn't there yet: a sender who insists comes again.
      return !(result.kind === 'failed' && letter.insists && isAbsent(result.error));
    });
  }

  /** The answer to a step that answers later. */
  answer(
    answer: { readonly sagaId: string; readonly key: string; readonly outcome: StepOutcome },
    delayMs: number,
  ): void {
    const { sagaId, key, outcome } = answer;
    const from = ['awaiting', 'leased', 'pending'] as const;
    this.request(() => ({ kind: 'answer', sagaId, key, from, lease: null, outcome, late: true }), delayMs, 3);
  }

  /**
   * A request: to a worker that is chosen anew each time, until it is answered.
   *
   * @param isDone - looks at an answer; false has it sent again
   */
  request(
    item: () => MoveItem,
    delayMs: number,
    tries: number,
    isDone: (result: MoveResult) => boolean = () => true,
  ): void {
    const { scheduler, random } = this.#world;
    this.outstanding += 1;
    scheduler.after(delayMs, 'request', () => {
      let isOver = false;
      const end = (done: boolean) => {
        if (isOver) return;
        isOver = true;
        timeout.cancel();
        if (!done && tries > 1) this.request(item, random.between(100, 2_000), tries - 1, isDone);
        this.outstanding -= 1;
      };
      const timeout = scheduler.after(NO_ANSWER_MS, 'request not answered', () => end(false));
      const offices = this.#offices();
      if (offices.length === 0) return end(false);
      const { process, engine } = random.pick(offices);
      process.deliver(() => {
        engine.submit(item()).then(
          (result) => end(isDone(result)),
          (error: unknown) => end(error instanceof SagaError && isDone({ kind: 'failed', error })),
        );
      });
    });
  }

  #nonce(): string {
    this.#nonces += 1;
    return `nonce-${this.#nonces}`;
  }
}

function isAbsent(error: Error): boolean {
  return error instanceof SagaError && (error.code === 'SAGA_NOT_FOUND' || error.code === 'RUNNER_STOPPED');
}
