import type { EventCause } from '../cause.js';
import type { JsonObject } from '../json.js';
import type { AnySaga } from '../saga-definition.js';

/** Says which thing an event is about. */
type Naming = (event: JsonObject, context: unknown) => string | undefined;

/** Watches whether what public events say that they open and close is ever named. */
export class EventNamings {
  /** By event, those of its functions that have named nothing so far. */
  readonly #open = new Map<string, Map<string, Naming>>();
  readonly #asked = new Set<string>();

  /** @param isMade - whether the payloads of an event were made; of an author's samples nothing is told */
  constructor({ events }: AnySaga, isMade: (type: string) => boolean) {
    for (const [type, { opens, closes = [] }] of Object.entries(events)) {
      if (!isMade(type)) continue;
      const namings = new Map<string, Naming>();
      if (opens) namings.set(`opens.instance of event ${type}`, opens.instance);
      for (const { kind, instance } of closes)
        namings.set(`closes.instance of event ${type} for ${kind}`, instance);
      if (namings.size > 0) this.#open.set(type, namings);
    }
  }

  /** Looks at the events that may come in one state. */
  note(causes: readonly EventCause[], context: JsonObject): void {
    if (this.#open.size === 0) return;
    for (const { event } of causes) {
      const namings = this.#open.get(event.type);
      if (!namings) continue;
      this.#asked.add(event.type);
      for (const [what, naming] of namings) if (names(naming, event, context)) namings.delete(what);
      if (namings.size === 0) this.#open.delete(event.type);
    }
  }

  /** Those that named nothing, ever. */
  missed(): string[] {
    const asked = [...this.#open].filter(([type]) => this.#asked.has(type));
    return asked.flatMap(([, namings]) => [...namings.keys()].map((what) => `${what} gives nothing`));
  }
}

/** True where it throws, which is another rule's to find. */
function names(naming: Naming, event: JsonObject, context: JsonObject): boolean {
  try {
    return naming(event, context) !== undefined;
  } catch {
    return true;
  }
}
