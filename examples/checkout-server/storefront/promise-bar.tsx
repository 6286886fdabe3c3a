import type { InvariantGroup, LiveWorld } from '../src/dev/live-contract.ts';

/** What must hold whatever is broken; each is judged by several rules. */
export const PROMISES: readonly {
  readonly group: InvariantGroup;
  readonly title: string;
  readonly says: string;
}[] = [
  { group: 'money', title: 'Money', says: 'taken once and kept by a success, or all of it given back' },
  { group: 'stock', title: 'Stock', says: 'every unit is available, held or sold; none is held for nobody' },
  { group: 'once', title: 'Once', says: 'no effect in the world has happened twice' },
  { group: 'liveness', title: 'Going on', says: 'nothing is stuck, and nothing that was promised is lost' },
  { group: 'history', title: 'History', says: 'replayed through the statechart, it gives what is stored' },
];

/** How a promise stands. */
export function standing({ ok, broken }: LiveWorld['judgement'], group: InvariantGroup) {
  if (ok === undefined) return 'unknown';
  return broken[group] > 0 ? 'broken' : 'holds';
}

/** What must hold and how often it was tried, in one line that stays in sight. */
export function PromiseBar({ world: { judgement, counts } }: { readonly world: LiveWorld }) {
  const { ok, reason } = judgement;
  return (
    <div class="bar">
      <ul class="chips" data-ok={ok === undefined ? 'unknown' : String(ok)} aria-label="What must hold">
        {PROMISES.map(({ group, title, says }) => (
          <li
            key={group}
            class={standing(judgement, group)}
            title={ok === undefined ? `${says}; not known at the moment` : says}
          >
            <Mark is={standing(judgement, group)} />
            {title}
          </li>
        ))}
      </ul>
      {reason !== undefined && (
        <p class="unjudged" role="status">
          {reason}
        </p>
      )}
      <dl class="counts">
        <Count name="completed" value={counts.completed} />
        <Count name="undone" value={counts.undone} />
        <Count name="under way" value={counts.under_way} />
        {counts.waiting_for_a_person > 0 && <Count name="for a person" value={counts.waiting_for_a_person} />}
        <Count name="faults injected" value={counts.fault} />
        <Count name="duplicates refused" value={counts.duplicate} />
      </dl>
    </div>
  );
}

/** A tick, a cross or a question mark. */
export function Mark({ is }: { readonly is: ReturnType<typeof standing> }) {
  return (
    <span class="mark" role="img" aria-label={is}>
      {is === 'holds' ? '✓' : is === 'broken' ? '✕' : '?'}
    </span>
  );
}

function Count({ name, value }: { readonly name: string; readonly value: number }) {
  return (
    <div data-count={name}>
      <dd>{value.toLocaleString('en')}</dd>
      <dt>{value === 1 ? name.replace(/s (?=\w+ed$)/, ' ') : name}</dt>
    </div>
  );
}
