import type { LedgerLine } from '@countermand/saga-core';
import type { SagaAnswer } from '../../src/wire.js';
import { clock, money } from './format.js';

const CLOSED = {
  step: 'closed by a step',
  undo: 'undone',
  declined: 'never opened: declined',
  event: 'closed by an event',
  absent: 'found absent',
  skipped: 'given up by a person',
} as const;

/** Obligations as a ledger: what was opened in the world, and what closed it. */
export function LedgerView({ answer: { story } }: { readonly answer: SagaAnswer }) {
  if (story.ledger.length === 0) return <p class="empty">It has opened nothing in the world.</p>;
  return (
    <div class="scroll">
      <table class="plain">
        <thead>
          <tr>
            <th scope="col">Obligation</th>
            <th scope="col">Stands</th>
            <th scope="col" class="number">
              Amount
            </th>
            <th scope="col">Opened</th>
            <th scope="col">Closed</th>
            <th scope="col">Undone by</th>
          </tr>
        </thead>
        <tbody>
          {story.ledger.map((line) => (
            <Line key={line.id} line={line} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Line({ line: { kind, instance, by, undo, amount, changes } }: { readonly line: LedgerLine }) {
  const [first, last] = [changes[0], changes.at(-1)];
  const isClosed = last?.certainty === 'closed';
  return (
    <tr>
      <td>
        <b>{kind}</b> <div class="quiet small mono">{instance}</div>
      </td>
      <td>
        <span class={`chip chip-${last?.certainty}`}>{last?.certainty}</span>
        {last?.closedBy && <span class="quiet small"> {CLOSED[last.closedBy]}</span>}
      </td>
      <td class="number">{amount ? money(amount) : ''}</td>
      <td class="small">
        {by}
        <div class="quiet">{first && `${clock(first.at)}, line ${first.seq}`}</div>
      </td>
      <td class="small">{isClosed ? `${clock(last.at)}, line ${last.seq}` : ''}</td>
      <td class="small">{undo ?? <span class="quiet">no way back</span>}</td>
    </tr>
  );
}
