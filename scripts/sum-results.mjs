// Sums what the runs of .ci/run left in a folder, for each a NAME.json and the exit code in NAME.exit, into one
// line. A run that failed without naming a failed test counts as one failure: nothing fails unseen.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const folder = process.argv[2];
const total = { passed: 0, failed: 0 };
for (const file of readdirSync(folder).filter((name) => name.endsWith('.exit'))) {
  const { passed, failed } = countsOf(path.join(folder, file.replace(/exit$/, 'json')));
  const exitCode = readFileSync(path.join(folder, file), 'utf8').trim();
  total.passed += passed;
  total.failed += failed === 0 && exitCode !== '0' ? 1 : failed;
}
if (total.passed === 0) total.failed ||= 1;
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed > 0 ? 1 : 0;

function countsOf(file) {
  let content;
  try {
    content = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return { passed: 0, failed: 0 };
  }
  if (!content.testResults) return content;
  // A file that could not even be loaded has no tests of its own that could have failed.
  const broken = content.testResults.filter(
    ({ status, assertionResults }) =>
      status === 'failed' && !assertionResults.some((result) => result.status === 'failed'),
  );
  return { passed: content.numPassedTests, failed: content.numFailedTests + broken.length };
}
