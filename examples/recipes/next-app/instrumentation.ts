/** Next calls it once, when the server starts. With `NEXT_MANUAL_SIG_HANDLE=true` it leaves signals to this. */
export async function register(): Promise<void> {
  if (process.env['NEXT_RUNTIME'] !== 'nodejs') return;
  const { bookings } = await import('./bookings.ts');
  await bookings().work();
  process.once('SIGTERM', async () => {
    await bookings().stop(); // what comes now is answered with 503; attempts end, or are handed over
    process.exit(0);
  });
}
