import { SCENES } from './faults.js';
import type { SimulationReport } from './simulation.js';

/** {@link Totals} between processes. */
export interface TotalsJson {
  readonly seeds: readonly number[];
  readonly violations: readonly string[];
  readonly applied: number;
  readonly steps: number;
  readonly orders: number;
  readonly processorMs: number;
  readonly faults: Readonly<Record<string, number>>;
  readonly scenes: Readonly<Record<string, number>>;
  readonly endings: Readonly<Record<string, number>>;
}

/** What several runs came to, together. */
export class Totals {
  readonly seeds: number[] = [];
  readonly violations: string[] = [];
  applied = 0;
  steps = 0;
  orders = 0;
  /** Of the processes that ran them; 0 where nobody has measured it. */
  processorMs = 0;
  readonly faults = new Map<string, number>();
  readonly scenes = new Map<string, number>();
  readonly endings = new Map<string, number>();

  add(report: SimulationReport): void {
    this.seeds.push(report.seed);
    this.applied += report.applied;
    this.steps += report.steps;
    this.orders += report.orders;
    addAll(this.faults, report.faults);
    addAll(this.scenes, report.scenes);
    addAll(this.endings, report.endings);
    for (const violation of report.violations) this.violations.push(`seed ${report.seed}: ${violation}`);
  }

  /** Takes what another process came to. */
  merge(other: TotalsJson): void {
    this.seeds.push(...other.seeds);
    this.violations.push(...other.violations);
    this.applied += other.applied;
    this.steps += other.steps;
    this.orders += other.orders;
    this.processorMs += other.processorMs;
    addAll(this.faults, new Map(Object.entries(other.faults)));
    addAll(this.scenes, new Map(Object.entries(other.scenes)));
    addAll(this.endings, new Map(Object.entries(other.endings)));
  }

  toJSON(): TotalsJson {
    const { seeds, violations, applied, steps, orders, processorMs, faults, scenes, endings } = this;
    return {
      ...{ seeds, violations, applied, steps, orders, processorMs },
      faults: Object.fromEntries(faults),
      scenes: Object.fromEntries(scenes),
      endings: Object.fromEntries(endings),
    };
  }

  /** What a run must have had to have shown anything; empty when it had all of it. */
  get missing(): readonly string[] {
    return [
      ...['work in flight hit', 'call repeated', 'zombie refused'].filter((name) => !this.faults.get(name)),
      ...SCENES.filter((name) => !this.scenes.get(name)),
    ];
  }

  /** For people. */
  describe(elapsedMs: number): string {
    const list = (counts: ReadonlyMap<string, number>) =>
      [...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, count]) => `  ${name}: ${count}`);
    return [
      `${this.seeds.length} seeds, ${Math.min(...this.seeds)} to ${Math.max(...this.seeds)}, ${this.orders} orders, ${this.steps} happenings`,
      `${this.applied} events applied, ${Math.round((this.applied / elapsedMs) * 1_000)} a second`,
      ...(this.processorMs > 0 ? [`${Math.round(this.processorMs / 1_000)} s of processor time`] : []),
      'faults:',
      ...list(this.faults),
      'situations:',
      ...list(this.scenes),
      'orders ended in:',
      ...list(this.endings),
      `violations: ${this.violations.length}`,
      ...this.violations.map((violation) => `  ${violation}`),
    ].join('\n');
  }
}

function addAll(to: Map<string, number>, counts: ReadonlyMap<string, number>): void {
  for (const [name, count] of counts) to.set(name, (to.get(name) ?? 0) + count);
}
