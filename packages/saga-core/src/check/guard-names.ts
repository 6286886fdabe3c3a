/** What code without a name of its own is called by JavaScript, where it stands as `guard: () => ...`. */
const NO_NAMES = ['', 'guard'];

/** Calls guards what people find them by: their names, or where they stand. */
export class GuardNames {
  readonly #owners = new Map<string, unknown>();

  /** A guard that the machine has under a name. */
  own(guard: unknown, name: string): string {
    this.#owners.set(name, guard);
    return name;
  }

  /** A guard that stands where it is asked; its function's name, where no other one has it. */
  of(guard: { readonly name: string }, place: string): string {
    const { name } = guard;
    if (NO_NAMES.includes(name)) return place;
    const owner = this.#owners.get(name) ?? guard;
    this.#owners.set(name, owner);
    return owner === guard ? name : `${name}, ${place}`;
  }
}

/** One of several that stand in one place: ` (2nd of 3)`; nothing where it is alone. */
export function whichOf(index: number, count: number): string {
  return count > 1 ? ` (${ordinal(index + 1)} of ${count})` : '';
}

function ordinal(number: number): string {
  const isTeen = number % 100 > 10 && number % 100 < 14;
  const ending = isTeen ? undefined : ['th', 'st', 'nd', 'rd'][number % 10];
  return `${number}${ending ?? 'th'}`;
}
