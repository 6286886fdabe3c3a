import type { ComponentChildren } from 'preact';
import { useRef, useState } from 'preact/hooks';

/** JSON to read and to copy. */
export function JsonView({ value }: { readonly value: unknown }) {
  const text = JSON.stringify(value, undefined, 2);
  const [isCopied, setCopied] = useState(false);
  const place = useRef<HTMLPreElement>(null);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      // Only pages by https, or of this machine, may: it is marked, to be copied by hand.
      if (place.current) getSelection()?.selectAllChildren(place.current);
      return;
    }
    setCopied(true);
    setTimeout(() => setCopied(false), 1_500);
  };
  return (
    <div class="json">
      <button type="button" class="small" onClick={() => void copy()}>
        {isCopied ? 'Copied' : 'Copy'}
      </button>
      <pre ref={place}>{colour(text)}</pre>
    </div>
  );
}

const TOKEN = /("(?:[^"\\]|\\.)*")(\s*:)?|\b(true|false|null|-?\d[\d.eE+-]*)\b/g;

function colour(text: string) {
  const parts: ComponentChildren[] = [];
  let end = 0;
  for (const match of text.matchAll(TOKEN)) {
    const [whole, string, colon, word] = match;
    const kind = colon !== undefined ? 'name' : string !== undefined ? 'string' : 'value';
    parts.push(text.slice(end, match.index));
    parts.push(
      <span key={match.index} class={`json-${kind}`}>
        {string ?? word}
      </span>,
      colon ?? '',
    );
    end = match.index + whole.length;
  }
  return [...parts, text.slice(end)];
}
