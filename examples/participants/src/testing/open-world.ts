import { onTestFinished } from 'vitest';
import type { QueuedWebhook } from '../books.ts';
import { COMMANDS, TRIGGERS } from '../commands.ts';
import { JournalFile } from '../journal/journal-file.ts';
import type { Policy } from '../participants/decision.ts';
import { World } from '../world.ts';
import { testPolicy } from './desk.ts';

export interface OpenWorldOptions {
  policy?: Partial<Policy>;
  now?: () => number;
}

/** A world on a journal of its own or an older one's, without HTTP; what it plans is only noted. */
export async function openWorld(journalPath: string, { policy, now }: OpenWorldOptions = {}) {
  const world = new World({ ...testPolicy, slowCaptureMs: 20, ...policy }, now);
  const { journal } = await JournalFile.open(journalPath, world.replay, (error) => {
    throw error;
  });
  const tasks = new Map<string, number>();
  const webhooks: QueuedWebhook[] = [];
  world.open(journal, {
    taskPlanned: (taskId, dueAt) => void tasks.set(taskId, dueAt),
    webhookQueued: (webhook) => void webhooks.push(webhook),
  });
  const close = () => journal.close();
  onTestFinished(() => close().catch(() => undefined));
  const read = (path: string, body: object) => {
    const command = (COMMANDS.get(path) ?? TRIGGERS.get(path))?.(path, body);
    if (!command || 'problem' in command) throw new Error(`${path}: ${command?.problem ?? 'unknown'}`);
    return command;
  };
  const send = (path: string, key: string, body: object) => world.execute(read(path, body), key);
  const trigger = (path: string, body: object) => world.trigger(read(path, body));
  return { world, send, trigger, tasks, webhooks, close };
}
