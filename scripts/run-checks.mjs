import { writeFileSync } from 'node:fs';

/**
 * Runs named checks one after the other, all of them even where one fails, and prints a line for each; one that
 * throws has failed, and its message is printed. Sets the exit code of this process. With `--report FILE` among
 * the arguments, `{ passed, failed }` is written there.
 */
export async function runChecks(checks) {
  const failed = [];
  for (const [name, check] of Object.entries(checks)) {
    const startedAt = Date.now();
    try {
      await check();
      console.log(`ok      ${name} (${((Date.now() - startedAt) / 1_000).toFixed(1)} s)`);
    } catch (error) {
      failed.push(name);
      console.log(`FAILED  ${name}\n${error instanceof Error ? error.message : error}`);
    }
  }
  const passed = Object.keys(checks).length - failed.length;
  const report = process.argv.indexOf('--report');
  if (report > 0) writeFileSync(process.argv[report + 1], JSON.stringify({ passed, failed: failed.length }));
  console.log(failed.length > 0 ? `${failed.length} failed: ${failed.join(', ')}` : `all ${passed} passed`);
  process.exitCode = failed.length > 0 ? 1 : 0;
}
