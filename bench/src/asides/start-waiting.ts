import { createRunner } from '@countermand/runner-postgres';
import { answerAside, asideInput } from '../run-aside.ts';
import { waitingSaga } from '../waiting-saga.ts';

/** Starts sagas that do nothing but wait, for so long. */
const { url, sagas, waitMs } = asideInput<{ url: string; sagas: number; waitMs: number }>();
const runner = createRunner({ connection: url, sagas: [waitingSaga] });
await runner.migrate();
await Promise.all(Array.from({ length: sagas }, () => runner.start(waitingSaga, { waitMs })));
await runner.stop({ graceMs: 0 });
answerAside({});
