/** One row of the tables: a program in one setting. */
export interface Contender {
  /** What `--only` takes. */
  readonly name: string;
  /** What people read, with the version. */
  readonly label: string;
  /** The file that opens it, in `src/` or in `peers/src/`. */
  readonly program: string;
  readonly setting: string;
  readonly isPeer: boolean;
  /** Sagas at once under full load: where it does best. */
  readonly inFlight: number;
  /** Also in the short table. */
  readonly isShort: boolean;
}

const ours = { program: 'countermand', isPeer: false, inFlight: 1_000, isShort: true } as const;
const plain = { ...ours, program: 'plain-sql' } as const;
const peer = { isPeer: true, inFlight: 200, isShort: false } as const;

/** Everything that is compared, in the order of the tables. */
export const CONTENDERS: readonly Contender[] = [
  { ...ours, name: 'countermand', label: 'Countermand', setting: 'follow-up' },
  {
    ...ours,
    name: 'countermand-queued',
    label: 'Countermand, every step through pg-boss',
    setting: 'queued',
  },
  { ...plain, name: 'group-commit', label: 'plain SQL, group commit', setting: 'group commit' },
  {
    ...plain,
    name: 'one-statement',
    label: 'plain SQL, a statement per step',
    setting: 'one statement',
    inFlight: 40,
    isShort: false,
  },
  {
    ...plain,
    name: 'three-statements',
    label: 'plain SQL, a transaction of three statements per step',
    setting: 'three statements',
    inFlight: 40,
  },
  {
    ...{ name: 'pg-boss-batches', label: 'pg-boss 12.35, raw chain, batches of 200', setting: 'batches' },
    ...{ program: 'pg-boss-chain', isPeer: false, inFlight: 1_000, isShort: false },
  },
  {
    ...{ name: 'pg-boss', label: 'pg-boss 12.35, raw chain, job at a time', setting: 'job at a time' },
    ...{ program: 'pg-boss-chain', isPeer: false, inFlight: 200, isShort: false },
  },
  { ...peer, name: 'dbos', program: 'dbos', label: 'DBOS 5.3.0, direct', setting: 'direct', isShort: true },
  { ...peer, name: 'dbos-queue', program: 'dbos', label: 'DBOS 5.3.0, queue', setting: 'queue' },
  { ...peer, name: 'openworkflow', program: 'openworkflow', label: 'openworkflow 0.10', setting: '' },
  { ...peer, name: 'absurd', program: 'absurd', label: 'Absurd 0.5', setting: '' },
  {
    ...{ ...peer, name: 'graphile-worker', program: 'graphile-worker' },
    ...{ label: 'graphile-worker 0.18, raw chain', setting: 'plain' },
  },
  {
    ...{ ...peer, name: 'graphile-worker-local', program: 'graphile-worker' },
    ...{ label: 'graphile-worker 0.18, raw chain, local queue', setting: 'local queue' },
  },
  { ...peer, name: 'restate', program: 'restate', label: 'Restate 1.7, defaults', setting: 'defaults' },
  {
    ...{ ...peer, name: 'restate-two', program: 'restate', isShort: true },
    ...{ label: 'Restate 1.7, two partitions', setting: 'two partitions' },
  },
];

/** Finds one by its name. @throws Error that lists the names */
export function contenderNamed(name: string): Contender {
  const found = CONTENDERS.find((one) => one.name === name);
  if (found) return found;
  throw new Error(
    `there is no contender '${name}'; there are ${CONTENDERS.map((one) => one.name).join(', ')}`,
  );
}
