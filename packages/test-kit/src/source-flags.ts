/**
 * Flags with which Node runs a program of this repository from its sources, packages included, for tests that start
 * processes: for less than half of the processor time that a loader takes which translates them anew each time.
 */
export const sourceFlags: readonly string[] = [
  '--conditions=@countermand/source',
  '--experimental-transform-types',
  '--disable-warning=ExperimentalWarning',
  ...['--import', new URL('./load-sources.ts', import.meta.url).href],
];
