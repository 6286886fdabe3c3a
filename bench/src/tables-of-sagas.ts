import type pg from 'pg';

interface Column {
  readonly name: string;
  readonly type: string;
}

/** A table in which sagas have rows. */
export interface SagaTable {
  readonly name: string;
  /** The column that holds the saga's id. */
  readonly key: string;
  readonly columns: readonly Column[];
}

/** The tables that hold rows of sagas, with the columns that can be written, as the database has them now. */
export async function tablesOfSagas(client: pg.Client): Promise<SagaTable[]> {
  const { rows } = await client.query<Column & { readonly table: string }>(`
    select c.table_name as table, c.column_name as name, c.data_type as type
    from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
    where c.table_schema = 'countermand' and t.table_type = 'BASE TABLE' and c.is_generated = 'NEVER'
    order by c.table_name, c.ordinal_position`);
  return [...Map.groupBy(rows, ({ table }) => table)].flatMap(([name, columns]) => {
    const key = name === 'saga' ? 'id' : 'saga_id';
    return columns.some((column) => column.name === key) ? [{ name, key, columns }] : [];
  });
}
