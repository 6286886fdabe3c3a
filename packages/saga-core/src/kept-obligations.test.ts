import { describe, expect, test as it } from 'vitest';
import { drawSaga } from './check/draw-saga.js';
import { machineGraph } from './machine-graph.js';
import { KEEPS_ONE_CARD, KEEPS_TWO_CARDS } from './test-support/check-corpus/charges-by-card.js';
import { given, retried, type Story, stepDone, stepUnknown } from './testing/index.js';
import { compensationPreview, isSettled, sagaStatus } from './view.js';

const keepsBoth = KEEPS_TWO_CARDS[0]?.saga;
const [, hearsLate] = KEEPS_ONE_CARD;
if (!keepsBoth || !hearsLate) throw new Error('the corpus has changed');

const openIn = ({ envelope }: Story) =>
  envelope.obligations.filter(({ certainty }) => certainty !== 'closed').map(({ instance }) => instance);
const undosOf = ({ decision: { effects } }: Story) =>
  effects.flatMap((effect) => (effect.type === 'runStep' && effect.role === 'undo' ? effect.id : []));

describe('an end that names what it keeps', () => {
  it('parks with another of that kind, and a retry undoes that one alone', () => {
    const parked = given(keepsBoth, undefined).after(stepUnknown('chargeCard'), stepDone('chargeCard', {}));
    expect(parked.envelope.parked[0]?.message).toContain('at rest with money:first open');
    expect(compensationPreview(keepsBoth, parked.envelope).map(({ id }) => id)).toEqual(['money:first']);
    const undoing = parked.after(retried());
    expect(undosOf(undoing)).toEqual(['undo:money:first']);
    expect(compensationPreview(keepsBoth, undoing.envelope).map(({ id }) => id)).toEqual(['money:first']);
    const settled = undoing.after(stepDone('undo:money:first', {}));
    expect(openIn(settled)).toEqual(['second']);
    expect(isSettled(keepsBoth, settled.envelope)).toBe(true);
  });

  it('has late news of another undone by itself, and keeps its own', () => {
    const paid = given(hearsLate, undefined).after(
      stepUnknown('chargeCard'),
      stepDone('undo:money:first', {}),
      stepDone('chargeCard', {}),
    );
    expect(isSettled(hearsLate, paid.envelope)).toBe(true);
    const told = paid.after({ type: 'PAID', card: 'first' });
    expect(sagaStatus(hearsLate, told.envelope)).toBe('compensating');
    expect(undosOf(told)).toEqual(['undo:money:first']);
    const settled = told.after(stepDone('undo:money:first', {}));
    expect(openIn(settled)).toEqual(['second']);
    expect(isSettled(hearsLate, settled.envelope)).toBe(true);
  });

  it('is drawn as one', () => {
    const state = machineGraph(keepsBoth).states.find(({ path }) => path === 'paid');
    expect(state).toMatchObject({ keeps: ['money'], keepsNamed: ['money'] });
    expect(drawSaga(keepsBoth)).toContain('keeps money (named)');
  });
});
