import type { Place } from '@emdia/calendar';

/** What of a person can be reached, each closed by itself: letters go to the one, people call the other. */
export const POINTS = ['email', 'phone'] as const;
export type Point = (typeof POINTS)[number];

/** Who a letter goes to, as billing-ingestion tells it; never stored here, never logged. */
export interface Addressee {
  readonly creditor_id: string;
  readonly customer_id: string;
  readonly person_key: string;
  readonly name: string | null;
  readonly email: string | null;
  /** A state, or a municipality (`SP-3550308`). */
  readonly state: Place | null;
  /** HMAC of the e-mail address; null without one. */
  readonly contact_point_key: string | null;
  /** HMAC of the telephone number; null without one. */
  readonly phone_key: string | null;
  /** False for an address that no mail can be sent to: malformed, or reserved (`.invalid`) where the sink is not local. */
  readonly deliverable: boolean;
  readonly creditor: Creditor;
}

/** The creditor as debtors see it. */
export interface Creditor {
  readonly creditor_id: string;
  readonly name: string;
  readonly document: string;
  readonly address: string;
  readonly contact_email: string | null;
  readonly contact_phone: string | null;
  readonly sender_name: string;
}

/** The key of a person's contact point; null where billing knows none. */
export const pointOf = ({ contact_point_key, phone_key }: Addressee, point: Point): string | null => (point === 'email' ? contact_point_key : phone_key);
