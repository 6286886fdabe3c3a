import type { SagaWrite } from '../ports/saga-write.js';

/**
 * An envelope is written with every step, so what each of them says, or what the row says beside it, stands for a
 * character in the column: one that no JSON text contains, for JSON escapes control characters. It is nothing but a
 * substitution of text, whatever the text is, and `unpacked_envelope` in the database takes it back.
 */
const STANDS_FOR = {
  sagaId: '\u0001',
  emptyBooks: '\u0002',
  untouchedRun: '\u0003',
  head: '\u0004',
} as const;

/** The lists and flags which most envelopes have empty, in the order in which they are written. */
const EMPTY_BOOKS =
  ',"timers":[],"deferred":[],"kept":[],"parked":[],"compensated":false,"pivoted":false,"seq":';
/** A step in flight of which nothing is known yet. */
const UNTOUCHED_RUN = '"left":false,"awaiting":false,"parked":false,"answered":false';

/** The envelope's text as the column has it. */
export function packEnvelope({
  id,
  saga,
  version,
  fingerprint,
  envelopeText,
}: Pick<SagaWrite, 'id' | 'saga' | 'version' | 'fingerprint' | 'envelopeText'>): string {
  const head = `{"sagaId":"${id}","saga":${JSON.stringify(saga)},"version":${version},"fingerprint":"${fingerprint}"`;
  const hasHead = envelopeText.startsWith(head);
  const start = hasHead ? head.length : 0;
  const books = envelopeText.lastIndexOf(EMPTY_BOOKS);
  const rest =
    books < start
      ? envelopeText.slice(start)
      : envelopeText.slice(start, books) +
        STANDS_FOR.emptyBooks +
        envelopeText.slice(books + EMPTY_BOOKS.length);
  const packed = rest.replaceAll(UNTOUCHED_RUN, STANDS_FOR.untouchedRun).replaceAll(id, STANDS_FOR.sagaId);
  return hasHead ? STANDS_FOR.head + packed : packed;
}

/** The envelope of a row, as it was before {@link packEnvelope}; `alias` is a source with the columns of `saga`. */
export function unpackedEnvelope(ours: string, alias: string): string {
  return `${ours}.unpacked_envelope(${alias}.id, ${alias}.saga, ${alias}.version, ${alias}.fingerprint, ${alias}.envelope)`;
}
