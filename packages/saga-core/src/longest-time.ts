/**
 * The longest time that a definition may give, in milliseconds: 100 years. What ends never can't be written as JSON, and
 * no database knows a date for it.
 */
export const MAX_TIME_MS = 100 * 365 * 86_400_000;
