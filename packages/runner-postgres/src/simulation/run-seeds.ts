import { simulate } from './simulation.js';
import { Totals } from './totals.js';

/** What a process of `pnpm sim` is told to do next. */
interface Share {
  readonly first: number;
  readonly count: number;
}

/**
 * A process of `pnpm sim`: runs the seeds that it is sent, as long as none fails, and sends back what they came to. It
 * lives for as long as there are seeds: one that has just begun takes three times as long for each.
 */
process.on('message', ({ first, count }: Share) => void runSeeds(first, count));
process.on('disconnect', () => process.exit());

async function runSeeds(first: number, count: number): Promise<void> {
  // What a world makes go wrong ends in errors that nobody reads; a seed that fails for one is run again alone.
  Error.stackTraceLimit = count > 1 ? 0 : 30;
  const totals = new Totals();
  const before = processorMs();
  for (let seed = first; seed < first + count; seed += 1) {
    try {
      totals.add(await simulate({ seed }));
    } catch (error) {
      throw new Error(`seed ${seed} ends the process`, { cause: error });
    }
    if (totals.violations.length > 0) break;
  }
  totals.processorMs = processorMs() - before;
  process.send?.(totals.toJSON());
}

function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}
