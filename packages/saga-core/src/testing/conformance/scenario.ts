import { cannotSay } from '../../answer.js';
import type { Cause } from '../../cause.js';
import { begin, decide } from '../../decide.js';
import type { Envelope } from '../../envelope.js';
import type { SagaView, SendOptions, StepView } from '../../runner-contract.js';
import type { AnySaga } from '../../saga-definition.js';
import { SagaError } from '../../saga-error.js';
import { booking } from './booking-saga.js';
import type { ConformanceHost, CreateHost, TestTools } from './conformance-host.js';
import { group } from './group-saga.js';
import { journey1, journey2 } from './journey-saga.js';
import { pair } from './pair-saga.js';

/** A call of an adapter or a probe, as the scenario's adapters saw it. */
export interface SeenCall {
  readonly kind: 'run' | 'probe';
  readonly step: string;
  readonly key: string;
  readonly attempt: number;
  readonly input: { readonly seat?: string; readonly reference?: string | null; readonly text?: string };
}

/** Answers one call; whatever it throws is a failure of the attempt. */
export type Reply = (call: SeenCall) => unknown;

interface AdapterCallLike {
  readonly idempotencyKey: string;
  readonly attempt?: number;
  readonly input: unknown;
}

/** What a chapter of the suite is written with. */
export interface ChapterTools extends Pick<TestTools, 'describe' | 'expect'> {
  /** A test with a scenario of its own. */
  readonly test: (name: string, body: (scenario: Scenario) => Promise<void>) => void;
}

/** Keeps calls waiting. */
interface Gate {
  readonly open: () => void;
  readonly opened: Promise<void>;
  waiting: number;
}

const SAGAS = [booking, group, pair, journey1, journey2];

const REPLIES: Readonly<Record<string, Reply>> = {
  reserve: ({ input }) => ({ reference: `seat ${input.seat}` }),
  holdSeat: ({ input }) => ({ reference: `seat ${input.seat}` }),
  authorize: () => ({ reference: 'hold 1' }),
  capture: () => ({ reference: 'charge 1' }),
  notify: () => null,
};

/** One saga on one host, with participants that do as they are told. */
export class Scenario {
  /** The saga that the scenario is about. */
  readonly id = 'saga-1';
  readonly calls: SeenCall[] = [];
  #host: ConformanceHost | undefined;
  readonly #replies = new Map<string, Reply>();
  readonly #probes = new Map<string, Reply>();
  readonly #gates = new Map<string, Gate>();
  #held = 0;

  /** Runs a test on a host of its own. */
  static async run(createHost: CreateHost, body: (scenario: Scenario) => Promise<void>): Promise<void> {
    const scenario = new Scenario();
    const adapters = scenario.#adapters();
    const publishes = ['PAID', 'BOOKED', 'DONE'];
    const host = await createHost({ sagas: SAGAS, adapters, publishes, held: () => scenario.#held });
    scenario.#host = host;
    try {
      await body(scenario);
    } finally {
      scenario.releaseAll();
      await host.close();
    }
  }

  get host(): ConformanceHost {
    if (!this.#host) throw new Error('the host is not there yet');
    return this.#host;
  }

  get runner(): ConformanceHost['runner'] {
    return this.host.runner;
  }

  /** From now on, a step's adapter answers so. */
  reply(step: string, reply: Reply): void {
    this.#replies.set(step, reply);
  }

  /** From now on, a step's adapter fails at each of its attempts. */
  fails(step: string): void {
    this.reply(step, () => {
      throw new Error(`${step} is out of order`);
    });
  }

  /** From now on, a step's adapter does as it does by default. */
  recovers(step: string): void {
    this.#replies.delete(step);
  }

  /** From now on, a step's probe answers so; by default it can't say. */
  replyToProbe(step: string, reply: Reply): void {
    this.#probes.set(step, reply);
  }

  /** Keeps calls of a step waiting, until {@link Scenario.letGo}. */
  hold(step: string): void {
    const { promise: opened, resolve: open } = Promise.withResolvers<void>();
    this.#gates.set(step, { open, opened, waiting: 0 });
  }

  /** Lets the calls of a step go on, and waits for what follows. */
  async letGo(step: string): Promise<void> {
    this.#open(step);
    await this.host.settle();
  }

  /** Lets every call go on. */
  releaseAll(): void {
    for (const step of [...this.#gates.keys()]) this.#open(step);
  }

  /** Starts the saga, and waits for what follows. */
  async start(saga: AnySaga = booking, input: unknown = { seat: 'A1' }): Promise<void> {
    await this.runner.start(saga, input, { id: this.id, actor: 'customer' });
    await this.host.settle();
  }

  /** Brings a booking into a state by the shortest way. */
  async reach(state: 'RESERVED' | 'PAYING' | 'PAID' | 'TICKETING' | 'BOOKED'): Promise<void> {
    await this.start();
    if (state === 'RESERVED') return;
    await this.send('PAY');
    if (state === 'PAYING' || state === 'PAID') return;
    await this.send('ISSUE');
  }

  /** Sends an event, and waits for what follows; what became of the event itself is returned. */
  async send(type: string, payload: object = {}, options: SendOptions = {}) {
    const result = await this.runner.send(this.id, { type, ...payload }, { actor: 'customer', ...options });
    await this.host.settle();
    return result;
  }

  /** Lets time pass, in portions in which a retry can come. */
  async pass(portions: number): Promise<void> {
    for (let portion = 0; portion < portions; portion += 1) await this.host.advance(100);
  }

  async view(): Promise<SagaView> {
    const view = await this.runner.get(this.id);
    if (!view) throw new Error(`no saga '${this.id}'`);
    return view;
  }

  async context(): Promise<Record<string, unknown>> {
    return (await this.view()).context as Record<string, unknown>;
  }

  /** The newest row of a step. */
  async row(step: string): Promise<StepView> {
    const found = (await this.view()).steps.filter(({ name }) => name === step).at(-1);
    if (!found) throw new Error(`step '${step}' was never asked for`);
    return found;
  }

  /** Open obligations as `kind:instance certainty`, in the order in which they were opened. */
  async open(): Promise<string[]> {
    return (await this.view()).openObligations.map(({ id, certainty }) => `${id} ${certainty}`);
  }

  /** Names of the steps that were called, in order. */
  called(...steps: readonly string[]): string[] {
    return this.calls
      .map((one) => (one.kind === 'probe' ? `probe ${one.step}` : one.step))
      .filter((name) => steps.length === 0 || steps.includes(name));
  }

  /** The calls of one step. */
  callsOf(step: string): SeenCall[] {
    return this.calls.filter((one) => one.step === step && one.kind === 'run');
  }

  /** The history as `event outcome reason`. */
  async told(): Promise<string[]> {
    const history = await this.runner.history(this.id);
    return history.map(({ event, outcome, reason }) =>
      [event, outcome, reason?.split(':')[0]].filter(Boolean).join(' '),
    );
  }

  /** What the history replays to, and how the saga is stored. */
  async replayed(saga: AnySaga): Promise<{ replay: unknown; stored: unknown }> {
    const history = await this.runner.history(this.id);
    let envelope: Envelope | undefined;
    for (const { cause, at, actor } of history) {
      if (!cause) continue;
      const decision: { readonly envelope: Envelope } =
        cause.type === 'start'
          ? begin(saga, { sagaId: this.id, input: cause.input, at, actor })
          : decide(saga, envelope as Envelope, cause as Cause, at);
      envelope = JSON.parse(JSON.stringify(decision.envelope)) as Envelope;
    }
    const { state, context, parked, timers } = await this.view();
    const replay = envelope && {
      seqs: Array.from({ length: envelope.seq }, (_, index) => index + 1),
      state: envelope.snapshot.value,
      context: envelope.snapshot.context,
      parked: envelope.parked,
      timers: envelope.timers.map(({ id, dueAt }) => ({ id, dueAt })).sort((a, b) => a.dueAt - b.dueAt),
    };
    const seqs = history.map(({ seq }) => seq);
    return { replay, stored: { state, context, parked, timers, seqs } };
  }

  #open(step: string): void {
    const gate = this.#gates.get(step);
    if (!gate) return;
    this.#gates.delete(step);
    // At once, not when the calls resume: from here on a host has to wait for them.
    this.#held -= gate.waiting;
    gate.open();
  }

  #adapters(): Record<string, unknown> {
    const names = SAGAS.flatMap((saga) => Object.keys(saga.steps));
    return Object.fromEntries(
      names.map((name) => [
        name,
        {
          run: (call: AdapterCallLike) => this.#run(name, call),
          ...(SAGAS.some((saga) => saga.steps[name]?.probe) && {
            probe: (call: AdapterCallLike) => this.#probe(name, call),
          }),
        },
      ]),
    );
  }

  async #run(step: string, call: AdapterCallLike): Promise<unknown> {
    const seen = seenCall('run', step, call);
    this.calls.push(seen);
    const gate = this.#gates.get(step);
    if (gate) {
      gate.waiting += 1;
      this.#held += 1;
      await gate.opened;
    }
    return await (this.#replies.get(step) ?? REPLIES[step] ?? (() => ({ ok: true })))(seen);
  }

  async #probe(step: string, call: AdapterCallLike): Promise<unknown> {
    const seen = seenCall('probe', step, call);
    this.calls.push(seen);
    return await (this.#probes.get(step) ?? cannotSay)(seen);
  }
}

function seenCall(kind: SeenCall['kind'], step: string, call: AdapterCallLike): SeenCall {
  const { idempotencyKey: key, attempt = 0, input } = call;
  return { kind, step, key, attempt, input: input as SeenCall['input'] };
}

/** The code of the error that a promise is rejected with; `undefined` when it isn't. */
export async function codeOf(promise: Promise<unknown>): Promise<string | undefined> {
  try {
    await promise;
    return undefined;
  } catch (thrown) {
    return thrown instanceof SagaError ? thrown.code : String(thrown);
  }
}
