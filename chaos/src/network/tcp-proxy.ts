import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/** What becomes of bytes: passed on; kept until it is open again; lost, as where a machine has vanished; slow. */
export type LinkMode = 'open' | 'stalled' | 'vanished' | 'slow';

const SLOW_DELAY_MS = 150;
const SLOW_BYTES_PER_MS = 64;
/** `Z` (ready for query), its length, and whether a transaction is open. */
const READY = 0x5a;
const COMMIT = Buffer.from('commit\0');

interface Link {
  readonly client: Socket;
  readonly server: Socket;
  /** Something was asked, and its answer hasn't come. */
  isBusy: boolean;
  isInTransaction: boolean;
  /** Its commit has been passed on. */
  isCommitting: boolean;
  hasLost: boolean;
}

/** What a cut has hit. */
export interface Cut {
  readonly hitWork: boolean;
}

/** A cut that is still to come. */
export interface PlannedCut {
  readonly hit: Promise<Cut>;
  /** It is not to come any more: what it would hit later belongs to somebody else. */
  withdraw(): void;
}

interface PendingCut {
  /** Bytes that may still pass; `commit`: up to the next commit, whose answer is lost. */
  left: number | 'commit';
  readonly done: (cut: Cut) => void;
}

/**
 * Stands between one worker and PostgreSQL, and makes a bad network of it: cuts after a number of bytes, cuts between
 * a commit and its answer, links that keep or lose what is sent, slow links.
 */
export class TcpProxy {
  readonly port: number;
  readonly #server: Server;
  readonly #target: { readonly host: string; readonly port: number };
  readonly #links = new Set<Link>();
  #cuts: PendingCut[] = [];
  #mode: LinkMode = 'open';
  #reopened: (() => void)[] = [];

  private constructor(server: Server, port: number, target: { host: string; port: number }) {
    this.#server = server;
    this.port = port;
    this.#target = target;
    server.on('connection', (client) => this.#accept(client));
  }

  static async start(target: { readonly host: string; readonly port: number }): Promise<TcpProxy> {
    const server = createServer({ noDelay: true }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
    return new TcpProxy(server, address.port, target);
  }

  /** Cuts a connection when that many bytes have passed, in whichever direction. */
  cutAfterBytes(bytes: number): PlannedCut {
    return this.#cutWhen(bytes);
  }

  /** Passes the next commit on, and cuts when its answer comes: the worker never sees it. */
  cutAfterCommit(): PlannedCut {
    return this.#cutWhen('commit');
  }

  get mode(): LinkMode {
    return this.#mode;
  }

  /** Says whether work was under way on a link. */
  setMode(mode: LinkMode): Cut {
    this.#mode = mode;
    const hitWork = [...this.#links].some((link) => link.isBusy || link.isInTransaction);
    if (mode === 'open') {
      for (const link of this.#links) if (link.hasLost) destroy(link);
      for (const resume of this.#reopened.splice(0)) resume();
    }
    return { hitWork };
  }

  /** Whether anything was lost on a link that still seems to be there. */
  get hasLost(): boolean {
    return [...this.#links].some((link) => link.hasLost);
  }

  async stop(): Promise<void> {
    this.setMode('open');
    for (const link of this.#links) destroy(link);
    this.#server.close();
    await once(this.#server, 'close');
  }

  #cutWhen(left: PendingCut['left']): PlannedCut {
    let done: PendingCut['done'] = () => undefined;
    const hit = new Promise<Cut>((resolve) => {
      done = resolve;
    });
    const cut: PendingCut = { left, done };
    this.#cuts.push(cut);
    const withdraw = () => {
      this.#cuts = this.#cuts.filter((one) => one !== cut);
    };
    return { hit, withdraw };
  }

  #accept(client: Socket): void {
    const server = connect({ ...this.#target, noDelay: true });
    const link: Link = {
      ...{ client, server, isBusy: false, isInTransaction: false, isCommitting: false, hasLost: false },
    };
    this.#links.add(link);
    const close = () => {
      destroy(link);
      this.#links.delete(link);
    };
    for (const socket of [client, server]) socket.on('error', close).on('close', close);
    void this.#pump(link, client, server);
    void this.#pump(link, server, client);
  }

  async #pump(link: Link, from: Socket, to: Socket): Promise<void> {
    try {
      for await (const chunk of from as AsyncIterable<Buffer>) {
        await this.#follow(link, chunk, from === link.client, to);
        if (to.destroyed) return;
      }
      to.end();
    } catch {
      destroy(link);
    }
  }

  async #follow(link: Link, chunk: Buffer, isFromClient: boolean, to: Socket): Promise<void> {
    const passed = this.#passedBeforeCut(link, chunk, isFromClient);
    if (passed < chunk.length) {
      if (passed > 0) to.write(chunk.subarray(0, passed));
      // What was passed must reach the other side before the connection does not exist any more.
      await pause(0);
      return destroy(link);
    }
    note(link, chunk, isFromClient);
    if (this.#mode === 'slow') await pause(SLOW_DELAY_MS + chunk.length / SLOW_BYTES_PER_MS);
    if (this.#mode === 'stalled') await new Promise<void>((resume) => this.#reopened.push(resume));
    if (this.#mode === 'vanished') link.hasLost = true;
    else if (!to.destroyed && !to.write(chunk)) await roomIn(to);
  }

  /** How much of a chunk still passes. */
  #passedBeforeCut(link: Link, chunk: Buffer, isFromClient: boolean): number {
    if (isFromClient && chunk.includes(COMMIT)) link.isCommitting = true;
    const [cut] = this.#cuts;
    if (!cut) {
      if (!isFromClient) link.isCommitting = false;
      return chunk.length;
    }
    if (cut.left === 'commit') {
      if (isFromClient || !link.isCommitting) return chunk.length;
      this.#cuts.shift();
      cut.done({ hitWork: true });
      return 0;
    }
    if (cut.left > chunk.length) {
      cut.left -= chunk.length;
      return chunk.length;
    }
    this.#cuts.shift();
    cut.done({ hitWork: link.isBusy || link.isInTransaction || isFromClient });
    return Math.max(0, cut.left - 1);
  }
}

/** Resolves when there is room for more, or nobody is there any more to take it. */
function roomIn(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const over = () => {
      socket.off('drain', over).off('close', over);
      resolve();
    };
    socket.on('drain', over).on('close', over);
  });
}

function note(link: Link, chunk: Buffer, isFromClient: boolean): void {
  if (isFromClient) {
    link.isBusy = true;
    return;
  }
  // The last message of an answer says that the server is ready, and whether a transaction is open.
  if (chunk.length >= 6 && chunk.at(-6) === READY && chunk.readInt32BE(chunk.length - 5) === 5) {
    link.isBusy = false;
    link.isInTransaction = chunk.at(-1) === 0x54;
    link.isCommitting = false;
  }
}

function destroy({ client, server }: Link): void {
  client.destroy();
  server.destroy();
}
