import type { SagaAnswer, WireAct } from '../../src/wire.js';
import { clock } from './format.js';

/** Stands in a saga's reasons where a person has parked it: no step's key, so that nothing of it can be skipped. */
export const BY_HAND = 'hand';

interface ParkedNoticeProps {
  readonly answer: SagaAnswer;
  readonly mayAct: boolean;
  readonly onAct: (act: WireAct) => void;
}

/** Why a saga waits for a person; or a step of it that nobody waits for, while the saga itself goes on. */
export function ParkedNotice({ answer: { view }, mayAct, onAct }: ParkedNoticeProps) {
  const { parked, steps } = view;
  const asides = steps.filter(
    ({ key, status }) => status === 'parked' && !parked.some((reason) => reason.key === key),
  );
  const count = parked.length + asides.length;
  if (count === 0) return null;
  const retry = (key: string) =>
    mayAct &&
    count > 1 && (
      <button type="button" class="small" onClick={() => onAct({ type: 'retry', key })}>
        Retry this …
      </button>
    );
  return (
    <section class="notice notice-bad" aria-label="Why it is parked">
      <h2>{parked.length > 0 ? 'Waits for a person' : 'A step waits for a person'}</h2>
      <ul>
        {parked.map(({ code, message, key, at }) => (
          <li key={`${code} ${key}`}>
            <b>{code}</b> {message}
            <span class="quiet small">
              {' '}
              {key} · {clock(at)}
            </span>{' '}
            {key !== undefined && key !== BY_HAND && retry(key)}
          </li>
        ))}
        {asides.map(({ key, name, error }) => (
          <li key={key}>
            <b>{name}</b> {error} <span class="quiet small">{key}</span> {retry(key)}
          </li>
        ))}
      </ul>
      <p class="small">
        {parked.length > 0
          ? 'What arrives meanwhile is kept, and applied when it goes on.'
          : 'The saga goes on without it.'}
      </p>
    </section>
  );
}
