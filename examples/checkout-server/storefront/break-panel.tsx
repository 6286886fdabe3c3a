import { useState } from 'preact/hooks';
import type { LiveWorld } from '../src/dev/live-contract.ts';
import { FACTS } from './facts.ts';
import { STRIKABLE } from './name-things.ts';
import type { Breakable } from './shop-api.ts';

interface Props {
  readonly world: LiveWorld;
  readonly orderId: string | undefined;
  /** A webhook about the order has come, which can be delivered again. */
  readonly hasWebhook: boolean;
  readonly onBreak: (what: Breakable, how: object) => void;
}

/** Everything that can be broken, and put right again. */
export function BreakPanel({ world, orderId, hasWebhook, onBreak }: Props) {
  const { services } = world;
  const isStopped = services?.is === 'stopped';
  return (
    <section class="card break" aria-label="Break it">
      <h2>
        <span class="step">3</span> Break it
      </h2>
      <WorkerPart world={world} onBreak={onBreak} />
      <div class="part">
        <h3>
          Payments, stock, shipping <Dot is={isStopped ? 'stopped' : 'working'} />
        </h3>
        <p class="soft">One process plays them all, and keeps books of its own.</p>
        <div class="buttons">
          {services && FACTS.can_suspend && (
            <button
              type="button"
              class={isStopped ? 'primary' : 'danger'}
              onClick={() => onBreak('services', { act: isStopped ? 'start' : 'stop' })}
            >
              {isStopped ? 'Start the payment service' : 'Stop the payment service'}
            </button>
          )}
          {services && (
            <button type="button" class="danger" onClick={() => onBreak('services', { act: 'kill' })}>
              Kill it
            </button>
          )}
        </div>
        <label class="check">
          <input
            type="checkbox"
            checked={world.slow}
            disabled={isStopped}
            onChange={({ currentTarget }) =>
              onBreak('services', { act: currentTarget.checked ? 'slow' : 'fast' })
            }
          />
          Slow motion: every call takes a second
        </label>
      </div>
      <WebhookPart
        orderId={orderId}
        hasWebhook={hasWebhook}
        heldUntil={world.webhooks_held_until}
        onBreak={onBreak}
      />
    </section>
  );
}

function WorkerPart({ world: { worker }, onBreak }: Pick<Props, 'world' | 'onBreak'>) {
  const [step, setStep] = useState('capture');
  const isOwn = worker.where === 'process';
  const isGone = worker.is !== 'working';
  return (
    <div class="part">
      <h3>
        Worker{' '}
        <span class="soft">
          {isGone ? 'is being started again' : isOwn ? `process ${worker.pid}` : 'part of the server'}
        </span>{' '}
        <Dot is={worker.is} />
      </h3>
      {isOwn ? (
        <>
          <button type="button" class="danger" disabled={isGone} onClick={() => onBreak('worker', {})}>
            Kill the worker now
          </button>
          <div class="buttons">
            <button
              type="button"
              class="danger"
              disabled={isGone}
              onClick={() => onBreak('worker', { in_the_middle_of: step })}
            >
              Kill it while
            </button>
            <select
              aria-label="Kill it while"
              value={step}
              onChange={({ currentTarget }) => setStep(currentTarget.value)}
            >
              {STRIKABLE.map((one) => (
                <option key={one.step} value={one.step}>
                  {one.title}
                </option>
              ))}
            </select>
          </div>
          {worker.will_be_struck_at === undefined ? (
            <p class="soft">
              A real <code>kill -9</code>. “While”: when the next order gets there, it has happened in the
              world and nobody has written it down.
            </p>
          ) : (
            <p class="armed">It will be killed when an order gets there: place one.</p>
          )}
        </>
      ) : (
        <p class="soft">
          Start the server with <code>npm start</code> or <code>WORKER_PROCESS=true</code>, and it can be
          killed here.
        </p>
      )}
    </div>
  );
}

function WebhookPart({
  orderId,
  hasWebhook,
  heldUntil,
  onBreak,
}: Omit<Props, 'world'> & { readonly heldUntil: string | undefined }) {
  const about = (act: string) => () => onBreak('webhook', { act, order_id: orderId });
  return (
    <div class="part">
      <h3>
        Webhooks <Dot is={heldUntil === undefined ? 'working' : 'stopped'} />
      </h3>
      <div class="buttons">
        <button type="button" disabled={!hasWebhook} aria-describedby="no-webhook" onClick={about('again')}>
          Deliver the last one twice
        </button>
        <button type="button" disabled={!hasWebhook} aria-describedby="no-webhook" onClick={about('as_news')}>
          … under a new id
        </button>
        <button
          type="button"
          disabled={heldUntil !== undefined}
          onClick={() => onBreak('webhook', { act: 'hold' })}
        >
          {heldUntil === undefined
            ? 'Make all late'
            : `Held until ${new Date(heldUntil).toLocaleTimeString([], { hour12: false })}`}
        </button>
        <button type="button" disabled={orderId === undefined} onClick={about('early')}>
          “Packed” too early
        </button>
      </div>
      {!hasWebhook && (
        <p class="soft" id="no-webhook">
          {orderId === undefined
            ? 'Place or choose an order: webhooks are about one.'
            : 'No webhook about this order has come since the server was started, so that none can come twice.'}
        </p>
      )}
    </div>
  );
}

function Dot({ is }: { readonly is: 'working' | 'stopped' | 'starting' }) {
  return <span class={`dot ${is}`} role="img" aria-label={is} />;
}
