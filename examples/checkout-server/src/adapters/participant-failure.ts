/** A participant didn't answer as it should: nobody knows whether it did what was asked. */
export class ParticipantFailure extends Error {}
