import type { Fault } from '../contract/audit-answers.js';

/**
 * Faults on purpose, for demos and tests; none at the start, none survives a restart. A fault with
 * a `count` is over after so many requests. One for `all` holds where the service has none.
 */
export class Faults {
  private readonly byService = new Map<Fault['service'], Fault>();

  set(fault: Fault): void {
    if (fault.mode === 'off' && fault.service === 'all') this.byService.clear();
    else if (fault.mode === 'off') this.byService.delete(fault.service);
    else this.byService.set(fault.service, { ...fault });
  }

  list(): Fault[] {
    return [...this.byService.values()];
  }

  /** The fault for one request, which counts as one. */
  take(service: string): Fault | undefined {
    const fault = this.find(service);
    if (fault?.count !== undefined) {
      fault.count -= 1;
      if (fault.count === 0) this.byService.delete(fault.service);
    }
    return fault && { ...fault };
  }

  private find(service: string): Fault | undefined {
    const all = [...this.byService.values()];
    return all.find((fault) => fault.service === service) ?? this.byService.get('all');
  }
}
