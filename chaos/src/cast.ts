import { hasPgBouncer, startPgBouncer } from './processes/pgbouncer.ts';
import type { WorldOptions } from './processes/world.ts';

const TWO_HOURS_MS = 7_200_000;

/** Four workers: one's clock is two hours off, one is behind PgBouncer where there is one. */
export function castOf(say: (line: string) => void): Pick<WorldOptions, 'workers' | 'pooler'> {
  const workers = [{}, { clockOffsetMs: TWO_HOURS_MS }, { isPooled: true }, {}];
  if (hasPgBouncer()) return { workers, pooler: startPgBouncer };
  if (process.env['REQUIRE_PGBOUNCER'])
    throw new Error('there is no PgBouncer: .ci/install-chaos installs it');
  say('no PgBouncer here (.ci/install-chaos installs it): no worker is behind one');
  return { workers };
}
