/** What the driver says, without a code, of a connection that broke, or that nobody could be given in time. */
const LOST = /^(Connection terminated|timeout exceeded when trying to connect)/;

/** Whether an error says that a connection to the database broke, or couldn't be had. What has a code says so itself. */
export function isConnectionLost(error: Error): boolean {
  return !('code' in error && error.code !== undefined) && LOST.test(error.message);
}
