// pnpm test:postgres 15 [FILE ...]: the runner's database tests on another major version of PostgreSQL: 15, 16, 17 or
// 18. It is installed beside the one that everything else uses, and kept for the next time.
import { installPostgres, POSTGRES_VERSIONS } from './install-postgres.mjs';
import { environment, prepareWorkspace, root } from './prepare-workspace.mjs';
import { runProgram } from './run-program.mjs';

const [major, ...files] = process.argv.slice(2);
if (!POSTGRES_VERSIONS[major]) {
  console.error(`usage: pnpm test:postgres ${Object.keys(POSTGRES_VERSIONS).join('|')} [FILE ...]`);
  process.exit(2);
}
await prepareWorkspace();
const project = ['--project', 'runner-postgres:pg'];
process.exitCode = await runProgram(
  'vitest',
  ['run', '--config', 'vitest.workspace.ts', ...project, ...files],
  { cwd: root, env: { ...environment, POSTGRES_PACKAGE: await installPostgres(major) } },
);
