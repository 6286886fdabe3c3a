import { THROWN } from './site.js';

/** What came of a function, whatever it was that stood there. */
export function without(answer: string, text: string): string {
  if (answer === THROWN) return answer;
  if (text.startsWith('"')) return answer.replaceAll(text.slice(1, -1), '');
  return answer.replaceAll(new RegExp(`(?<![\\d.])${text.replaceAll(/[.+]/g, '\\$&')}(?![\\d.])`, 'g'), '');
}
