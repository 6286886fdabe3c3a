import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { hasBroker, type KafkaServer, startKafka } from '@countermand/dev-brokers';
import { plainEnvelope } from '@countermand/step-messages';
import { eventually, sourceFlags } from '@countermand/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectKafka } from './kafka/connect.ts';

const script = (name: string) => [...sourceFlags, fileURLToPath(new URL(name, import.meta.url))];

describe.skipIf(!hasBroker('kafka'))('in the folder of the example', () => {
  let broker: KafkaServer;
  let env: Record<string, string>;
  let play: ChildProcess;

  beforeAll(async () => {
    broker = await startKafka();
    const anyPort = Object.fromEntries(
      ['USER', 'ORDER', 'PAYMENT', 'SCHEDULER'].map((name) => [`${name}_SERVICE_URL`, 'http://127.0.0.1:0']),
    );
    env = {
      PATH: process.env['PATH'] ?? '',
      KAFKA_BOOTSTRAP_SERVERS: broker.bootstrapServers,
      ...anyPort,
    };
    play = spawn(process.execPath, script('play.ts'), { env, stdio: ['ignore', 'pipe', 'inherit'] });
  });
  afterAll(async () => {
    play?.kill('SIGKILL');
    await broker?.stop();
  });

  it('the scripts play the services, list the topics and print one', async () => {
    let printed = '';
    play.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      printed += chunk;
    });
    const producer = connectKafka(broker.bootstrapServers, 'test').producer();
    await producer.connect();
    const message = { id: 'm', type: 'get_payment_info', correlationId: 's-1', at: 0 };
    const { body: value } = plainEnvelope.encode({ ...message, payload: { customer_id: 'cust_1' } });
    await producer.send({ topic: 'user_commands', messages: [{ key: 's-1', value }] });
    await producer.disconnect();
    const told = '-> user_events user.payment_info_retrieved s-1 {"payment_method_id":"card-cust_1"}';
    await eventually(() => expect(printed).toContain(told), { timeoutMs: 30_000 });
    const run = async (...args: string[]) =>
      (await promisify(execFile)(process.execPath, [...script('topics.ts'), ...args], { env })).stdout;
    const [list, topic] = await Promise.all([run(), run('--', 'user_events')]);
    expect(list.split('\n')).toEqual(expect.arrayContaining(['user_commands', 'user_events']));
    expect(topic).toContain('"type":"user.payment_info_retrieved","correlation_id":"s-1"');
    play.kill('SIGTERM');
    expect(await once(play, 'exit')).toEqual([0, null]);
  });
});
