import pg from 'pg';

/** What is known of the tables is what the test has told: nobody vacuums or analyzes them at a moment of his own. */
export async function withoutAutovacuum(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(`
      do $$ declare found regclass; begin
        for found in select oid from pg_class where relkind = 'r'
          and relnamespace in ('countermand'::regnamespace, 'countermand_boss'::regnamespace) loop
          execute format('alter table %s set (autovacuum_enabled = off)', found);
        end loop;
      end $$`);
  } finally {
    await client.end();
  }
}
