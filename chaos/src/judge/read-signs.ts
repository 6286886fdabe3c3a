import { createReadStream, readdirSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { World } from '../processes/world.ts';

/** What the logs tell of faults that did something. */
export interface Signs {
  /** Calls that a participant had had before, with the same key. */
  readonly duplicates: number;
  /** Answers that were refused because their lease had been lost. */
  readonly zombies: number;
  /** Workers that found out themselves that their lease was over, and gave no answer. */
  readonly leasesLost: number;
  /** Rows whose lease ended, and which were handed to another worker. */
  readonly handedOver: number;
  /** Steps that the worker behind the pooler has carried out. */
  readonly pooledSteps: number;
  /** Workers that said that notices don't arrive, and that they poll. */
  readonly pollingWorkers: number;
}

const MEANINGS: readonly (readonly [sign: keyof Signs, text: string])[] = [
  ['duplicates', '"replayed":true'],
  ['zombies', 'answer refused: the lease had been lost'],
  ['leasesLost', '"msg":"lease lost"'],
  ['handedOver', 'lease over; handed to another worker'],
  ['pollingWorkers', 'notices do not arrive'],
];

/** Counts them, in the logs of all processes of a world. */
export async function readSigns({ directory, slots }: World): Promise<Signs> {
  const signs = {
    duplicates: 0,
    zombies: 0,
    leasesLost: 0,
    handedOver: 0,
    pooledSteps: 0,
    pollingWorkers: 0,
  };
  const pooled = slots.find(({ isPooled }) => isPooled)?.process.name;
  const logs = path.join(directory, 'logs');
  for (const name of readdirSync(logs).filter((one) => one.endsWith('.log'))) {
    for await (const line of createInterface({ input: createReadStream(path.join(logs, name)) })) {
      for (const [sign, text] of MEANINGS) if (line.includes(text)) signs[sign] += 1;
      if (name === `${pooled}.log` && line.includes('step attempted')) signs.pooledSteps += 1;
    }
  }
  return signs;
}
