import { setTimeout } from 'node:timers/promises';
import type { Catalog } from '@countermand-examples/participants/contract';
import type { ParticipantsClient } from '../adapters/participants-client.ts';

type Item = Catalog['items'][number];

const FRESH_MS = 1_000;
const PATIENCE_MS = 250;
const USABLE_MS = 10 * 60_000;

/**
 * What can be bought, asked of the participants and kept for a second. While they don't answer, or not at once,
 * what was known last serves for ten minutes: an order can be taken without them, its saga waits.
 */
export class CatalogReader {
  #known: { readonly items: ReadonlyMap<string, Item>; readonly at: number } | undefined;
  #asking: Promise<ReadonlyMap<string, Item>> | undefined;

  constructor(
    private readonly client: Pick<ParticipantsClient, 'get'>,
    private readonly now: () => number = () => performance.now(),
    /** Resolves when enough was waited for those who have an older answer. */
    private readonly patience: () => Promise<void> = () => setTimeout(PATIENCE_MS),
  ) {}

  /** By SKU. @throws what the client throws when nothing usable is known */
  async read(): Promise<ReadonlyMap<string, Item>> {
    const known = this.#known;
    if (known && this.now() - known.at < FRESH_MS) return known.items;
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = undefined;
    });
    if (!known || this.now() - known.at >= USABLE_MS) return await this.#asking;
    const older = this.patience().then(() => known.items);
    return await Promise.race([this.#asking, older]).catch(() => known.items);
  }

  async #ask(): Promise<ReadonlyMap<string, Item>> {
    const { items } = await this.client.get<Catalog>('/catalog');
    const bySku = new Map(items.map((item) => [item.sku, item]));
    this.#known = { items: bySku, at: this.now() };
    return bySku;
  }
}
