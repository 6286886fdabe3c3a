import type { z } from 'zod';

/** Reads settings from the environment; an empty value is the default. @throws Error in one line that says what to use */
export function readEnvironment<Schema extends z.ZodType>(
  schema: Schema,
  environment: Readonly<Record<string, string | undefined>>,
): z.output<Schema> {
  const given = Object.entries(environment).filter(([, value]) => value !== undefined && value !== '');
  const parsed = schema.safeParse(Object.fromEntries(given));
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path: [name], message }) => `${String(name)}: ${message}`);
  throw new Error(problems.join('; '));
}
