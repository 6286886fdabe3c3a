// What the hooks of OpenTelemetry cost where no SDK is registered: nothing but the calls themselves, for a saga of five
// steps (a start, five attempts, six transitions, a batch each). Processor time of this one thread.
//   pnpm bench:telemetry
import { openTelemetry, type TracedCause } from '@countermand/runner-postgres/opentelemetry';

const SAGAS = 20_000;
const ROUNDS = 5;
const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
const telemetry = openTelemetry();
type Row = Parameters<typeof telemetry.attempt>[0];
// As far as the hooks look at them.
const row = { sagaId: 's', saga: 'five', key: 'a:1', step: 'a', attempt: 1, traceparent } as Row;
const cause = {
  saga: { name: 'five', version: 1 },
  sagaId: 's',
  cause: 'answer',
  traceparent,
} as TracedCause;
const decision = {
  outcome: 'applied',
  history: [{ event: 'a.done' }],
  envelope: { snapshot: { value: 'X' } },
};

function move(): void {
  const batch = telemetry.batch(1);
  batch.transition({ ...cause, continues: true }).decided(decision as never);
  batch.committed();
}

async function runSaga(): Promise<void> {
  await telemetry.around({ name: 'start five', saga: 'five' }, { traceparent }, async () => move());
  for (let step = 0; step < 5; step += 1) {
    const attempt = telemetry.attempt(row);
    await attempt.run(() => Promise.resolve());
    attempt.ended({ outcome: 'done' });
    move();
  }
}

const rounds: number[] = [];
for (let round = 0; round < ROUNDS; round += 1) {
  const before = process.cpuUsage();
  for (let saga = 0; saga < SAGAS; saga += 1) await runSaga();
  const { user, system } = process.cpuUsage(before);
  rounds.push((user + system) / SAGAS);
}
rounds.sort((a, b) => a - b);
const [best = 0] = rounds;
const median = rounds[Math.floor(ROUNDS / 2)] ?? 0;
process.stdout.write(
  `${median.toFixed(1)} microseconds a saga of five steps (median of ${ROUNDS} rounds of ${SAGAS}; best ${best.toFixed(1)})\n`,
);
