import type { Move } from './rule.js';

/** The public event that a decision has taken, if any. One on which the machine throws has met a transition as well. */
export function eventTaken({ step, decision }: Pick<Move, 'step' | 'decision'>): string | undefined {
  if (step?.cause.type !== 'event') return undefined;
  const threw = decision.envelope.parked.some(({ code }) => code === 'DECIDE_FAILED');
  return threw || decision.outcome === 'applied' ? step.cause.event.type : undefined;
}
