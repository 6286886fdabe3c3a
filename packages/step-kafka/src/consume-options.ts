import type { Routes } from '@countermand/step-messages';

/** What is consumed, and what it means. */
export interface ConsumeOptions {
  /** Processes with the same group share the work, and what they have taken is kept under this name. */
  readonly groupId: string;
  /** What the messages of each topic mean, by their type. */
  readonly topics: Readonly<Record<string, Routes>>;
  /** Where messages go that can never be taken. Default: the group's name with `.dead-letters`. */
  readonly deadLetterTopic?: string;
  /** Whether a new group begins with the oldest messages. Default `true`: what is old is skipped, nothing missed. */
  readonly fromBeginning?: boolean;
  /** Handed to the client's `consumer()`. */
  readonly consumer?: object;
}
