/** The number that names the first thing; the next one names the second. */
export const FIRST_NUMBER = 1_000_000_001;

/** Which of the texts and numbers that name something it is that stands there, the first or the second; so that both can be swapped. */
export const SAMPLE_NAME = /(sample|5a5a5a5a-5a5a-4a5a-8a5a-00000000000|100000000)([12])/gi;
