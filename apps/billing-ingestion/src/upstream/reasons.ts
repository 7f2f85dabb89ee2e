/** Why an event is not taken in; closed, so that every caller can tell them apart. */
export const reasons = {
  'not-an-event': { status: 400, title: 'Not a CloudEvent', advice: 'Send a CloudEvents 1.0 object in structured mode: specversion, id, source, type, data.' },
  oversized: { status: 413, title: 'Event too large', advice: 'Keep one event within 256 KiB.' },
  'unstorable-text': { status: 422, title: 'Text that cannot be kept', advice: 'Remove NUL characters and unpaired surrogates.' },
  'unknown-type': { status: 422, title: 'Unknown event type', advice: 'Use one of the types listed in the documentation.' },
  'unknown-version': { status: 422, title: 'Unknown event version', advice: 'Send a version that this installation knows, or update the installation and replay.' },
  'contract-violation': { status: 422, title: 'Data does not fit its contract', advice: 'Correct the field named in the detail and send the event again.' },
  'date-out-of-range': { status: 422, title: 'Date out of range', advice: 'Send a due date at most ten years from the issue date and from today.' },
  'unknown-city': { status: 422, title: 'Unknown municipality', advice: 'Send the IBGE code of seven digits of a municipality of that state, or leave it out.' },
  'unknown-state': { status: 422, title: 'Unknown state', advice: 'Send one of the 27 UFs of Brazil in upper case, or leave it out.' },
  'wrong-currency': { status: 422, title: 'Wrong currency', advice: 'Send amounts in the currency the creditor is registered with.' },
  'unknown-creditor': { status: 422, title: 'Unknown creditor', advice: 'Register the creditor (PUT /v1/creditors/{creditor_id}), then send or replay the event.' },
  'not-its-creditor': { status: 403, title: 'Not its creditor', advice: 'Speak only for the creditors this platform or key is registered for.' },
  unmappable: { status: 422, title: 'Webhook that cannot be told', advice: 'Replay it corrected, as the upstream event that it means, or discard it.' },
  unanswered: { status: 503, title: 'The platform gave no answer', advice: 'Check the address and credentials of the webhook; then replay it corrected, as the upstream event that it means, or discard it.' },
  'conflicting-content': { status: 409, title: 'Same id, other content', advice: 'Nothing was overwritten. Use a new id, or a higher source_version or occurred_at where a value is replaced.' },
} as const;

export type Reason = keyof typeof reasons;

/** What is wrong with one event, in words without personal data. */
export interface Wrong {
  readonly reason: Reason;
  readonly detail: string;
}

export const wrong = (reason: Reason, detail: string): Wrong => ({ reason, detail });

/** One rejection as an RFC 9457 body. */
export const problemOf = ({ reason, detail }: Wrong) => ({
  type: `urn:emdia:problem:${reason}`,
  title: reasons[reason].title,
  status: reasons[reason].status,
  detail: `${detail} ${reasons[reason].advice}`,
});
