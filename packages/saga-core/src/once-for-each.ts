/** A map, weak or not. */
interface Answers<Key, Answer> {
  get(key: Key): Answer | undefined;
  set(key: Key, answer: Answer): unknown;
}

/** What was worked out for this key before, or now. For answers that aren't `undefined`. */
export function onceForEach<Key, Answer>(
  answers: Answers<Key, Answer>,
  key: Key,
  workOut: () => Answer,
): Answer {
  const before = answers.get(key);
  if (before !== undefined) return before;
  const now = workOut();
  answers.set(key, now);
  return now;
}
