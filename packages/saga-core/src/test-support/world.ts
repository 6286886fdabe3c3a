import type { StepOutcome } from '../cause.js';
import type { Effect } from '../effect.js';
import { obligationId } from '../ledger.js';
import type { AnySaga } from '../saga-definition.js';

type RunStep = Extract<Effect, { type: 'runStep' }>;

/**
 * What is really open at the participants, whatever the saga believes: the truth that its ledger is compared with.
 * A thing is open or not, as `kind:instance`; carrying a step out twice with one key changes nothing.
 */
export class World {
  readonly open = new Set<string>();
  readonly #asked = new Map<string, RunStep>();
  readonly #tombstones = new Set<string>();
  readonly #saga: AnySaga;

  constructor(saga: AnySaga) {
    this.#saga = saga;
  }

  /** Steps that were asked for, so that their answers can be carried out. */
  take(effects: readonly Effect[]): void {
    for (const effect of effects) if (effect.type === 'runStep') this.#asked.set(effect.key, effect);
  }

  /**
   * A step really takes effect, whether its answer arrives or not. After its undo it can't any more, for participants
   * leave a tombstone, unless it is `sure`: then they tell of it, and it did.
   */
  land(key: string, sure: boolean): void {
    const asked = this.#asked.get(key);
    if (!sure && this.#tombstones.has(key)) return;
    const contract = asked && this.#saga.steps[asked.step];
    if (!asked || !contract || asked.role === 'probe') return;
    for (const one of contract.closes)
      this.open.delete(obligationId({ kind: one.kind, instance: one.instance(asked.input) }));
    if (asked.role === 'undo') {
      const target = asked.id.replace(/^undo:/, '');
      this.open.delete(target);
      for (const [other, { step, input }] of this.#asked) {
        const opens = this.#saga.steps[step]?.opens;
        if (opens && target === obligationId({ kind: opens.kind, instance: opens.instance(input) }))
          this.#tombstones.add(other);
      }
    } else if (contract.opens) {
      this.open.add(
        obligationId({ kind: contract.opens.kind, instance: contract.opens.instance(asked.input) }),
      );
    }
  }

  /** What a probe finds: whether what the step opens is open. */
  find(key: string): StepOutcome {
    const asked = this.#asked.get(key);
    const landed = this.open.has(asked?.id.replace(/^probe:/, '') ?? '');
    return { kind: 'done', output: landed ? { landed, output: { reference: 'found' } } : { landed } };
  }
}
