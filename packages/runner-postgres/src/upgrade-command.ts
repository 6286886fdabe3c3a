import { parseArgs } from 'node:util';
import { SagaError } from '@countermand/saga-core';
import { DATABASE_OPTIONS, databaseUrl } from './connect-for-command.js';
import { createRunner } from './create-runner.js';
import { newestOf } from './diff-command.js';
import { loadSagas } from './load-sagas.js';
import type { UpgradeReport } from './upgrade-all.js';

type Report = UpgradeReport & { readonly saga: string; readonly version: number };

const LEFT = 3;
const FAILED = 4;

/**
 * `countermand upgrade`: moves the sagas of a module to its newest versions. The exit code is 0 where all of them
 * were moved, 3 where some go on in their own version for now, 4 where migrations failed and sagas are parked.
 */
export async function upgradeCommand(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      ...DATABASE_OPTIONS,
      export: { type: 'string' },
      actor: { type: 'string', default: 'countermand upgrade' },
      all: { type: 'boolean', default: false },
      json: { type: 'boolean' },
    },
  });
  const [module] = positionals;
  if (module === undefined)
    throw new SagaError('SETTING_INVALID', 'say which module: countermand upgrade ./saga.ts');
  const sagas = await loadSagas(module, values.export);
  const runner = createRunner({ connection: databaseUrl(values), schema: values.schema, sagas });
  const stopping = new AbortController();
  const stop = () => stopping.abort();
  process.once('SIGTERM', stop).once('SIGINT', stop);
  try {
    const reports: Report[] = [];
    for (const { name: saga, version } of newestOf(sagas)) {
      const { actor, all: includeSettled } = values;
      const report = await runner.upgradeAll(
        { name: saga },
        { actor, to: version, includeSettled, signal: stopping.signal },
      );
      reports.push({ saga, version, ...report });
    }
    process.stdout.write(
      values.json ? `${JSON.stringify(reports, undefined, 2)}\n` : reports.map(render).join(''),
    );
    if (reports.some(({ parked }) => parked > 0)) return FAILED;
    return stopping.signal.aborted || reports.some(({ refused }) => refused > 0) ? LEFT : 0;
  } finally {
    process.off('SIGTERM', stop).off('SIGINT', stop);
    await runner.stop();
  }
}

function render(report: Report): string {
  const { saga, version, upgraded, refused, parked, reasons } = report;
  const lines = reasons.map(({ reason, count, example }) => `  ${count} such as ${example}: ${reason}\n`);
  return `${saga} version ${version}: ${upgraded} moved, ${refused} left as they are, ${parked} parked\n${lines.join('')}`;
}
