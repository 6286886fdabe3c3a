import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { eventually } from '@countermand/test-kit';
import { expect, it, onTestFinished } from 'vitest';
import { TcpProxy } from './tcp-proxy.ts';

const READY = Buffer.from([0x5a, 0, 0, 0, 5, 0x49]);

it('passes everything on as long as it is open', async () => {
  const { client, received } = await connected();
  client.write('select 1');
  expect(await received()).toBe('select 1');
});

it('cuts the connection when so many bytes have passed', async () => {
  const { proxy, client } = await connected();
  const cut = proxy.cutAfterBytes(10);
  client.write('0123456789abcdef');
  expect(await cut.hit).toEqual({ hitWork: true });
  await once(client, 'close');
});

it('cuts nothing when the cut was withdrawn before anything came to it', async () => {
  const { proxy, client, received } = await connected();
  proxy.cutAfterBytes(10).withdraw();
  client.write('0123456789abcdef');
  expect(await received()).toBe('0123456789abcdef');
  expect(client.destroyed).toBe(false);
});

it('passes a commit on, and keeps its answer back for ever', async () => {
  const { proxy, client, server, received } = await connected();
  const cut = proxy.cutAfterCommit();
  const answers: Buffer[] = [];
  client.on('data', (chunk: Buffer) => answers.push(chunk));
  client.write('commit\0');
  expect(await received()).toBe('commit\0');
  server.write(READY);
  expect(await cut.hit).toEqual({ hitWork: true });
  await once(client, 'close');
  expect(answers).toEqual([]);
});

it('keeps what is sent while it is stalled, and passes it on afterwards', async () => {
  const { proxy, client, server, received } = await connected();
  client.write('select 1');
  await received();
  expect(proxy.setMode('stalled')).toEqual({ hitWork: true });
  server.write(READY);
  const answered = once(client, 'data');
  proxy.setMode('open');
  expect(await answered).toEqual([READY]);
});

it('ends the connections that have lost something when the network is back', async () => {
  const { proxy, client } = await connected();
  proxy.setMode('vanished');
  const closed = once(client, 'close');
  client.write('select 1');
  await eventually(() => expect(proxy.hasLost).toBe(true));
  proxy.setMode('open');
  await closed;
  await eventually(() => expect(proxy.hasLost).toBe(false));
});

/** A client that is connected to a server through a proxy. */
async function connected() {
  const listening = createServer().listen(0, '127.0.0.1');
  await once(listening, 'listening');
  const address = listening.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const proxy = await TcpProxy.start({ host: '127.0.0.1', port: address.port });
  const accepted = once(listening, 'connection') as Promise<[Socket]>;
  const client = connect({ host: '127.0.0.1', port: proxy.port });
  const [server] = await accepted;
  for (const socket of [client, server]) socket.on('error', () => undefined);
  onTestFinished(async () => {
    client.destroy();
    await proxy.stop();
    listening.close();
  });
  const received = async () => String(((await once(server, 'data')) as [Buffer])[0]);
  return { proxy, client, server, received };
}
