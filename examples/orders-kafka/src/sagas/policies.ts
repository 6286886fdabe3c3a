/** Services and Kafka may be away for a while: a request is repeated until its deadline. Milliseconds. */
export const patient = {
  retry: { attempts: 1_000, initialDelayMs: 200, maxDelayMs: 2_000, jitter: 0.2 },
  timeoutMs: 5_000,
  deadlineMs: 600_000,
};

/** What undoes is not given up for a day. */
export const stubborn = {
  ...patient,
  deadlineMs: 86_400_000,
  retry: { ...patient.retry, attempts: 100_000 },
};
