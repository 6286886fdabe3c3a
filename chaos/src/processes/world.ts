import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { findFreePort, findFreePorts } from '@countermand/test-kit';
import type { Fault } from '@countermand-examples/participants/contract';
import type { ShopBuild } from '../build/build-shop.ts';
import { type ArmedStrike, writeStrike } from '../build/strike-point.ts';
import { type Canaries, plantCanaries } from '../canaries.ts';
import { TcpProxy } from '../network/tcp-proxy.ts';
import { ShopDatabase } from './database.ts';
import { ShopProcess, type UnexpectedEnd } from './shop-process.ts';
import { SmallDisk } from './small-disk.ts';

/** The place of a worker; who stands in it changes. */
export interface WorkerSlot {
  readonly index: number;
  readonly port: number;
  /** Between it and PostgreSQL. */
  readonly proxy: TcpProxy;
  readonly env: Readonly<Record<string, string>>;
  /** Behind a pooler. */
  readonly isPooled: boolean;
  process: ShopProcess;
}

/** What is special about a worker. */
export interface WorkerTraits {
  /** How far its clock is off. */
  readonly clockOffsetMs?: number;
  /** Connects to the pooler, where there is one. */
  readonly isPooled?: boolean;
}

/** What a {@link World} is made of. */
export interface WorldOptions {
  readonly build: ShopBuild;
  readonly workers: readonly WorkerTraits[];
  /** Told when a process ends that nobody has ended, but for those that find no database when they start. */
  readonly onUnexpectedEnd: (end: UnexpectedEnd) => void;
  /** For web and workers. */
  readonly env?: Readonly<Record<string, string>>;
  /** Puts PostgreSQL's data on a file system of its own, where that can be had. */
  readonly onSmallDisk?: boolean;
  /** Stands between PostgreSQL and the workers that ask for it; started with the database. */
  readonly pooler?: (database: ShopDatabase, directory: string) => Promise<Pooler>;
}

/** A connection pooler in front of PostgreSQL. */
export interface Pooler {
  readonly port: number;
  stop(): Promise<void>;
}

/** How long a process that ended by itself stays away. */
const REVIVE_MS = 300;

/** How the shop is set, so that everything that has a time comes about within seconds. */
const TIMES = {
  RESERVATION_TTL: '10s',
  PAYMENT_TIMEOUT: '8s',
  LATE_PAYMENT_DELAY: '9s',
  FULFILMENT_DELAY: '300ms',
};

/** Everything that runs: PostgreSQL, participants, web, workers, each a process of its own. */
export class World {
  readonly canaries: Canaries = plantCanaries();
  readonly directory: string;
  readonly slots: WorkerSlot[] = [];
  readonly ended: ShopProcess[] = [];
  readonly #options: WorldOptions;
  #database: ShopDatabase | undefined;
  #web: ShopProcess | undefined;
  #participants: ShopProcess | undefined;
  #pooler: Pooler | undefined;
  #ports = { web: 0, participants: 0 };
  #isStopping = false;
  #disk: SmallDisk | undefined;

  private constructor(options: WorldOptions) {
    this.#options = options;
    this.directory = mkdtempSync(path.join(os.tmpdir(), 'countermand-chaos-'));
    // As root PostgreSQL runs as somebody else, who must be able to go through.
    chmodSync(this.directory, 0o755);
    mkdirSync(path.join(this.directory, 'logs'));
  }

  /** Starts all of it, migrated, and waits until all of it is ready. */
  static async start(options: WorldOptions): Promise<World> {
    const world = new World(options);
    try {
      await world.#start();
    } catch (error) {
      await world.stop();
      throw error;
    }
    return world;
  }

  get database(): ShopDatabase {
    return mustBe(this.#database, 'PostgreSQL');
  }

  /** What PostgreSQL's data is on, where the machine lets us make one. */
  get disk(): SmallDisk | undefined {
    return this.#disk;
  }

  get web(): ShopProcess {
    return mustBe(this.#web, 'the web process');
  }

  get participants(): ShopProcess {
    return mustBe(this.#participants, 'the participants');
  }

  get webUrl(): string {
    return `http://127.0.0.1:${this.#ports.web}`;
  }

  get participantsUrl(): string {
    return `http://127.0.0.1:${this.#ports.participants}`;
  }

  /** Workers that are ready. */
  get ready(): readonly WorkerSlot[] {
    return this.slots.filter(({ process }) => process.isReady);
  }

  /** Every process that is there now. */
  get processes(): readonly ShopProcess[] {
    return [this.web, this.participants, ...this.slots.map(({ process }) => process)];
  }

  /** Puts another worker in a slot, armed or not; it isn't ready yet. */
  replace(slot: WorkerSlot, strike?: ArmedStrike): ShopProcess {
    this.ended.push(slot.process);
    slot.process = this.#spawnWorker(slot, strike);
    if (strike) slot.process.mayEnd();
    return slot.process;
  }

  replaceWeb(): ShopProcess {
    this.#web = this.#spawnWeb();
    return this.#web;
  }

  replaceParticipants(): ShopProcess {
    this.#participants = this.#spawnParticipants();
    return this.#participants;
  }

  /** Runs the program that makes the tables. @returns how it ended */
  async migrate(databaseUrl: string): Promise<number | null> {
    const env = { DATABASE_URL: databaseUrl, LOG_LEVEL: 'warn' };
    const { build, onUnexpectedEnd } = this.#options;
    const migration = new ShopProcess(
      { name: 'migrate', program: build.migrate, env, directory: path.join(this.directory, 'logs') },
      onUnexpectedEnd,
    );
    migration.mayEnd();
    return (await migration.exited).code;
  }

  /** Makes a participant fail, until it is told otherwise. It is done by design: their journal stays the truth. */
  async setFault(fault: Fault): Promise<void> {
    const response = await fetch(`${this.participantsUrl}/dev/faults`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(fault),
    });
    if (!response.ok) throw new Error(`the participants refused a fault: ${await response.text()}`);
  }

  /** Stops everything, in order. @returns processes that did not stop as they should */
  async stop(): Promise<readonly string[]> {
    this.#isStopping = true;
    const running = [...this.slots.map(({ process }) => process), this.#web, this.#participants];
    const codes = await Promise.all(running.map(async (one) => ({ one, code: await one?.stop() })));
    await Promise.all(this.slots.map(({ proxy }) => proxy.stop()));
    await this.#pooler?.stop();
    await this.#database?.stop();
    this.#disk?.unmount();
    return codes.flatMap(({ one, code }) => (one && code !== 0 ? `${one.name} ended with ${code}` : []));
  }

  /** Forgets its data and logs. */
  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }

  async #start(): Promise<void> {
    const { workers, pooler } = this.#options;
    const [web = 0, participants = 0] = await findFreePorts(2);
    this.#ports = { web, participants };
    this.#participants = this.#spawnParticipants();
    if (this.#options.onSmallDisk) this.#disk = SmallDisk.mount(this.directory);
    this.#database = await ShopDatabase.start(
      path.join(this.#disk?.directory ?? this.directory, 'postgres'),
      this.canaries.databasePassword,
    );
    if ((await this.migrate(this.database.ownerUrl)) !== 0) throw new Error('the tables could not be made');
    await this.database.grantRole();
    this.#pooler = await pooler?.(this.database, this.directory);
    this.#web = this.#spawnWeb();
    for (const [index, traits] of workers.entries()) this.slots.push(await this.#newSlot(index, traits));
    await Promise.all(this.processes.map((one) => one.ready()));
  }

  async #newSlot(index: number, { clockOffsetMs = 0, isPooled = false }: WorkerTraits): Promise<WorkerSlot> {
    const direct = this.database.port;
    const target = isPooled ? (this.#pooler?.port ?? direct) : direct;
    const proxy = await TcpProxy.start({ host: '127.0.0.1', port: target });
    const port = await findFreePort();
    const env = {
      ...this.#options.env,
      PORT: String(port),
      ROLE: 'worker',
      DATABASE_URL: this.database.appUrl(proxy.port),
      CHAOS_CLOCK_OFFSET_MS: String(clockOffsetMs),
      // Some log everything, for whatever should not be in a log; all would be too much.
      LOG_LEVEL: index === 0 || isPooled ? 'info' : 'warn',
    };
    const slot = { index, port, proxy, env, isPooled: isPooled && this.#pooler !== undefined };
    return Object.assign(slot, { process: this.#spawnWorker(slot) });
  }

  #spawnWorker({ index, port, env }: Omit<WorkerSlot, 'process'>, strike?: ArmedStrike): ShopProcess {
    return this.#spawn(`worker-${index}`, this.#options.build.server, port, {
      ...env,
      ...(strike && { CHAOS_STRIKE: writeStrike(strike) }),
    });
  }

  #spawnWeb(): ShopProcess {
    const { web } = this.#ports;
    return this.#spawn('web', this.#options.build.server, web, {
      ...this.#options.env,
      PORT: String(web),
      ROLE: 'web',
      DATABASE_URL: this.database.appUrl(),
      LOG_LEVEL: 'info',
    });
  }

  #spawnParticipants(): ShopProcess {
    const { participants: port } = this.#ports;
    return this.#spawn(
      'participants',
      this.#options.build.participants,
      port,
      {
        PARTICIPANTS_PORT: String(port),
        PARTICIPANTS_DATA: path.join(this.directory, 'participants'),
        WEBHOOK_TARGET: this.webUrl,
        LOG_LEVEL: 'info',
      },
      '/healthz',
    );
  }

  #spawn(
    name: string,
    program: string,
    port: number,
    env: Readonly<Record<string, string>>,
    readyPath = '/readyz',
  ): ShopProcess {
    const { customer, customerToken, adminToken, webhookSecret } = this.canaries;
    const all = {
      ...TIMES,
      CUSTOMER_TOKENS: `${customer}:${customerToken}`,
      ADMIN_TOKEN: adminToken,
      WEBHOOK_SECRET: webhookSecret,
      PARTICIPANTS_URL: this.participantsUrl,
      MAX_OPEN_ORDERS: '100000',
      ...env,
    };
    const spawned = new ShopProcess(
      {
        ...{ name, program, env: all, directory: path.join(this.directory, 'logs') },
        readyUrl: `http://127.0.0.1:${port}${readyPath}`,
      },
      (end) => {
        if (!end.isEarly) this.#options.onUnexpectedEnd(end);
        // What doesn't come up again shows in what isn't finished.
        this.#revive(spawned).catch(() => undefined);
      },
    );
    return spawned;
  }

  /** As any supervisor would: that a process ends by itself is a finding, and must not end the run. */
  async #revive(ended: ShopProcess): Promise<void> {
    await pause(REVIVE_MS);
    if (this.#isStopping) return;
    const slot = this.slots.find(({ process }) => process === ended);
    const fresh = slot
      ? this.replace(slot)
      : ended === this.#web
        ? this.replaceWeb()
        : ended === this.#participants
          ? this.replaceParticipants()
          : undefined;
    await fresh?.ready();
  }
}

function mustBe<Thing>(thing: Thing | undefined, name: string): Thing {
  if (thing === undefined) throw new Error(`${name} has not been started`);
  return thing;
}
