/** What one plan has done, and what came of it. */
export class Tally {
  /** How often the plan has struck; one strike may be several faults. */
  strikes = 0;
  /** Faults that were carried out. */
  injected = 0;
  /** Those among them that hit something in the middle: a step in hand, an open transaction, a statement under way. */
  hitWork = 0;
  /** Milliseconds from each fault until its last piece of work was taken up again. */
  readonly recoveries: number[] = [];
  /** Of those that came near the promise: when the work was handed over, and when somebody took it. */
  readonly slow: { readonly handedOverMs: number; readonly takenMs: number }[] = [];
  /** What should not have been. */
  readonly problems: string[] = [];
  /** More that is worth knowing, by name. */
  readonly facts = new Map<string, number>();

  fault(hitWork: boolean): void {
    this.injected += 1;
    if (hitWork) this.hitWork += 1;
  }

  fact(name: string, more = 1): void {
    this.facts.set(name, (this.facts.get(name) ?? 0) + more);
  }
}
