/** What kind of thing happened: something was broken on purpose, mended itself, or was refused as a duplicate. */
export type IncidentKind = 'fault' | 'recovery' | 'duplicate';

/** One line of what was broken and what became of it. */
export interface Incident {
  /** 1, 2, 3 ... since the server has started. */
  readonly id: number;
  /** ISO 8601. */
  readonly at: string;
  readonly kind: IncidentKind;
  /** For people. */
  readonly text: string;
  readonly order_id?: string;
}

const KEPT = 50;

/** What was broken on purpose since the server has started, and what came of it. Kept in memory: for people to watch. */
export class Incidents {
  #lines: Incident[] = [];
  #count = 0;
  readonly #counts: Record<IncidentKind, number> = { fault: 0, recovery: 0, duplicate: 0 };

  /** Notes something that happened now. */
  note(kind: IncidentKind, text: string, orderId?: string): void {
    this.#counts[kind] += 1;
    this.#count += 1;
    const at = new Date().toISOString();
    const line = { id: this.#count, at, kind, text, ...(orderId !== undefined && { order_id: orderId }) };
    this.#lines = [line, ...this.#lines].slice(0, KEPT);
  }

  /** The last fifty, newest first. */
  get lines(): readonly Incident[] {
    return this.#lines;
  }

  /** How many there were, of each kind. */
  get counts(): Readonly<Record<IncidentKind, number>> {
    return { ...this.#counts };
  }
}
