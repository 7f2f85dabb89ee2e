import { Injectable } from '@nestjs/common';
import { contactPointKey } from '@emdia/brazil';
import { placeOf } from '@emdia/calendar';
import { Clock, WallClock } from '@emdia/clock';
import { customerKey } from '@emdia/contracts';
import { Config, InternalClient } from '@emdia/runtime';
import { isAddress } from '../channels/mime';
import { Post } from '../channels/post';
import type { Addressee, Creditor } from './addressee';

interface Asked {
  readonly creditor_id: string;
  readonly customer_id: string;
}

interface Answer {
  readonly customers: readonly (Asked & { person_key: string; name: string | null; email: string | null; phone: string | null; state: string | null; city_code: string | null })[];
  readonly creditors: readonly Creditor[];
}

interface Remembered {
  readonly addressee: Addressee | null;
  readonly monotonic_ms: number;
  readonly business_ms: number;
}

const ASKED_MAX = 500;
const REMEMBERED_MS_MAX = 60_000;
const REMEMBERED_MAX = 20_000;
const TIMEOUT_MS = 2_000;

/** Names and addresses, fetched from billing-ingestion when needed and forgotten after 60 s by either clock; in memory only. */
@Injectable()
export class Addressees {
  private readonly remembered = new Map<string, Remembered>();

  constructor(
    private readonly internal: InternalClient,
    private readonly clock: Clock,
    private readonly wall: WallClock,
    private readonly config: Config,
    private readonly post: Post,
  ) {}

  /** By customerKey, as remembered or as billing-ingestion knows them now; null for a customer nobody knows. Throws when billing-ingestion does not answer. */
  async find(asked: readonly Asked[], as: 'remembered' | 'now' = 'remembered'): Promise<Map<string, Addressee | null>> {
    const found = new Map<string, Addressee | null>();
    const missing = new Map<string, Asked>();
    for (const { creditor_id, customer_id } of asked) {
      const key = customerKey(creditor_id, customer_id);
      const known = this.remembered.get(key);
      if (as === 'remembered' && known && this.isFresh(known)) found.set(key, known.addressee);
      else missing.set(key, { creditor_id, customer_id });
    }
    const all = [...missing];
    for (let at = 0; at < all.length; at += ASKED_MAX) {
      const part = all.slice(at, at + ASKED_MAX);
      const told = await this.fetch(part.map(([, each]) => each));
      for (const [key] of part) {
        const addressee = told.get(key) ?? null;
        this.remember(key, addressee);
        found.set(key, addressee);
      }
    }
    return found;
  }

  private async fetch(customers: readonly Asked[]): Promise<Map<string, Addressee>> {
    const answer = await this.internal.post<Answer>('billing-ingestion', '/internal/v1/customers', { customers }, { timeout_ms: TIMEOUT_MS });
    const creditors = new Map(answer.creditors.map((creditor) => [creditor.creditor_id, creditor]));
    const told = new Map<string, Addressee>();
    for (const { creditor_id, customer_id, person_key, name, email, phone, state, city_code } of answer.customers) {
      const creditor = creditors.get(creditor_id);
      if (!creditor) continue;
      told.set(customerKey(creditor_id, customer_id), {
        creditor_id, customer_id, person_key, name, email, state: placeOf(state, city_code), creditor,
        contact_point_key: email === null ? null : contactPointKey('email', email, this.config.installationKey),
        phone_key: phone === null ? null : contactPointKey('phone', phone, this.config.installationKey),
        deliverable: email !== null && isAddress(email) && this.post.reaches(email),
      });
    }
    return told;
  }

  private isFresh({ monotonic_ms, business_ms }: Remembered): boolean {
    const age = Math.max(this.wall.monotonicMs() - monotonic_ms, this.clock.now().getTime() - business_ms);
    return age <= REMEMBERED_MS_MAX;
  }

  private remember(key: string, addressee: Addressee | null): void {
    // A cap and not a cleverer choice: whoever was forgotten too early is asked about once more.
    if (this.remembered.size >= REMEMBERED_MAX) this.remembered.clear();
    this.remembered.set(key, { addressee, monotonic_ms: this.wall.monotonicMs(), business_ms: this.clock.now().getTime() });
  }
}
