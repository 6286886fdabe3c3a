/**
 * A column that is looked up in its index for each row of a list, as a condition in SQL.
 *
 * With a plain equality a plan may as well read the table through the index, in the order of its keys, and look for each
 * of its rows in the list. Where the table was vacuumed or analyzed while it was nearly empty, that seems to be the
 * cheaper way, and stays the plan for all of a backlog that comes afterwards, until the next analyze. An array of one
 * has no order that a plan could begin with.
 *
 * @param column - the indexed one
 * @param value - of the list
 */
export function lookUp(column: string, value: string): string {
  return `${column} = any(array[${value}])`;
}

/** The rows of an outbox that a list names by `sagaId` and `key`. */
export function lookUpRow(outbox: string, list: string): string {
  return `${lookUp(`${outbox}.saga_id`, `${list}."sagaId"`)} and ${lookUp(`${outbox}.key`, `${list}.key`)}`;
}
