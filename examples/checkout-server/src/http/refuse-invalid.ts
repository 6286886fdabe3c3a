import { Problem } from './problem.ts';

interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** What came of checking one part of a request by its schema. */
export type Checked =
  | { readonly success: true }
  | {
      readonly success: false;
      readonly target: string;
      readonly error: { readonly issues: readonly Issue[] };
    };

/** Turns what a route's own schemas refuse into a problem. @throws Problem `BODY_INVALID`, `REQUEST_INVALID` */
export function refuseInvalid(checked: Checked): undefined {
  if (checked.success) return undefined;
  const details = checked.error.issues.map(({ path, message }) =>
    path.length > 0 ? `${path.join('.')}: ${message}` : message,
  );
  throw new Problem(checked.target === 'json' ? 'BODY_INVALID' : 'REQUEST_INVALID', details.join('; '));
}
