import type { StorefrontFacts } from '../src/dev/live-contract.ts';

/** What the server has written into the page. */
export const FACTS: StorefrontFacts = JSON.parse(document.getElementById('facts')?.textContent ?? '{}');
