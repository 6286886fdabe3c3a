import type { ForeseeAnswer } from '../../src/wire.js';
import { money, stateName, timerName } from './format.js';
import { StatusBadge } from './status-badge.js';

interface ForeseenProps {
  readonly foreseen?: ForeseeAnswer;
  readonly problem?: string;
}

/** What an act would do at this moment. */
export function ForeseenView({ foreseen, problem }: ForeseenProps) {
  if (problem !== undefined) return <p class="notice notice-bad">{problem}</p>;
  if (!foreseen) return <p class="foreseen quiet">Looking ahead …</p>;
  const { outcome, reason, from, to, status, starts, leaves, arms, open, parked } = foreseen;
  const [was, is] = [stateName(from), stateName(to)];
  if (outcome !== 'applied') {
    return (
      <div class="foreseen" aria-live="polite">
        It would be <b>{outcome}</b>
        {reason !== undefined && `: ${reason}`}.
      </div>
    );
  }
  return (
    <div class="foreseen" aria-live="polite">
      <h3>What would happen at once</h3>
      <p>
        {was === is ? <b>{is}</b> : `${was} → `}
        {was !== is && <b>{is}</b>} <StatusBadge status={status} />
      </p>
      <ul class="bullets">
        {starts.map(({ key, step, isAgain }) => (
          <li key={key}>
            <b>{step}</b> {isAgain ? 'runs again' : 'is begun'} <span class="quiet small mono">{key}</span>
          </li>
        ))}
        {leaves.map((key) => (
          <li key={key}>
            <span class="mono">{key}</span> is given up
          </li>
        ))}
        {arms.map((id) => (
          <li key={id}>timer {timerName(id)} is armed</li>
        ))}
        {parked.map((message) => (
          <li key={message} class="bad">
            it stays parked: {message}
          </li>
        ))}
        {starts.length + leaves.length + arms.length + parked.length === 0 && <li>no step is begun</li>}
      </ul>
      {open.length > 0 && (
        <p class="small quiet">
          Open after it: {open.map(({ id, amount }) => (amount ? `${id} (${money(amount)})` : id)).join(', ')}
        </p>
      )}
    </div>
  );
}
