import type { Json, JsonObject } from '@countermand/saga-core';
import { useState } from 'preact/hooks';
import type { HandEvent } from '../../src/wire.js';

interface PayloadFieldsProps {
  readonly event: HandEvent;
  readonly onChange: (payload: JsonObject) => void;
}

/** A field for each member of an event's payload; what is neither text nor number is written as JSON. */
export function PayloadFields({ event: { schema }, onChange }: PayloadFieldsProps) {
  const [texts, setTexts] = useState<Readonly<Record<string, string>>>({});
  const properties = Object.entries((schema['properties'] ?? {}) as JsonObject);
  const required = Array.isArray(schema['required']) ? schema['required'] : [];
  const set = (name: string, text: string) => {
    const next = { ...texts, [name]: text };
    setTexts(next);
    const given = Object.entries(next).filter(([, one]) => one !== '');
    onChange(Object.fromEntries(given.map(([key, one]) => [key, readValue(properties, key, one)])));
  };
  return (
    <>
      {properties.map(([name]) => (
        <label key={name} class="field">
          <span>{name}</span>
          <input
            required={required.includes(name)}
            value={texts[name] ?? ''}
            onInput={(event) => set(name, event.currentTarget.value)}
          />
        </label>
      ))}
    </>
  );
}

function readValue(properties: readonly [string, Json][], name: string, text: string): Json {
  const property = properties.find(([key]) => key === name)?.[1];
  const isText =
    typeof property === 'object' && property !== null && 'type' in property && property['type'] === 'string';
  if (isText) return text;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}
