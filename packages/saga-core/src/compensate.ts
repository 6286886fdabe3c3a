import { fromPromise } from 'xstate';
import { SagaError } from './saga-error.js';

/** What `invoke: { src: 'compensate' }` gives its `onDone` as output. */
export interface CompensationReport {
  /** The obligations that were undone or skipped, as `kind:instance`, in the order in which that was settled. */
  readonly undone: readonly string[];
}

/** The name under which {@link compensate} must stand among a machine's actors. */
export const COMPENSATE = 'compensate';

/**
 * The library's own actor: put it into `setup({ actors: { compensate } })` and write
 * `invoke: { src: 'compensate', onDone: ... }` in the state that undoes.
 *
 * It undoes every open obligation, newest start first, each by a durable step of its own, and is done when nothing
 * is open. It has no `onError`: an undo that can't succeed parks the saga.
 */
export const compensate = fromPromise<CompensationReport, undefined>(() =>
  Promise.reject(new SagaError('DEFINITION_INVALID', 'compensate is carried out by a runner, not by XState')),
);
