import type { TargetedEvent } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { MachinesAnswer } from '../../src/wire.js';
import { api } from './api.js';
import { go } from './router.js';
import { STATUSES, statusName } from './status-badge.js';

const HOUR = 3_600_000;
const TIMES = [
  ['', 'Any time'],
  [String(HOUR), 'Last hour'],
  [String(24 * HOUR), 'Last day'],
  [String(7 * 24 * HOUR), 'Last week'],
  [String(30 * 24 * HOUR), 'Last 30 days'],
] as const;

interface FilterBarProps {
  readonly query: URLSearchParams;
  /** Another value: the list has changed. */
  readonly changed: unknown;
}

/** The list's filters. They stand in the address, so that a list can be sent to somebody. */
export function FilterBar({ query, changed }: FilterBarProps) {
  const machines = useMachines(changed);
  const status = query.get('status') ?? '';
  const type = query.get('type') ?? '';
  const set = (name: string, value: string) => {
    const next = new URLSearchParams(query);
    if (value.trim() === '') next.delete(name);
    else next.set(name, value.trim());
    const text = next.toString();
    go(text === '' ? 'sagas' : `sagas?${text}`, { replace: true });
  };
  const state = useTyped(query.get('state') ?? '', (value) => set('state', value));
  const attribute = useTyped(query.get('attribute') ?? '', (value) => set('attribute', value));
  const total = (of: (typeof STATUSES)[number]) =>
    machines.reduce((sum, { survey }) => sum + survey.statuses[of], 0);
  const paths = machines.filter(({ name }) => type === '' || name === type);
  const states = new Set(paths.flatMap(({ survey }) => survey.states.map(({ path }) => path)));
  return (
    <search class="filters">
      <fieldset class="segments" aria-label="Status">
        <button type="button" aria-pressed={status === ''} onClick={() => set('status', '')}>
          All
        </button>
        {STATUSES.map((one) => (
          <button key={one} type="button" aria-pressed={status === one} onClick={() => set('status', one)}>
            {statusName(one)}
            {one !== 'rest' && machines.length > 0 && <span class={`tally tally-${one}`}>{total(one)}</span>}
          </button>
        ))}
      </fieldset>
      <label>
        <span>Type</span>
        <select value={type} onChange={(event) => set('type', event.currentTarget.value)}>
          <option value="">All types</option>
          {machines.map(({ name }) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <label>
        <span>State</span>
        <input list="filter-states" placeholder="PAID.checking" {...state} />
        <datalist id="filter-states">
          {[...states].sort().map((path) => (
            <option key={path} value={path} />
          ))}
        </datalist>
      </label>
      <label>
        <span>Attribute</span>
        <input id="filter-attribute" placeholder="name=value" {...attribute} />
      </label>
      <label>
        <span>Started</span>
        <select
          value={query.get('within') ?? ''}
          onChange={(event) => set('within', event.currentTarget.value)}
        >
          {TIMES.map(([value, name]) => (
            <option key={value} value={value}>
              {name}
            </option>
          ))}
        </select>
      </label>
    </search>
  );
}

/** Takes effect with Enter, or when it is left. Until then the list changes under it, and what is typed stays. */
function useTyped(value: string, onSet: (value: string) => void) {
  const [typed, setTyped] = useState<string>();
  return {
    value: typed ?? value,
    onInput: (event: TargetedEvent<HTMLInputElement>) => setTyped(event.currentTarget.value),
    onChange: (event: TargetedEvent<HTMLInputElement>) => {
      setTyped(undefined);
      onSet(event.currentTarget.value);
    },
    onBlur: () => setTyped(undefined),
  };
}

/** Counting takes longer than a page of the list. */
const COUNT_EVERY_MS = 5_000;

/** The machines with their counts, asked for again when the list has changed. */
function useMachines(changed: unknown): MachinesAnswer['items'] {
  const [machines, setMachines] = useState<MachinesAnswer['items']>([]);
  const next = useRef<{ at: number; timer?: ReturnType<typeof setTimeout> | undefined }>({ at: 0 });
  useEffect(() => {
    const { current } = next;
    // Whatever changes until then, it is asked once.
    if (current.timer !== undefined) return;
    const ask = () => {
      current.at = Date.now() + COUNT_EVERY_MS;
      current.timer = undefined;
      // Without them one can still filter by everything else.
      api.machines().then(
        ({ items }) => setMachines(items),
        () => undefined,
      );
    };
    current.timer = setTimeout(ask, Math.max(0, current.at - Date.now()));
  }, [changed]);
  useEffect(() => () => clearTimeout(next.current.timer), []);
  return machines;
}
