import type { Json } from './json.js';

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
        throw new Error('nobody knows the output');
      },
    });
  } catch {
    return undefined;
  }
}
