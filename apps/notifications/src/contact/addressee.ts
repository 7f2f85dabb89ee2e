/** Who a letter goes to, as billing-ingestion tells it; never stored here, never logged. */
export interface Addressee {
  readonly creditor_id: string;
  readonly customer_id: string;
  readonly person_key: string;
  readonly name: string | null;
  readonly email: string | null;
  readonly state: string | null;
  /** HMAC of the e-mail address; null without one. */
  readonly contact_point_key: string | null;
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
