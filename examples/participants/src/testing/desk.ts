import { type Books, emptyBooks, post } from '../books.ts';
import { COMMANDS, TRIGGERS } from '../commands.ts';
import type { Change } from '../journal/change.ts';
import { CATALOG } from '../participants/catalog.ts';
import type { Decision, Policy } from '../participants/decision.ts';
import { supply } from '../participants/inventory.ts';

export const testPolicy: Policy = {
  latePaymentDelayMs: 20_000,
  slowCaptureMs: 2_000,
  paymentFailureRate: 0.3,
  autoFulfilment: true,
  fulfilmentDelayMs: 3_000,
};

/** Decisions and books without disk and network, on a clock that moves when told to. */
export class Desk {
  readonly books: Books = emptyBooks();
  now = Date.parse('2026-01-01T00:00:00Z');
  private line = 0;
  private ids = 0;

  constructor(private readonly policy: Policy = testPolicy) {
    this.post(CATALOG.flatMap(({ sku, units }) => supply(this.books.inventory, sku, units)));
  }

  /** Decides a command and posts what it did. */
  send(path: string, body: object, key = `key ${this.ids}`): Decision {
    const prepared = (COMMANDS.get(path) ?? TRIGGERS.get(path))?.(path, body);
    if (!prepared || 'problem' in prepared) throw new Error(`${path}: ${prepared?.problem ?? 'unknown'}`);
    const decision = prepared.decide(this.books, this.moment(), key);
    this.post(decision.changes);
    return decision;
  }

  post(changes: Change[]): void {
    this.line += 1;
    const at = new Date(this.now).toISOString();
    post(this.books, { line: this.line, entry: { seq: this.line, at, changes } });
  }

  moment() {
    const newId = (prefix: string) => {
      this.ids += 1;
      return `${prefix}_${this.ids}`;
    };
    return { now: this.now, newId, policy: this.policy };
  }
}
