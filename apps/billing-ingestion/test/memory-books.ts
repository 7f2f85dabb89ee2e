import { fold, type Step, type Store } from '@emdia/messaging';
import type { Outgoing } from '@emdia/contracts';
import { aboutKey, customerKey, keyOf } from '../src/upstream/keys';
import type { Receipt } from '../src/upstream/mapping';
import { upstreamStep } from '../src/upstream/mapping';
import { read, type Arrival } from '../src/upstream/reading';
import { customerOf, type State } from '../src/upstream/state';

export const INSTALLATION_KEY = 'a key for specs, thirty-two characters';
export const NOW = new Date('2026-03-10T12:00:00Z');
export const CREDITOR = 'boa-forma';

/** Books in memory, for decisions told as given, when, then; the fold is the real one. */
export class MemoryBooks implements Store<State> {
  readonly name = 'books';
  readonly states = new Map<string, State>();
  /** Every event that went out, in order. */
  readonly sent: Outgoing[] = [];
  private count = 0;

  constructor() {
    this.states.set(aboutKey(CREDITOR), { kind: 'about', creditor: { currency: 'BRL' }, platforms: ['plataforma'] });
    this.states.set(aboutKey('outra'), { kind: 'about', creditor: { currency: 'BRL' }, platforms: [] });
  }

  async also(): Promise<string[]> {
    return [...this.states.entries()].flatMap(([text, state]) => {
      const key = keyOf(text);
      const customer_id = key.kind === 'reference' && state.kind === 'reference' ? customerOf(state) : null;
      if (state.kind === 'payment' && state.payment && state.payment.status !== 'awaited') return [state.payment.key].filter((each) => !each.endsWith('/'));
      return key.kind === 'reference' && customer_id !== null ? [customerKey(key.creditor_id, customer_id)] : [];
    });
  }

  async load(_: unknown, keys: readonly string[]): Promise<Map<string, State>> {
    return new Map(keys.map((key) => [key, this.states.get(key) ?? empty(key)]));
  }

  async save(_: unknown, changed: ReadonlyMap<string, State>): Promise<void> {
    for (const [key, state] of changed) this.states.set(key, state);
  }

  /** Takes a step; resolves with its result, and throws what its decision throws. */
  async step<R>(step: Step<State, R>, now = NOW): Promise<{ result: R; events: readonly Outgoing[] }> {
    const [outcome] = await fold(null as never, [[step]], now);
    if ('error' in outcome!) throw outcome.error;
    this.sent.push(...outcome!.events);
    return { result: outcome!.results[0] as R, events: outcome!.events };
  }

  /** An upstream event of the platform, under an id of its own unless one is given. */
  async take(type: string, data: object, how: Partial<Arrival> & { id?: string } = {}): Promise<{ receipt: Receipt; told: string[]; events: readonly Outgoing[] }> {
    const { id = `evt-${String(++this.count).padStart(4, '0')}`, ...given } = how;
    const body = { specversion: '1.0', id, source: '/plataforma', type: `upstream.${type}.v1`, data: { creditor_id: CREDITOR, ...data } };
    const arrival: Arrival = { origin: 'plataforma', platform: 'plataforma', creditor_id: null, position: 'upstream.plataforma.events.v1/0/7', body: JSON.stringify(body), identified: true, refused: 'quarantine', ...given };
    const { result, events } = await this.step(upstreamStep(this, read(arrival, INSTALLATION_KEY), INSTALLATION_KEY));
    return { receipt: result, told: events.map(({ contract }) => contract.type.slice(8, -3)), events };
  }

  get<K extends State['kind']>(kind: K, key: string): Extract<State, { kind: K }> {
    const state = this.states.get(key) ?? empty(key);
    if (state.kind !== kind) throw new Error(`no ${kind}`);
    return state as Extract<State, { kind: K }>;
  }
}

function empty(text: string): State {
  const key = keyOf(text);
  switch (key.kind) {
    case 'about':
      return { kind: 'about', creditor: null, platforms: [] };
    case 'event':
      return { kind: 'event', content_hash: null, creditor_id: null };
    case 'customer':
      return { kind: 'customer', customer: null };
    case 'reference':
      return { kind: 'reference', invoice: null, numbered: [] };
    case 'payment':
      return { kind: 'payment', payment: null };
    case 'quarantine':
      return { kind: 'quarantine', entry: null };
    case 'source':
      return { kind: 'source', source: null, unread: [] };
  }
}

export const INVOICE = { invoice_id: 'FAT-1', number: '2026/001', issue_date: '2026-03-01', due_date: '2026-03-20', currency: 'BRL', amount_cents: 12_990, customer: { customer_id: 'ana' } };
export const PAYMENT = { payment_id: 'PAG-1', reference: 'FAT-1', amount_cents: 12_990, currency: 'BRL', paid_date: '2026-03-09' };
