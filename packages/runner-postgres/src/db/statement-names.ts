import { createHash } from 'node:crypto';

/**
 * What PostgreSQL says of a prepared statement that isn't there (`26000`), that is there already (`42P05`), or whose
 * result has another shape by now (`0A000`).
 */
export const LOST_STATEMENT: readonly string[] = ['26000', '42P05', '0A000'];

/**
 * Names under which statements are prepared. A name is made of its text: behind a pooler that hands one connection
 * from client to client, no name can ever stand for somebody else's statement.
 *
 * PgBouncer in transaction mode keeps prepared statements from 1.21 on, with `max_prepared_statements` above 0;
 * behind one that doesn't they get lost, which fails a transaction, after which nothing is prepared any more.
 */
export class StatementNames {
  readonly #names = new Map<string, string>();
  #isGivenUp = false;

  /** The text's name, or `undefined` where statements can't be prepared. */
  nameOf(text: string): string | undefined {
    if (this.#isGivenUp) return undefined;
    const known = this.#names.get(text);
    if (known !== undefined) return known;
    const name = `cm_${createHash('sha256').update(text).digest('hex').slice(0, 24)}`;
    this.#names.set(text, name);
    return name;
  }

  /** Prepares nothing any more, if that is what the error asks for; says whether it was news. */
  giveUpFor(error: unknown): boolean {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (this.#isGivenUp || typeof code !== 'string' || !LOST_STATEMENT.includes(code)) return false;
    this.#isGivenUp = true;
    return true;
  }
}
