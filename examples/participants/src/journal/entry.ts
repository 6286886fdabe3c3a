import { createHash } from 'node:crypto';
import { z } from 'zod';
import { changeSchema } from './change.ts';

/**
 * One line of the journal: all that one command or one due task did, with the answer that its
 * idempotency key gets for ever. One line, so that no crash can part an effect from its answer or
 * from the webhook that tells of it.
 */
const entrySchema = z.object({
  seq: z.int(),
  at: z.iso.datetime(),
  command: z
    .object({
      key: z.string(),
      path: z.string(),
      order_id: z.string(),
      fingerprint: z.string(),
      status: z.union([z.literal(200), z.literal(202), z.literal(409)]),
      answer: z.record(z.string(), z.unknown()),
      /** The answer stays lost until then, in ms since 1970. */
      lost_until: z.int().optional(),
    })
    .optional(),
  changes: z.array(changeSchema),
});
export type Entry = z.infer<typeof entrySchema>;
export type CommandEntry = NonNullable<Entry['command']>;

const prefix = /^\{"sum":"([0-9a-f]{16})","entry":/;

function checksum(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

/** The line for an entry, newline included: `{"sum":"16 hex digits","entry":{...}}`. */
export function writeEntry(entry: Entry): string {
  const text = JSON.stringify(entry);
  return `{"sum":"${checksum(text)}","entry":${text}}\n`;
}

export type ReadEntry =
  | { kind: 'entry'; entry: Entry; edited: boolean }
  | { kind: 'unreadable'; detail: string };

/**
 * Reads a line without its newline. A line whose checksum is wrong is still an entry, marked as
 * edited, if it says something that an entry can say; whoever audits has to see its numbers.
 */
export function readEntry(line: string): ReadEntry {
  const match = prefix.exec(line);
  const text = match ? line.slice(match[0].length, -1) : '';
  const intact = match !== null && checksum(text) === match[1];
  try {
    if (intact) return { kind: 'entry', entry: JSON.parse(text) as Entry, edited: false };
    const parsed = z.object({ entry: entrySchema }).safeParse(JSON.parse(line));
    if (parsed.success) return { kind: 'entry', entry: parsed.data.entry, edited: true };
    return { kind: 'unreadable', detail: 'not an entry' };
  } catch {
    return { kind: 'unreadable', detail: 'not JSON' };
  }
}
