/** The server on which this test run works, and the name with which its databases begin. */
export interface TestRun {
  /** Of a database from which others can be created, as a user who may. */
  readonly serverUrl: string;
  readonly prefix: string;
}

/** Begins the name of every database that a test run makes, whichever run it is. */
export const DATABASE_PREFIX = 'cmtest_';

/** Tells the test workers, which inherit this process's environment, about the run. */
export function announceTestRun(run: TestRun): void {
  process.env['COUNTERMAND_TEST_SERVER'] = run.serverUrl;
  process.env['COUNTERMAND_TEST_PREFIX'] = run.prefix;
}

/**
 * The test run that this process belongs to.
 *
 * @throws Error outside of a vitest project that has the global setup of this package
 */
export function currentTestRun(): TestRun {
  const serverUrl = process.env['COUNTERMAND_TEST_SERVER'];
  const prefix = process.env['COUNTERMAND_TEST_PREFIX'];
  if (!serverUrl || !prefix) {
    throw new Error(
      'No test server: name the file *.pg.test.ts or *.e2e.test.ts and run it by vitest.workspace.ts',
    );
  }
  return { serverUrl, prefix };
}
