import type { LiveLedgerLine, LiveOrder } from '../src/dev/live-contract.ts';
import { euros } from './money.ts';
import { KIND_WORDS, UNDO_WORDS } from './name-things.ts';
import { words } from './tell-event.ts';

const KEPT: ReadonlySet<string> = new Set(['SHIPPED', 'IN_TRANSIT']);

/** What the order has open in the world, what was closed, and what would be undone if it failed now. */
export function Ledger({ live }: { readonly live: LiveOrder }) {
  const { ledger, order } = live;
  const isDone = KEPT.has(order.status);
  return (
    <div class="two">
      <div>
        <h3>Open in the world</h3>
        {ledger.length === 0 ? (
          <p class="soft">Nothing yet.</p>
        ) : (
          <ul class="ledger">
            {ledger.map((line) => (
              <li key={line.id} class={line.certainty} data-kind={line.kind}>
                <span>{nameOf(line.kind)}</span>
                {line.amount && <span class="amount">{euros(line.amount.amount)}</span>}
                <span class="state">{stateOf(line, isDone)}</span>
              </li>
            ))}
          </ul>
        )}
      </div>
      <Undo live={live} />
    </div>
  );
}

function Undo({ live: { undo, order } }: { readonly live: LiveOrder }) {
  const isOver = order.status === 'FAILED' || order.status === 'CANCELLED';
  if (KEPT.has(order.status)) {
    return (
      <div>
        <h3>If it failed now</h3>
        <p class="soft">It can't any more: it has left the warehouse. From there only forward.</p>
      </div>
    );
  }
  if (isOver && undo.length === 0) return null;
  return (
    <div>
      <h3>{isOver ? 'Still to be undone, in this order' : 'If it failed now'}</h3>
      {undo.length === 0 ? (
        <p class="soft">Nothing would have to be undone.</p>
      ) : (
        <ol class="undo">
          {undo.map(({ obligation, undo: step, certainty, amount }) => (
            <li key={obligation}>
              {step === null ? 'nothing can be done' : (UNDO_WORDS[step] ?? words(step))}
              {amount && ` (${euros(amount.amount)})`}
              {certainty === 'maybe' && ', if it has happened: asked first'}
            </li>
          ))}
        </ol>
      )}
    </div>
  );
}

function nameOf(kind: string): string {
  return KIND_WORDS[kind] ?? words(kind);
}

function stateOf({ certainty, closed_by: how, kind }: LiveLedgerLine, isDone: boolean): string {
  if (certainty === 'maybe') return 'not certain';
  if (certainty === 'open') return isDone ? 'kept' : 'open';
  if (how === 'undo') return kind === 'payment.captured' ? 'refunded' : 'given back';
  if (how === 'declined' || how === 'absent') return 'never happened';
  if (how === 'skipped') return 'settled by hand';
  return kind === 'payment.authorized' ? 'taken' : kind === 'stock.reserved' ? 'sold' : 'closed';
}
