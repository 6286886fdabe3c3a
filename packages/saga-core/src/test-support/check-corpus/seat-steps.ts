import { z } from 'zod';
import { type AnyStep, step } from '../../step.js';

const seat = z.object({ seat: z.string() });
const output = z.object({});
const instance = (input: { readonly seat: string }) => input.seat;

/** Undoes {@link holdOne}. */
const releaseOne = step('releaseOne', { input: seat, output });
/** Holds the seat that its input names. */
const holdOne = step('holdOne', {
  input: seat,
  output,
  declines: ['TAKEN'],
  opens: { kind: 'seat', instance, undo: releaseOne, undoInput: ({ input }) => input },
});
/** Gives the seat back that its input names. */
const giveBack = step('giveBack', { input: seat, output, closes: { kind: 'seat', instance } });

/** Steps about seats that have names. */
export const seats: readonly AnyStep[] = [releaseOne, holdOne, giveBack];
