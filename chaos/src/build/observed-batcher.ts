import { AsyncLocalStorage } from 'node:async_hooks';
import { idempotencyKey } from '@countermand/saga-core';
import {
  type BatcherOptions,
  Batcher as RealBatcher,
} from '../../../packages/runner-postgres/src/batcher.js';
import type { MoveItem } from '../../../packages/runner-postgres/src/move-item.js';
import type { Phase } from './strike-point.js';
import { phaseOfKey } from './work-in-hand.js';

const moving = new AsyncLocalStorage<ReadonlySet<Phase>>();

/** What the transaction under way is about. */
export function phasesUnderWay(): ReadonlySet<Phase> {
  return moving.getStore() ?? new Set();
}

/** The engine's batcher; it remembers what each batch is about, for as long as that is under way. */
export class Batcher extends RealBatcher {
  constructor(options: BatcherOptions) {
    const { move } = options;
    super({ ...options, move: (items) => moving.run(new Set(items.map(phaseOfItem)), () => move(items)) });
  }
}

function phaseOfItem(item: MoveItem): Phase {
  if (item.kind === 'timer') return 'timer';
  if (item.kind === 'answer') return phaseOfKey(idempotencyKey(item.sagaId, item.key));
  return item.kind === 'start' || item.kind === 'published' ? 'forward' : 'event';
}
