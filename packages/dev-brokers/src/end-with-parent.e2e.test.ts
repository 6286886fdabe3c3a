import { spawn } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';
import { eventually, sourceFlags } from '@countermand/test-kit';
import { expect, it, onTestFinished } from 'vitest';

const server = `
  const server = require('node:net').createServer().listen(0, '127.0.0.1', () => console.log(server.address().port));
`;
/** Starts a server as brokers are started, and stays. It tells the port itself, and so only once the server is watched. */
const owner = `
  const { spawn } = await import('node:child_process');
  const { endWithParent } = await import(${JSON.stringify(new URL('./end-with-parent.ts', import.meta.url).href)});
  const stdio = ['ignore', 'pipe', 'ignore'];
  const child = spawn(process.execPath, ['--eval', ${JSON.stringify(server)}], { detached: true, stdio });
  endWithParent([-child.pid]);
  child.stdout.once('data', (port) => process.stdout.write(port));
  setInterval(() => undefined, 60_000);
`;

it('what a process has started ends with it, also when it is killed', async () => {
  const flags = [...sourceFlags, '--input-type=module', '--eval', owner];
  const starter = spawn(process.execPath, flags, { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void starter.kill('SIGKILL'));
  const [printed] = (await once(starter.stdout, 'data')) as [Buffer];
  const port = Number(printed.toString());
  expect(await isListening(port)).toBe(true);
  starter.kill('SIGKILL');
  await eventually(async () => expect(await isListening(port)).toBe(false));
});

async function isListening(port: number): Promise<boolean> {
  const socket = net.connect({ host: '127.0.0.1', port });
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
