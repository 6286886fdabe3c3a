import type { AnyStateNode } from 'xstate';
import type { Obligation } from '../envelope.js';
import { keepsOf } from '../kept-obligations.js';
import { type Ledger, openObligations } from '../ledger.js';
import { allNodes } from '../machine-nodes.js';

/** A state of rest that keeps all of a kind, where several of it were open at once. */
export interface KeptAtOnce {
  readonly state: string;
  readonly kind: string;
  readonly most: number;
  /** Whether states asked for several of these, so that one may be a second attempt; else a list or news made them. */
  readonly isAskedAgain: boolean;
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
        const ofKind = open.filter((one) => one.kind === kind);
        if (instance || ofKind.length < 2) continue;
        const state = node.path.join('.') || node.key;
        const id = `${state} ${kind}`;
        const known = this.#most.get(id);
        const most = Math.max(ofKind.length, known?.most ?? 0);
        const isAskedAgain = known?.isAskedAgain || ofKind.filter((one) => isInvoked(node, one)).length > 1;
        this.#most.set(id, { state, kind, most, isAskedAgain });
      }
    }
  }

  /** In the order in which they were found. */
  all(): KeptAtOnce[] {
    return [...this.#most.values()];
  }
}

/** Whether a state's `invoke` opened it. A child for each element of a list is spawned, under an id of its own. */
function isInvoked(node: AnyStateNode, { source }: Obligation): boolean {
  if (!('key' in source)) return false;
  const id = source.key.replace(/:\d+$/, '');
  return allNodes(node.machine).some(({ invoke }) => invoke.some((one) => one.id === id));
}
