import { useEffect, useRef, useState } from 'preact/hooks';
import type { ForeseeAnswer, HandEvent, SagaAnswer, WireAct } from '../../src/wire.js';
import { ApiError, api } from './api.js';
import { ForeseenView } from './foreseen-view.js';
import { BY_HAND } from './parked-notice.js';
import { PayloadFields } from './payload-fields.js';

const TITLES = {
  retry: 'Retry',
  skip: 'Skip',
  park: 'Park',
  send: 'Send',
  override: 'Override',
} as const;

const EXPLAIN = {
  retry: 'What is parked runs again, with the same idempotency key.',
  skip: 'What is parked is given up. A skipped undo closes its obligation: make sure that it is closed in the world.',
  park: 'It stops until a person retries it. What arrives meanwhile is kept.',
  send: 'The event goes to the saga as if it had come from outside.',
  override:
    'Moves it along an edge that its machine declares for administrators, through compensation where one is due.',
} as const;

interface ActDialogProps {
  readonly answer: SagaAnswer;
  readonly act: WireAct;
  readonly onClose: (isDone: boolean) => void;
}

/** An act with what it would do, and a reason; nothing is done before both are there. */
export function ActDialog({ answer, act: first, onClose }: ActDialogProps) {
  const { view } = answer;
  const dialog = useRef<HTMLDialogElement>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  const [act, setAct] = useState(first);
  const [reason, setReason] = useState('');
  const [error, setError] = useState<string>();
  const [isSending, setSending] = useState(false);
  const foreseen = useForesight(view.id, act, view.updatedAt);
  useEffect(() => {
    dialog.current?.showModal();
    field.current?.focus();
  }, []);
  const submit = async (event: Event) => {
    event.preventDefault();
    if (!isReady) return;
    setSending(true);
    try {
      const { outcome, reason: why } = await api.act(view.id, act, reason);
      if (outcome === 'applied' || outcome === 'accepted') return onClose(true);
      setError(`It was ${outcome}${why === undefined ? '' : `: ${why}`}.`);
    } catch (thrown) {
      setError(thrown instanceof ApiError ? thrown.message : 'The server does not answer.');
    } finally {
      setSending(false);
    }
  };
  const isReady = reason.trim() !== '' && foreseen.foreseen !== undefined;
  const title = act.type === 'send' ? `Send ${act.event}` : TITLES[act.type];
  return (
    <dialog ref={dialog} aria-labelledby="act-title" onClose={() => onClose(false)}>
      <form onSubmit={(event) => void submit(event)}>
        <h2 id="act-title">{title}</h2>
        <p class="quiet">{EXPLAIN[act.type]}</p>
        <ActFields answer={answer} act={act} onChange={setAct} />
        <ForeseenView {...foreseen} />
        <label class="field">
          <span>Reason, for the history</span>
          <textarea
            ref={field}
            required
            maxLength={500}
            rows={3}
            value={reason}
            onInput={(event) => setReason(event.currentTarget.value)}
          />
        </label>
        {error !== undefined && (
          <p class="notice notice-bad" role="alert">
            {error}
          </p>
        )}
        <div class="dialog-acts">
          <button type="button" onClick={() => dialog.current?.close()}>
            Leave it
          </button>
          <button type="submit" class="primary" disabled={isSending || !isReady}>
            {isSending ? 'Doing it …' : title}
          </button>
        </div>
      </form>
    </dialog>
  );
}

interface ActFieldsProps {
  readonly answer: SagaAnswer;
  readonly act: WireAct;
  readonly onChange: (act: WireAct) => void;
}

function ActFields({ answer: { view, next, byHand }, act, onChange }: ActFieldsProps) {
  if (act.type === 'retry' || act.type === 'skip') {
    const keys = [
      ...new Set([
        ...view.parked.flatMap(({ key }) => (key === undefined || key === BY_HAND ? [] : key)),
        ...view.steps.filter(({ status }) => status === 'parked').map(({ key }) => key),
      ]),
    ];
    if (keys.length < 2 && act.type === 'retry') return null;
    return (
      <label class="field">
        <span>What</span>
        <select
          value={act.key ?? ''}
          onChange={({ currentTarget: { value } }) =>
            onChange(value === '' ? { type: 'retry' } : { type: act.type, key: value })
          }
        >
          {act.type === 'retry' && <option value="">Everything that is parked</option>}
          {keys.map((key) => (
            <option key={key} value={key}>
              {key}
            </option>
          ))}
        </select>
      </label>
    );
  }
  if (act.type === 'override') {
    const needsForce = next?.overrides.find(({ to }) => to === act.to)?.needsForce ?? false;
    return (
      <>
        <label class="field">
          <span>To</span>
          <select
            value={act.to}
            onChange={({ currentTarget: { value } }) => onChange({ type: 'override', to: value })}
          >
            {next?.overrides.map(({ to }) => (
              <option key={to} value={to}>
                {to}
              </option>
            ))}
          </select>
        </label>
        {needsForce && (
          <label class="check">
            <input
              type="checkbox"
              checked={act.force === true}
              onChange={({ currentTarget: { checked } }) => onChange({ ...act, force: checked })}
            />
            Lift the guard of that edge (force)
          </label>
        )}
      </>
    );
  }
  const event: HandEvent | undefined =
    act.type === 'send' ? byHand.find(({ type }) => type === act.event) : undefined;
  if (act.type !== 'send' || !event) return null;
  return <PayloadFields event={event} onChange={(payload) => onChange({ ...act, payload })} />;
}

interface Foreseen {
  readonly foreseen?: ForeseeAnswer;
  readonly problem?: string;
}

/** While one types, it isn't asked about each letter. */
const TYPING_MS = 150;

/** What the act would do, asked anew whenever it or the saga changes. What was said of another act isn't said of this. */
function useForesight(id: string, act: WireAct, updatedAt: number): Foreseen {
  const of = JSON.stringify(act);
  const [state, setState] = useState<Foreseen & { readonly of: string }>({ of });
  useEffect(() => {
    let isCurrent = true;
    const ask = () =>
      api.foresee(id, JSON.parse(of) as WireAct).then(
        (foreseen) => isCurrent && setState({ of, foreseen }),
        (error: unknown) =>
          isCurrent && setState({ of, problem: error instanceof Error ? error.message : String(error) }),
      );
    const timer = setTimeout(() => void ask(), TYPING_MS);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [id, of, updatedAt]);
  return state.of === of ? state : {};
}
