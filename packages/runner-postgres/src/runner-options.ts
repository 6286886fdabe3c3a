import { type AdaptersFor, type AnySaga, SagaError, type SagaName } from '@countermand/saga-core';
import { z } from 'zod';
import type { Pool } from './db/open-pool.js';
import type { Clock } from './ports/clock.js';
import type { Logger } from './ports/logger.js';
import type { Telemetry } from './ports/telemetry.js';

/**
 * Adapters by saga and step. They may be given for some steps only: other processes then carry out the others.
 * `satisfies AdaptersFor<typeof saga>` makes the compiler ask for all of a saga's.
 */
export type AdaptersOption<Sagas extends readonly AnySaga[]> = {
  readonly [Name in SagaName<Sagas[number]>]?: Partial<AdaptersFor<SagaNamed<Sagas[number], Name>>>;
};

type SagaNamed<S extends AnySaga, Name extends string> = S extends AnySaga
  ? Name extends SagaName<S>
    ? S
    : never
  : never;

/** Where the runner's connections come from: one of the two. */
type ConnectionOption =
  | {
      /** A pool of the caller's, who also ends it. The runner adds listeners to it. */
      readonly pool: Pool;
      readonly connection?: undefined;
    }
  | {
      /** A connection string; the runner makes and ends a pool of its own. */
      readonly connection: string;
      readonly pool?: undefined;
    };

/** What `createRunner` takes. */
export type RunnerOptions<Sagas extends readonly AnySaga[] = readonly AnySaga[]> = ConnectionOption &
  RunnerSettings<Sagas>;

/** What `createRunner` takes beside its connections. */
export interface RunnerSettings<Sagas extends readonly AnySaga[] = readonly AnySaga[]> {
  /** Where the tables are; pg-boss's stand beside it, in a schema whose name ends in `_boss`. Default `countermand`. */
  readonly schema?: string;
  /** Every definition that this process knows, several versions of one saga included. */
  readonly sagas: Sagas;
  readonly adapters?: AdaptersOption<Sagas>;
  /** Whether a worker carries out at once what its own commits ask for. `false`: every step goes through pg-boss. */
  readonly followUp?: boolean;
  /** Attempts at once in this process, of all steps together. Default 1,000. */
  readonly concurrency?: number;
  /** One line per state change and per attempt of a step. pino fits. Default: silence. */
  readonly logger?: Logger;
  /** Traces and metrics: `openTelemetry()` of `@countermand/runner-postgres/opentelemetry`. Default: none. */
  readonly telemetry?: Telemetry;
  /** For tests: pg-boss's `TestClock` moves the process and the database. */
  readonly clock?: Clock;
}

const isObject = (value: unknown) => typeof value === 'object' && value !== null;
const methods = (...names: string[]) =>
  z.custom<object>(
    (value) =>
      isObject(value) && names.every((name) => typeof Reflect.get(value as object, name) === 'function'),
    `must have the methods ${names.join(', ')}`,
  );

const settings = z
  .strictObject({
    pool: methods('connect', 'query', 'on').optional(),
    connection: z.string().min(1).optional(),
    schema: z.string().optional(),
    sagas: z.array(
      z.custom<object>(
        (value) => isObject(value) && 'fingerprint' in (value as object),
        'must come from defineSaga()',
      ),
    ),
    adapters: z.record(z.string(), z.record(z.string(), z.unknown()).optional()).optional(),
    followUp: z.boolean().optional(),
    concurrency: z.int().min(1).max(10_000).optional(),
    logger: methods('debug', 'info', 'warn', 'error').optional(),
    telemetry: methods('around', 'batch', 'attempt', 'observe').optional(),
    clock: methods('now', 'setTimeout', 'clearTimeout', 'setInterval', 'clearInterval').optional(),
  })
  .refine(({ pool, connection }) => (pool === undefined) !== (connection === undefined), {
    message: 'give either pool or connection',
  });

/** @throws SagaError `SETTING_INVALID`, in one line */
export function checkOptions(options: unknown): void {
  const checked = settings.safeParse(options);
  if (checked.success) return;
  const problems = checked.error.issues.map(({ path, message }) =>
    path.length > 0 ? `${path.join('.')}: ${message}` : message,
  );
  throw new SagaError('SETTING_INVALID', `createRunner: ${problems.join('; ')}`);
}
