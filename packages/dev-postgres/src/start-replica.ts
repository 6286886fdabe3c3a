import { chmodSync, cpSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { withClient } from './ask-server.ts';
import { choosePlace, giveTo, type Place } from './choose-place.ts';
import { type PostgresServer, startPostgres } from './start-postgres.ts';

/** Belongs to the running primary alone; empty in a replica that begins. */
const EMPTIED = [
  ...['pg_wal', 'pg_replslot', 'pg_dynshmem', 'pg_notify'],
  ...['pg_serial', 'pg_snapshots', 'pg_stat_tmp', 'pg_subtrans'],
];
const LEFT_OUT = ['postmaster.pid', 'postmaster.opts', 'server.log'];

/**
 * Makes a streaming replica of a server that {@link startPostgres} has started on this machine, and starts it. The
 * server must keep its log for that long: `wal_keep_size`. It is a base backup by PostgreSQL's functions, as
 * `pg_basebackup` makes one, which the package of binaries doesn't bring.
 *
 * @param dataDir - where the replica's data will be; must not exist
 */
export async function startReplica(primary: PostgresServer, dataDir: string): Promise<PostgresServer> {
  const place = choosePlace(dataDir, () => undefined);
  await withClient(primary.url, async (client) => {
    await client.query(`select pg_backup_start('replica', true)`);
    copyData(primary.dataDir, place);
    const { rows } = await client.query<{ labelfile: string }>('select labelfile from pg_backup_stop(false)');
    writeFileSync(path.join(place.dataDir, 'backup_label'), rows[0]?.labelfile ?? '');
  });
  writeFileSync(path.join(place.dataDir, 'standby.signal'), '');
  for (const name of readdirSync(place.dataDir, { recursive: true, encoding: 'utf8' })) {
    giveTo(place.user, path.join(place.dataDir, name));
  }
  giveTo(place.user, place.dataDir);
  const { username, password, port } = new URL(primary.url);
  const settings = { primary_conninfo: `host=127.0.0.1 port=${port} user=${username} password=${password}` };
  return await startPostgres({ dataDir, settings });
}

function copyData(from: string, { dataDir: to }: Place): void {
  mkdirSync(to);
  chmodSync(to, 0o700);
  for (const name of readdirSync(from)) {
    if (LEFT_OUT.includes(name)) continue;
    if (EMPTIED.includes(name)) mkdirSync(path.join(to, name));
    else cpSync(path.join(from, name), path.join(to, name), { recursive: true });
  }
}
