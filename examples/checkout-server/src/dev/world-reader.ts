import { countOrders, type OrderCounts } from '../db/count-orders.ts';
import type { Services } from '../http/services.ts';
import { checkInvariants } from '../invariants/check-invariants.ts';
import { RUNNER_SCHEMA } from '../start-runner.ts';
import type { Development } from './development.ts';
import type { InvariantGroup, Judgement, LiveWorld } from './live-contract.ts';

const COUNT_EVERY_MS = 500;
const JUDGE_EVERY_MS = 1_500;
/** Judging reads everything: where that takes long, it is done more rarely. */
const REST_FACTOR = 5;
const SHOWN_DETAILS = 5;

/** Which group a rule belongs to, by the letter that its name begins with. */
const GROUPS: Readonly<Record<string, InvariantGroup>> = {
  M: 'money',
  J: 'money',
  S: 'stock',
  E: 'once',
  L: 'liveness',
  H: 'history',
};

type Parts = Pick<Services, 'client' | 'db' | 'saga' | 'log'>;

/** What all watchers of the shop see. Counts and judgements are made once for all of them, and not more often than needed. */
export class WorldReader {
  #counts: OrderCounts = { completed: 0, undone: 0, under_way: 0, waiting_for_a_person: 0 };
  #judgement: Judgement = unjudged();
  #nextCountAt = 0;
  #nextJudgementAt = 0;
  #counting: Promise<void> | undefined;
  #isJudging = false;

  constructor(
    private readonly parts: Parts,
    private readonly development: Development,
  ) {}

  /** The world as it is; counts at most half a second old, the judgement a few seconds. */
  async read(): Promise<LiveWorld> {
    await this.#count();
    this.#judge();
    const { worker, participants, incidents, webhooks, isSlow } = this.development;
    const { heldUntil } = webhooks;
    return {
      worker: worker
        ? {
            where: 'process',
            is: worker.isWorking ? 'working' : 'starting',
            ...(worker.pid !== undefined && { pid: worker.pid }),
            ...(worker.willBeStruckAt !== undefined && { will_be_struck_at: worker.willBeStruckAt }),
          }
        : { where: 'inside', is: 'working', pid: process.pid },
      ...(participants && {
        services: { is: participants.isSuspended ? 'stopped' : 'working', pid: participants.pid },
      }),
      slow: isSlow,
      ...(heldUntil !== undefined && { webhooks_held_until: new Date(heldUntil).toISOString() }),
      counts: { ...this.#counts, ...incidents.counts },
      judgement: this.#judgement,
      incidents: incidents.lines,
    };
  }

  async #count(): Promise<void> {
    if (performance.now() < this.#nextCountAt) return;
    this.#counting ??= countOrders(this.parts.db, RUNNER_SCHEMA)
      .then(
        (counts) => {
          this.#counts = counts;
        },
        (error: unknown) => this.parts.log.warn({ err: error }, 'orders could not be counted'),
      )
      .finally(() => {
        this.#nextCountAt = performance.now() + COUNT_EVERY_MS;
        this.#counting = undefined;
      });
    await this.#counting;
  }

  /** Begins to judge, where it is time. Whoever reads gets what was found last. */
  #judge(): void {
    if (this.#isJudging || performance.now() < this.#nextJudgementAt) return;
    if (this.development.participants?.isSuspended) {
      this.#judgement = unjudged(
        'Not known while the payment service is stopped: its books, which these are judged by, are stopped with it. Start it, and they are judged again.',
      );
      return;
    }
    this.#isJudging = true;
    const startedAt = performance.now();
    checkInvariants(this.parts)
      .then(
        (report) => {
          this.#judgement = judgementOf(report);
        },
        () => {
          this.#judgement = unjudged(
            "Not known at the moment: the services' books, which these are judged by, can't be read. It is tried again by itself.",
          );
        },
      )
      .finally(() => {
        const tookMs = performance.now() - startedAt;
        this.#nextJudgementAt = performance.now() + Math.max(JUDGE_EVERY_MS, REST_FACTOR * tookMs);
        this.#isJudging = false;
      });
  }
}

const NOTHING_BROKEN = { money: 0, stock: 0, once: 0, liveness: 0, history: 0 };

function unjudged(reason?: string): Judgement {
  const why = reason !== undefined && { reason };
  return { ...why, orders: 0, quiet: 0, journal_lines: 0, broken: NOTHING_BROKEN, details: [] };
}

function judgementOf({ ok, checked, violations }: Awaited<ReturnType<typeof checkInvariants>>): Judgement {
  const broken = { ...NOTHING_BROKEN };
  for (const { invariant } of violations) broken[GROUPS[invariant.charAt(0)] ?? 'liveness'] += 1;
  return {
    ok,
    orders: checked['orders'] ?? 0,
    quiet: checked['quiet'] ?? 0,
    journal_lines: checked['journal_lines'] ?? 0,
    broken,
    details: violations.slice(0, SHOWN_DETAILS).map(({ invariant, detail }) => `${invariant}: ${detail}`),
  };
}
