import { simulate } from './simulation.js';
import { Totals } from './totals.js';

/**
 * A process of `pnpm sim`: runs every so manyeth seed until it has its share of applied events, or one fails, and
 * prints the totals as JSON.
 */
const { SIM_SEED: first = '1', SIM_STRIDE: stride = '1', SIM_EVENTS: events = '1' } = process.env;
const totals = new Totals();
for (let seed = Number(first); totals.applied < Number(events); seed += Number(stride)) {
  totals.add(await simulate({ seed }));
  if (totals.violations.length > 0) break;
}
process.stdout.write(`${JSON.stringify(totals)}\n`);
