import { simulate } from './simulation.js';
import { Totals } from './totals.js';

/** A process of `pnpm sim`: runs some seeds, as long as none fails, and prints the totals as JSON. */
const { SIM_SEED: first = '1', SIM_SEEDS: count = '1' } = process.env;
const totals = new Totals();
for (let seed = Number(first); seed < Number(first) + Number(count); seed += 1) {
  totals.add(await simulate({ seed }));
  if (totals.violations.length > 0) break;
}
process.stdout.write(`${JSON.stringify(totals)}\n`);
