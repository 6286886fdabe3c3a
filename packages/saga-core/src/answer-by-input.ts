import type { Json } from './json.js';

/** Made once: this is thrown more often than anything, and a trace of the stack takes longer than the question. */
const NOT_THERE_YET = new Error('nobody knows the output');

type When = (answer: { readonly input: unknown; readonly output: unknown }) => boolean;

/**
 * What a `when` of a contract says of a step that takes effect, as far as its input tells: `undefined` where it asks
 * for the output, which isn't there yet. Left out, it says yes.
 */
export function answerByInput(when: When | undefined, input: Json): boolean | undefined {
  if (!when) return true;
  try {
    return when({
      input,
      get output(): unknown {
        throw NOT_THERE_YET;
      },
    });
  } catch {
    return undefined;
  }
}
