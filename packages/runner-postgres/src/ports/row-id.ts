/** One text for a saga and a key within it. */
export function rowId(sagaId: string, key: string): string {
  return `${sagaId} ${key}`;
}
