/** What `pool.connect()` has thrown: whatever it says, nothing was sent. */
const failures = new WeakSet<object>();

/** Notes an error for {@link isConnectFailure}. It stays as it is: its code and its words are for whoever reads it. */
export function noteConnectFailure(error: unknown): void {
  if (typeof error === 'object' && error !== null) failures.add(error);
}

/** Whether no connection came about, for whatever reason: no address, no certificate, no password that counts. */
export function isConnectFailure(error: object): boolean {
  return failures.has(error);
}
