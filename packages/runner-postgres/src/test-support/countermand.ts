import { text } from 'node:stream/consumers';
import { spawnNode } from './spawn-node.js';

/** Runs the command line as a process of its own, without a database unless one is given. */
export async function countermand(
  args: readonly string[],
  env: Record<string, string> = {},
  cwd?: string,
): Promise<{ out: string; err: string; code: unknown }> {
  const cli = new URL('../cli.ts', import.meta.url);
  const child = spawnNode(cli, args, { DATABASE_URL: '', ...env }, cwd);
  const [out, err, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise((resolve) => child.on('exit', resolve)),
  ]);
  return { out, err, code };
}
