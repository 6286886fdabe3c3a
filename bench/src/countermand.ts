import { createRunner } from '@countermand/runner-postgres';
import pg from 'pg';
import type { Driver } from './driver.ts';
import { fiveSteps } from './five-steps.ts';

/** How the runner is set; nothing but this differs from its defaults. */
export interface CountermandSettings {
  readonly followUp?: boolean;
  readonly concurrency?: number;
  /** How long a step takes, milliseconds; none by default. */
  readonly stepMs?: () => number;
}

/** Our own runner in this process, working. */
export async function openCountermand(url: string, settings: CountermandSettings = {}): Promise<Driver> {
  const { stepMs, ...given } = settings;
  const ended = new Map<string, Ended>();
  const last = new Set<string>();
  const work = ({ idempotencyKey }: { idempotencyKey: string }) => ({ ref: idempotencyKey });
  const slowly = async (call: { idempotencyKey: string }) => {
    await new Promise((resolve) => setTimeout(resolve, stepMs?.()));
    return work(call);
  };
  const run = stepMs ? slowly : work;
  const runner = createRunner({
    connection: url,
    sagas: [fiveSteps],
    adapters: {
      'five-steps': {
        check: run,
        reserve: run,
        authorize: run,
        capture: run,
        confirm: async (call: { idempotencyKey: string; sagaId: string }) => {
          const answer = await run(call);
          last.add(call.sagaId);
          return answer;
        },
        releaseStock: run,
        voidPayment: run,
      },
    },
    ...given,
  });
  await runner.migrate();
  const openedAt = await databaseTime(url);
  // The next move after the last step's answer is the commit of that answer.
  runner.changes.subscribe(({ sagaId }) => {
    if (!last.delete(sagaId)) return;
    ended.get(sagaId)?.resolve();
    ended.delete(sagaId);
  });
  await runner.work();
  const elsewhere = new EndedElsewhere(url, ended);
  return {
    async one() {
      const id = crypto.randomUUID();
      const done = new Promise<void>((resolve) => ended.set(id, { resolve, since: performance.now() }));
      await runner.start(fiveSteps, { order: id }, { id });
      await done;
    },
    async completed() {
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      const { rows } = await client.query<{ n: number }>(
        `select count(*)::int as n from countermand.saga s where settled and s.created_at >= $1
           and (select count(*) from countermand.history h
                where h.saga_id = s.id and h.cause->'outcome'->>'kind' = 'done'
                  and (h.cause->'outcome'->'output')::jsonb ? 'ref') = 5`,
        [openedAt],
      );
      await client.end();
      return rows[0]?.n ?? 0;
    },
    async close() {
      await elsewhere.stop();
      await runner.stop({ graceMs: 1_000 });
    },
  };
}

/** A saga that somebody waits for, since when. */
interface Ended {
  readonly resolve: () => void;
  readonly since: number;
}

const LOOK_EVERY_MS = 1_000;
const LATE_MS = 3_000;

/** Looks now and then for sagas that another process has ended: its commits aren't told here. */
class EndedElsewhere {
  readonly #pool: pg.Pool;
  readonly #ended: Map<string, Ended>;
  readonly #timer: NodeJS.Timeout;
  #looking: Promise<void> | undefined;

  constructor(url: string, ended: Map<string, Ended>) {
    this.#pool = new pg.Pool({ connectionString: url, max: 1 });
    this.#pool.on('error', () => undefined);
    this.#ended = ended;
    this.#timer = setInterval(() => {
      // One that fails is followed by another.
      this.#looking ??= this.#look()
        .catch(() => undefined)
        .finally(() => {
          this.#looking = undefined;
        });
    }, LOOK_EVERY_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#looking;
    await this.#pool.end();
  }

  async #look(): Promise<void> {
    const late = performance.now() - LATE_MS;
    const ids = [...this.#ended].flatMap(([id, { since }]) => (since < late ? [id] : []));
    if (ids.length === 0) return;
    const { rows } = await this.#pool.query<{ id: string }>(
      'select id from countermand.saga where id = any($1) and settled',
      [ids],
    );
    for (const { id } of rows) {
      this.#ended.get(id)?.resolve();
      this.#ended.delete(id);
    }
  }
}

/** What was there before isn't counted: the database may be full of finished sagas. */
async function databaseTime(url: string): Promise<Date> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ now: Date }>('select now()');
  await client.end();
  return rows[0]?.now ?? new Date();
}
