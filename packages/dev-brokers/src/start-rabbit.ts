import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { findFreePorts } from '@countermand/test-kit';
import { requireProgram } from './brokers.ts';
import { endWithParent } from './end-with-parent.ts';
import { findProgram } from './find-program.ts';

/** A RabbitMQ of one's own. */
export interface RabbitServer {
  readonly url: string;
  readonly port: number;
  /** Kills it. What it has confirmed of durable queues is there at the next start. */
  kill(): Promise<void>;
  /** Starts it again, on the same port and data. */
  start(): Promise<void>;
  /** Ends it, and removes its data. */
  stop(): Promise<void>;
}

const START_MS = 90_000;

/**
 * Starts a RabbitMQ with a node name, ports and data of its own, on the loopback address.
 *
 * @throws Error when rabbitmq-server isn't installed or doesn't start
 */
export async function startRabbit(): Promise<RabbitServer> {
  const program = requireProgram('rabbitmq');
  const [port = 0, distribution = 0, mapper = 0] = await findFreePorts(3);
  const data = mkdtempSync(path.join(os.tmpdir(), 'rabbitmq-'));
  chmodSync(data, 0o755);
  const plugins = path.join(data, 'enabled_plugins');
  writeFileSync(plugins, '[].\n');
  const env = {
    PATH: process.env['PATH'],
    HOME: data,
    RABBITMQ_NODENAME: `countermand-${process.pid}-${randomBytes(4).toString('hex')}@localhost`,
    RABBITMQ_NODE_IP_ADDRESS: '127.0.0.1',
    RABBITMQ_NODE_PORT: String(port),
    RABBITMQ_DIST_PORT: String(distribution),
    RABBITMQ_MNESIA_BASE: path.join(data, 'mnesia'),
    RABBITMQ_LOG_BASE: path.join(data, 'log'),
    RABBITMQ_LOGS: '-',
    RABBITMQ_PID_FILE: path.join(data, 'pid'),
    RABBITMQ_ENABLED_PLUGINS_FILE: plugins,
    RABBITMQ_CONFIG_FILE: path.join(data, 'rabbitmq.conf'),
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '+S 1:1 +sbwt none',
    ERL_EPMD_PORT: String(mapper),
    ERL_EPMD_ADDRESS: '127.0.0.1',
  };
  // Otherwise the first start leaves one running for ever.
  const epmd = spawn(findProgram('epmd') ?? 'epmd', ['-port', String(mapper), '-address', '127.0.0.1'], {
    env,
    stdio: 'ignore',
  });
  let broker: ChildProcess | undefined;
  let unwatch: (() => void) | undefined;
  const killAll = () => {
    killGroup(broker);
    epmd.kill('SIGKILL');
  };
  process.once('exit', killAll);
  const kill = async () => {
    const gone = broker && broker.exitCode === null && broker.signalCode === null && once(broker, 'exit');
    unwatch?.();
    killGroup(broker);
    await gone;
    broker = undefined;
  };
  const start = async () => {
    // A group of its own: the script starts the real thing, which starts some more.
    broker = spawn(program, [], { env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    const { pid } = broker;
    if (pid !== undefined) unwatch = endWithParent([-pid, ...(epmd.pid === undefined ? [] : [epmd.pid])]);
    await untilReady(broker, port);
  };
  const stop = async () => {
    process.removeListener('exit', killAll);
    await kill();
    epmd.kill('SIGKILL');
    rmSync(data, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  };
  try {
    await start();
    return { url: `amqp://guest:guest@127.0.0.1:${port}`, port, kill, start, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function killGroup(broker: ChildProcess | undefined): void {
  if (broker?.pid === undefined) return;
  try {
    process.kill(-broker.pid, 'SIGKILL');
  } catch {
    // It is gone, which is what was wanted.
  }
}

async function untilReady(broker: ChildProcess, port: number): Promise<void> {
  let printed = '';
  for (const stream of [broker.stdout, broker.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      printed = (printed + chunk).slice(-4_000);
    });
  }
  for (const endsAt = Date.now() + START_MS; ; await pause(100)) {
    if (await speaksAmqp(port)) return;
    if (broker.exitCode !== null || Date.now() > endsAt) {
      throw new Error(`RabbitMQ did not start (exit code ${broker.exitCode}):\n${printed}`);
    }
  }
}

/** Whether somebody answers the greeting of AMQP 0-9-1. */
async function speaksAmqp(port: number): Promise<boolean> {
  const socket = net.connect({ host: '127.0.0.1', port });
  try {
    socket.setTimeout(2_000, () => socket.destroy());
    await once(socket, 'connect');
    socket.write(Buffer.from('AMQP\0\0\u0009\u0001', 'latin1'));
    const [answer] = (await once(socket, 'data')) as [Buffer];
    return answer[0] === 1;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
