/** Who looks through the console, and what they may do. */
export interface ConsolePrincipal {
  /** For the history of what they do: `ops:jane`. 1 to 200 characters. */
  readonly name: string;
  /** `read`: see everything that the redaction leaves. `act`: retry, skip, send, override, park. */
  readonly may: readonly ('read' | 'act')[];
}

/** What `authorize` has given, and no more than is known of it. @throws TypeError where it is no principal */
export function checkPrincipal({ name, may }: ConsolePrincipal): ConsolePrincipal {
  const isName = typeof name === 'string' && name.length > 0 && name.length <= 200;
  if (isName && Array.isArray(may))
    return { name, may: may.filter((one) => one === 'read' || one === 'act') };
  throw new TypeError(
    "authorize must give { name, may }: a name of 1 to 200 characters, and ['read', 'act']",
  );
}

/**
 * Says who makes a request. Called for every one but those for the page's own files, which say nothing of anybody.
 * `undefined`: nobody who may see anything, answered with 401. A `Response` is given as it is: a redirect to where one
 * signs in, say.
 */
export type Authorize = (
  request: Request,
) => ConsolePrincipal | Response | undefined | Promise<ConsolePrincipal | Response | undefined>;
