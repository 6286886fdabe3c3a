import { openCountermand } from './countermand.ts';
import type { Driver } from './driver.ts';
import type { OpenPeer, PeerOptions } from './peer-driver.ts';
import { openPgBossChain } from './pg-boss-chain.ts';
import { openPlainSql } from './plain-sql.ts';

/** Opens a program in one setting. Peers are loaded only then: they need not be installed for the others. */
export async function openDriver(program: string, options: PeerOptions): Promise<Driver> {
  const { url, setting, stepMs } = options;
  const steps = stepMs ? { stepMs } : {};
  switch (program) {
    case 'countermand':
      return await openCountermand(url, { followUp: setting !== 'queued', ...steps });
    case 'plain-sql':
      return await openPlainSql(url, setting, stepMs);
    case 'pg-boss-chain':
      return await openPgBossChain(options);
    default: {
      const { openPeer } = (await import(`../peers/src/${program}.ts`)) as { openPeer: OpenPeer };
      return await openPeer(options);
    }
  }
}
