import type { SimulationReport } from './simulation.js';

/** What several runs came to, together. */
export class Totals {
  readonly seeds: number[] = [];
  readonly violations: string[] = [];
  applied = 0;
  steps = 0;
  orders = 0;
  readonly faults = new Map<string, number>();
  readonly endings = new Map<string, number>();

  add(report: SimulationReport): void {
    this.seeds.push(report.seed);
    this.applied += report.applied;
    this.steps += report.steps;
    this.orders += report.orders;
    addAll(this.faults, report.faults);
    addAll(this.endings, report.endings);
    for (const violation of report.violations) this.violations.push(`seed ${report.seed}: ${violation}`);
  }

  /** What a run must have had to have shown anything; empty when it had all of it. */
  get missing(): readonly string[] {
    return ['work in flight hit', 'call repeated', 'zombie refused'].filter((name) => !this.faults.get(name));
  }

  /** For people. */
  describe(elapsedMs: number): string {
    const list = (counts: ReadonlyMap<string, number>) =>
      [...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, count]) => `  ${name}: ${count}`);
    return [
      `seeds ${this.seeds[0]} to ${this.seeds.at(-1)}, ${this.orders} orders, ${this.steps} happenings`,
      `${this.applied} events applied, ${Math.round((this.applied / elapsedMs) * 1_000)} a second`,
      'faults:',
      ...list(this.faults),
      'orders ended in:',
      ...list(this.endings),
      `violations: ${this.violations.length}`,
    ].join('\n');
  }
}

function addAll(to: Map<string, number>, counts: ReadonlyMap<string, number>): void {
  for (const [name, count] of counts) to.set(name, (to.get(name) ?? 0) + count);
}
