import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '@countermand/test-kit';
import { describe, expect, it, onTestFinished } from 'vitest';
import { claimFile } from './claim-file.ts';
import { temporaryDirectory } from './testing/temporary-directory.ts';

async function someProcess() {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => 0, 1000); console.log()']);
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  return child;
}

/** The line that a process writes when it asks for the lock. */
function lineOf(pid: number | undefined): string {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return `${pid} ${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]}\n`;
}

describe.runIf(process.platform === 'linux')('a file that one process has', () => {
  it('is ours where nobody has it', async () => {
    expect(claimFile(join(await temporaryDirectory(), 'new', 'participants.pid'))).toBe(process.pid);
  });

  it("is the first living process's, and ours when that one was killed", async () => {
    const directory = await temporaryDirectory();
    const [first, second] = await Promise.all([someProcess(), someProcess()]);
    for (const { pid } of [first, second]) appendFileSync(join(directory, 'participants.pid'), lineOf(pid));
    expect(claimFile(join(directory, 'participants.pid'))).toBe(first.pid);
    first.kill('SIGKILL');
    await once(first, 'exit');
    expect(claimFile(join(directory, 'participants.pid'))).toBe(second.pid);
    second.kill('SIGKILL');
    await once(second, 'exit');
    expect(claimFile(join(directory, 'participants.pid'))).toBe(process.pid);
  });

  it('is not held by a process that was killed and whose parent has not noticed', async () => {
    const directory = await temporaryDirectory();
    const parent = spawn('sh', ['-c', 'sleep 60 & echo $!; exec sleep 60']);
    onTestFinished(() => void parent.kill('SIGKILL'));
    const [output] = (await once(parent.stdout, 'data')) as [Buffer];
    const zombie = Number(output.toString());
    // A shell could still take notice of the death; what it turns into never does.
    await eventually(() => expect(readFileSync(`/proc/${parent.pid}/comm`, 'utf8').trim()).toBe('sleep'));
    process.kill(zombie, 'SIGKILL');
    const state = () => readFileSync(`/proc/${zombie}/stat`, 'utf8').split(') ')[1]?.[0];
    await eventually(() => expect(state()).toBe('Z'));
    writeFileSync(join(directory, 'participants.pid'), lineOf(zombie));
    expect(claimFile(join(directory, 'participants.pid'))).toBe(process.pid);
  });

  it('is not held by a process that only got the number of a dead one', async () => {
    const directory = await temporaryDirectory();
    writeFileSync(join(directory, 'participants.pid'), `${process.ppid} 1\n`);
    expect(claimFile(join(directory, 'participants.pid'))).toBe(process.pid);
  });
});
