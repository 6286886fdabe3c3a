import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { requireProgram } from './brokers.ts';
import { endWithParent } from './end-with-parent.ts';

/** A broker that speaks Kafka's protocol. */
export interface KafkaServer {
  /** `host:port`. */
  readonly bootstrapServers: string;
  stop(): Promise<void>;
}

const START_MS = 20_000;

/**
 * Starts librdkafka's mock cluster, which comes with kcat: Kafka's real protocol over TCP, topics made when they are
 * first named, consumer groups, and all of it in memory. It keeps nothing when it ends.
 *
 * @throws Error when kcat isn't installed or doesn't start
 */
export async function startKafka(): Promise<KafkaServer> {
  const settings = ['test.mock.num.brokers=1', 'allow.auto.create.topics=true'];
  const flags = ['-b', 'none', '-C', '-u', '-E', '-t', 'alive', '-d', 'mock'];
  const args = [...flags, ...settings.flatMap((setting) => ['-X', setting])];
  const child = spawn(requireProgram('kafka'), args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const endWithUs = () => child.kill('SIGKILL');
  process.once('exit', endWithUs);
  const unwatch = child.pid === undefined ? undefined : endWithParent([child.pid]);
  const gone = once(child, 'exit');
  const stop = async () => {
    process.removeListener('exit', endWithUs);
    unwatch?.();
    child.kill('SIGKILL');
    await gone;
  };
  let printed = '';
  const { promise: found, resolve, reject } = Promise.withResolvers<string>();
  const fail = (why: string) => reject(new Error(`kcat ${why}: ${printed.slice(-500)}`));
  const tooLong = setTimeout(() => fail(`told no address within ${START_MS} ms`), START_MS);
  child.once('exit', (code) => fail(`ended with ${code}`));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    if (printed.length < 100_000) printed += chunk;
    const [, address] = /bootstrap\.servers=([\w.:,-]+)/.exec(printed) ?? [];
    if (address !== undefined) resolve(address);
  });
  try {
    return { bootstrapServers: await found, stop };
  } catch (error) {
    await stop();
    throw error;
  } finally {
    clearTimeout(tooLong);
  }
}
