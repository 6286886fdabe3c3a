import type { AnyStateNode } from 'xstate';
import { keepsOf } from '../kept-obligations.js';
import { type Ledger, openObligations } from '../ledger.js';

/** A state of rest that keeps all of a kind, where several of it were open at once. */
export interface KeptAtOnce {
  readonly state: string;
  readonly kind: string;
  readonly most: number;
}

/** Counts what states of rest keep by its kind alone: where there are several of it, one of them may not be meant. */
export class KeptTogether {
  readonly #most = new Map<string, KeptAtOnce>();

  /** Looks at a saga at rest: at its active states, and at what is open. */
  note(nodes: readonly AnyStateNode[], obligations: Ledger): void {
    const open = openObligations(obligations);
    if (open.length < 2) return;
    for (const node of nodes) {
      for (const { kind, instance } of keepsOf(node)) {
        const most = instance ? 0 : open.filter((one) => one.kind === kind).length;
        const state = node.path.join('.') || node.key;
        const id = `${state} ${kind}`;
        if (most > 1 && most > (this.#most.get(id)?.most ?? 0)) this.#most.set(id, { state, kind, most });
      }
    }
  }

  /** In the order in which they were found. */
  all(): KeptAtOnce[] {
    return [...this.#most.values()];
  }
}
