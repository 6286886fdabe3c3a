import type { SchemaNames } from './schema-name.js';
import type { Session } from './session.js';

/**
 * Our schema as text, read from the catalog: tables with their columns and settings, indexes, functions. Made for
 * reading and for comparing; the migrations are what makes it. pg-boss's schema is its own affair.
 */
export async function describeSchema(session: Session, { plain }: SchemaNames): Promise<string> {
  const tables = await session.query<{ text: string }>(
    `select format(e'create table %I.%I (\\n%s\\n)%s;', n.nspname, c.relname,
       (select string_agg(format('  %I %s%s%s%s', a.attname, format_type(a.atttypid, a.atttypmod),
           case when co.collname = 'C' then ' collate "C"' else '' end,
           case when a.attnotnull then ' not null' else '' end,
           coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), '')), e',\\n' order by a.attnum)
         from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
         left join pg_collation co on co.oid = a.attcollation
         where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped),
       coalesce(' with (' || array_to_string(c.reloptions, ', ') || ')', '')) as text
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = $1 and c.relkind = 'r' order by c.relname`,
    [plain],
  );
  const indexes = await session.query<{ text: string }>(
    `select indexdef || ';' as text from pg_indexes where schemaname = $1 order by tablename, indexname`,
    [plain],
  );
  const functions = await session.query<{ text: string }>(
    `select trim(pg_get_functiondef(p.oid)) || ';' as text from pg_proc p
     join pg_namespace n on n.oid = p.pronamespace where n.nspname = $1 order by p.proname`,
    [plain],
  );
  const part = (rows: readonly { text: string }[], between: string) =>
    rows.map(({ text }) => text).join(between);
  return `${[part(functions, '\n\n'), part(tables, '\n\n'), part(indexes, '\n')].join('\n\n')}\n`;
}
