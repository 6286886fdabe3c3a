import type { SendLatencies } from '../asides/send.ts';
import { runAside } from '../run-aside.ts';
import { inRounds, type Scenario } from '../scenario.ts';

/** From the call of `send` to the commit of what the event did, beside one plain transaction of three statements. */
export const send: Scenario = {
  name: 'send',
  async run(bench) {
    const seconds = bench.effort.latencySeconds;
    await inRounds(bench, [{ label: 'send and a transaction, in turns' }], () =>
      bench.server.withDatabase(async (url) => {
        const { send, transaction } = await runAside<SendLatencies>('send', { url, seconds });
        bench.figures.add('send/countermand/p50', send);
        bench.figures.add('send/transaction/p50', transaction);
        return `${send.toFixed(2)} ms, ${transaction.toFixed(2)} ms`;
      }),
    );
  },
};
