import type { Json } from '../json.js';
import { SAMPLE_NAME } from './samples/sample-name.js';

/**
 * The mirror image of a value: each name that was made for it stands in the place of its other. The value itself where
 * there is none in it.
 */
export function mirrored(value: Json): Json {
  const text = JSON.stringify(value);
  const swapped = text.replace(SAMPLE_NAME, (_, kind: string, number) => `${kind}${number === '1' ? 2 : 1}`);
  return swapped === text ? value : (JSON.parse(swapped) as Json);
}

/** Whether names that were made stand in a value. */
export function hasMadeNames(value: unknown): boolean {
  return (JSON.stringify(value) ?? '').search(SAMPLE_NAME) >= 0;
}
