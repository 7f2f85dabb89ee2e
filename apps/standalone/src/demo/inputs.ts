import type { Book, Deed, UpstreamEvent } from './fact';
import type { Client } from './client';

const BULK_MAX = 500;
export const PLATFORM = 'demo';
const RAILS = ['BOLETO', 'PIX_COB', 'PIX_COBV', 'TRANSFER', 'CARD'];

/** Hands upstream events over; resolves once they are accepted by whatever carries them. */
export type Publish = (events: readonly UpstreamEvent[]) => Promise<void>;

interface Submitted {
  readonly rejected: readonly { readonly index: number; readonly problem: { readonly title: string; readonly detail: string } }[];
}

const RESOURCES: Readonly<Record<string, string>> = { 'upstream.invoice-issued.v1': '/v1/invoices', 'upstream.payment-received.v1': '/v1/payments' };

/** By REST: CloudEvents to `/v1/events`; or, as a creditor without a platform would, their data to the resource endpoints. */
export const publishByRest = (client: Client, asResources: boolean): Publish => async (events) => {
  const batches = asResources ? Object.entries(RESOURCES).map(([type, path]) => ({ path, body: events.filter((event) => event.type === type).map(({ data }) => data as unknown) })) : [{ path: '/v1/events', body: events as readonly unknown[] }];
  for (const { path, body } of batches) {
    if (body.length === 0) continue;
    const { rejected } = await client.post<Submitted>(path, body);
    const [first] = rejected;
    if (first) throw new Error(`${path} refused ${rejected.length} of ${body.length}, for instance: ${first.problem.title}. ${first.problem.detail} ${JSON.stringify(body[first.index])}`);
  }
};

interface Agreement {
  readonly agreement_id: string;
  readonly instalments: readonly { readonly instalment_id: string; readonly number: number }[];
}

type Of<K extends Deed['kind']> = Extract<Deed, { kind: K }>;

/** The public inputs, as the platform and the creditor's people use them. Remembers the ids that the system gave. */
export class Inputs {
  private readonly agreements = new Map<string, Agreement>();
  private readonly disputes = new Map<string, string>();
  private readonly quarantine = new Map<string, string>();

  /** `badByFile`: what is wrong comes in a file, because REST leaves what it refuses with the caller. */
  constructor(
    private readonly client: Client,
    private readonly publish: Publish,
    private readonly badByFile: boolean,
  ) {}

  /** Makes the creditor, its platform and its payment source known. */
  async register({ creditor_id, creditor, source }: Book): Promise<void> {
    const { creditor_id: _named, ...registration } = creditor;
    await this.client.put(`/v1/creditors/${creditor_id}`, registration);
    await this.client.put(`/v1/platforms/${PLATFORM}`, { creditors: [creditor_id] });
    await this.client.put(`/v1/sources/${source}`, { rails: RAILS, lag_business_days: 1 });
  }

  /** Events of one instant, in their order; an instalment's payment gets the reference that only now is known. */
  async events(deeds: readonly (Of<'event'> | Of<'instalment-payment'>)[]): Promise<void> {
    const inFile = (deed: (typeof deeds)[number]) => this.badByFile && deed.kind === 'event' && deed.unreadable === true;
    const events = deeds.filter((deed) => !inFile(deed)).map((deed) => (deed.kind === 'event' ? deed.event : this.ofInstalment(deed)));
    for (let from = 0; from < events.length; from += BULK_MAX) await this.publish(events.slice(from, from + BULK_MAX));
    for (const { event } of deeds.filter(inFile)) await this.file(event);
  }

  private async file({ id, data }: UpstreamEvent): Promise<void> {
    type Report = { readonly problems: readonly { readonly quarantine_id: string | null }[] };
    const { problems } = await this.client.upload<Report>('/v1/imports?kind=payments', 'application/x-ndjson', JSON.stringify(data));
    const quarantine_id = problems[0]?.quarantine_id;
    if (!quarantine_id) throw new Error(`A payment that was told wrongly on purpose was not quarantined: ${JSON.stringify(data)}`);
    this.quarantine.set(id, quarantine_id);
  }

  private ofInstalment({ agreement, number, event }: Of<'instalment-payment'>): UpstreamEvent {
    const reference = this.agreements.get(agreement)?.instalments.find((instalment) => instalment.number === number)?.instalment_id;
    if (!reference) throw new Error(`Instalment ${number} of ${agreement} is to be paid, but there is no such agreement.`);
    return { ...event, data: { ...event.data, reference } };
  }

  /** What people decide, by REST. */
  async decide(deed: Exclude<Deed, Of<'event'> | Of<'instalment-payment'> | Of<'checked'>>): Promise<void> {
    switch (deed.kind) {
      case 'promise': {
        const { name, kind: _, ...promise } = deed;
        return void (await this.client.post('/v1/promises', promise, name));
      }
      case 'agreement': {
        const { name, kind: _, ...agreement } = deed;
        return void this.agreements.set(name, await this.client.post<Agreement>('/v1/agreements', agreement, name));
      }
      case 'dispute': {
        const { name, kind: _, ...dispute } = deed;
        return void this.disputes.set(name, (await this.client.post<{ dispute_id: string }>('/v1/disputes', dispute, name)).dispute_id);
      }
      case 'dispute-resolved':
        return this.resolve(deed);
      case 'correction':
        return void (await this.client.post(`/v1/quarantine/${await this.quarantined(deed.event_id)}/replay`, { event: deed.event }));
      case 'discard':
        return void (await this.client.post(`/v1/quarantine/${await this.quarantined(deed.event_id)}/discard`, { reason: deed.reason }));
    }
  }

  private async resolve({ name, outcome }: Of<'dispute-resolved'>): Promise<void> {
    const dispute_id = this.disputes.get(name);
    if (!dispute_id) throw new Error(`Dispute ${name} is to be resolved, but was never raised.`);
    await this.client.post(`/v1/disputes/${dispute_id}/resolve`, { outcome }, `${name}-resolved`);
  }

  private async quarantined(event_id: string): Promise<string> {
    const told = this.quarantine.get(event_id);
    if (told) return told;
    const open = await this.client.list<{ id: string; event_id: string }>('/v1/quarantine?status=open');
    const found = open.find((entry) => entry.event_id === event_id);
    if (!found) throw new Error(`Event ${event_id} was told wrongly on purpose, but is not in the quarantine.`);
    return found.id;
  }

  /** The source vouches for a day. */
  async checked({ source, date }: Of<'checked'>): Promise<void> {
    await this.client.post(`/v1/sources/${source}/checked`, { covered_until: date });
  }
}
