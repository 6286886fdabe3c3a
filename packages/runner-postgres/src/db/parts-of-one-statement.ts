import type { SchemaNames } from './schema-name.js';
import type { Session } from './session.js';

/** A part of the one statement: a CTE, and what it is given. */
export interface Part {
  readonly name: string;
  /** The CTE's text, made when the numbers of its parameters are known. */
  readonly text: (params: readonly string[]) => string;
  readonly values: readonly unknown[];
  /** Every record must find or make its row; the conflict is told so otherwise. */
  readonly mustMatch?: { readonly count: number; readonly otherwise: string };
}

/** The database's time, and how far it is ahead of what the batch was decided for. */
export interface Clock {
  readonly values: readonly unknown[];
  /** Milliseconds, as an expression. */
  readonly shift: (params: readonly string[]) => string;
  /** What the statement gives. */
  readonly selected: string;
}

const SAME_CLOCK: Clock = { values: [], shift: () => '0::float8', selected: '1' };
/** Texts of the one statement, by schema and parts: it is long, and always one of a few. */
const statements = new Map<string, string>();

/**
 * Runs the parts as one statement, the last of its transaction. Each may use the CTE `clock c` with the database's time
 * `now` and the `shift`.
 */
export async function runParts<Row>(
  session: Session,
  names: SchemaNames,
  parts: readonly Part[],
  clock = SAME_CLOCK,
): Promise<Row[]> {
  const counts = parts.flatMap(({ mustMatch }) => (mustMatch ? [mustMatch.count] : []));
  const values = [...clock.values, ...parts.flatMap((part) => part.values), ...counts];
  const which = [names.ours, clock === SAME_CLOCK, ...parts.map(({ name }) => name)].join(' ');
  const text = statements.get(which) ?? statementOf(names, parts, clock);
  statements.set(which, text);
  return await session.query<Row>(text, values, { isPrepared: true, isLast: true });
}

function statementOf({ ours }: SchemaNames, parts: readonly Part[], clock: Clock): string {
  let used = 0;
  const params = (values: readonly unknown[]) =>
    values.map(() => {
      used += 1;
      return `$${used}`;
    });
  const shift = clock.shift(params(clock.values));
  const ctes = parts.map(({ name, text, values }) => `${name} as (${text(params(values))})`);
  const checks = parts.flatMap(({ name, mustMatch }) =>
    mustMatch
      ? `(select ${ours}.assert_all(count(*), ${params([mustMatch.count]).join()}::int, '${mustMatch.otherwise}') from ${name})`
      : [],
  );
  return `with ${[`clock as materialized (select ${ours}.saga_now() as now, ${shift} as shift)`, ...ctes].join(', ')}
    select ${[...checks, clock.selected].join(', ')} from clock c`;
}
