import { createRunner } from '@countermand/runner-postgres';
import { summarize } from '../latencies.ts';
import { openTransactions } from '../plain-sql.ts';
import { answerAside, asideInput } from '../run-aside.ts';
import { waitingSaga } from '../waiting-saga.ts';

/** Medians, milliseconds. */
export interface SendLatencies {
  readonly send: number;
  readonly transaction: number;
}

const SAGAS = 100;
const TURN = 25;
const AN_HOUR_MS = 3_600_000;

const { url, seconds } = asideInput<{ url: string; seconds: number }>();
const runner = createRunner({ connection: url, sagas: [waitingSaga] });
await runner.migrate();
await runner.work();
const plain = await openTransactions(url);
const ids = Array.from({ length: SAGAS }, () => crypto.randomUUID());
await Promise.all(ids.map((id) => runner.start(waitingSaga, { waitMs: AN_HOUR_MS }, { id })));

/** So many of the one, then as many of the other: whatever else the machine does befalls both. */
async function measure(seconds: number): Promise<SendLatencies> {
  const [sends, transactions]: [number[], number[]] = [[], []];
  const timed = async (durations: number[], act: () => Promise<unknown>) => {
    const from = performance.now();
    await act();
    durations.push(performance.now() - from);
  };
  let count = 0;
  for (const endsAt = performance.now() + seconds * 1_000; performance.now() < endsAt; ) {
    for (let turn = 0; turn < TURN; turn += 1, count += 1) {
      const id = ids[count % SAGAS] ?? '';
      await timed(sends, async () => {
        const { outcome } = await runner.send(id, { type: 'NUDGE' }, { messageId: String(count) });
        if (outcome !== 'applied') throw new Error(`an event was ${outcome}`);
      });
    }
    for (let turn = 0; turn < TURN; turn += 1) await timed(transactions, () => plain.one());
  }
  return { send: summarize(sends).p50, transaction: summarize(transactions).p50 };
}

await measure(1);
const latencies = await measure(seconds);
await plain.close();
await runner.stop({ graceMs: 0 });
answerAside(latencies);
