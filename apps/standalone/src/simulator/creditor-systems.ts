import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { addDays, type CivilDate } from '@emdia/calendar';
import type { DunningRetryRequested, DunningServiceChangeRequested, DataOf } from '@emdia/contracts';
import { Seeded } from '../demo/seeded';
import { dayOf } from './director';
import type { Faults } from './faults';
import { hashOf } from './simulated-provider';

type ActData = DataOf<typeof DunningRetryRequested> & Pick<DataOf<typeof DunningServiceChangeRequested>, 'undoes'> & { readonly change?: string };

/** An act as the creditor's systems were asked for it. */
export interface TakenAct extends Omit<ActData, 'change'> {
  readonly kind: string;
  readonly change: string | null;
  readonly key: string;
}

/** What acts ask for: a kind, or the change that it makes. */
export const WANTED = ['retry', 'limit', 'suspend', 'restore', 'notice', 'listing', 'removal', 'protest', 'cancellation', 'write-off'] as const;
export type Wanted = Readonly<Record<(typeof WANTED)[number], number>>;
/** Acts counted by what they ask for. */
export const wantedOf = (acts: Iterable<Pick<TakenAct, 'kind' | 'change'>>): Wanted => {
  const all = [...acts].map(({ kind, change }) => change ?? kind);
  return Object.fromEntries(WANTED.map((wanted) => [wanted, all.filter((each) => each === wanted).length])) as Wanted;
};

/** What comes of an act, and when the platform tells of it. */
export interface Reply {
  readonly act: TakenAct;
  readonly what: 'paid' | 'declined';
  readonly times: number;
  readonly on: CivilDate;
}

/** One try of a charge, by whomever. */
export interface Tried {
  readonly receivable_id: string;
  readonly rail: string | null;
  readonly card: string | null;
  readonly brand: string | null;
  readonly at: Date;
}

const DAY_MS = 86_400_000;
/** What networks, banks and the house allow of one debt, and of one card over all debts: read off their rules once more, not taken from the code that keeps to them. */
const OF_DEBT: readonly { readonly rail: string | null; readonly times: number; readonly days: number }[] = [
  { rail: 'DEBIT', times: 3, days: 30 }, { rail: 'BOLETO', times: 3, days: 60 }, { rail: null, times: 8, days: 60 },
];
const OF_CARD: Readonly<Record<string, readonly { readonly times: number; readonly days: number }[]>> = {
  visa: [{ times: 20, days: 30 }], mastercard: [{ times: 10, days: 1 }, { times: 35, days: 30 }], elo: [{ times: 15, days: 30 }],
};
const PIX = { times: 3, days: 7 };

/**
 * The systems of a creditor that carry out acts: where the webhook leads. They keep what they took, look at each act
 * for what must not be asked of them, and say by and by what came of it. What they do depends on what the act is about
 * and on how often it came, so that two runs of one story meet the same systems.
 */
export class CreditorSystems {
  /** What was taken, by act; an act that was refused or met a busy receiver was not. */
  readonly taken = new Map<string, TakenAct>();
  /** What must not have been asked, in words. */
  readonly broken: string[] = [];
  /** Taken without a word for ever: what becomes of these in the house, it cannot know. */
  readonly mute = new Set<string>();
  private readonly bodies = new Map<string, string>();
  private readonly things = new Map<string, string>();
  private readonly calls = new Map<string, number>();
  private readonly tried: Tried[] = [];
  private news: TakenAct[] = [];
  private replies: Reply[] = [];
  private seed = 0;
  private server!: Server;

  constructor(
    private readonly faults: () => Faults,
    private readonly before: () => void,
  ) {}

  async open(): Promise<void> {
    this.server = createServer((request, response) => void this.hear(request, response));
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
  }
  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/emdia`;
  }

  begin(seed: number): void {
    for (const each of [this.taken, this.mute, this.bodies, this.things, this.calls]) each.clear();
    for (const each of [this.broken, this.tried]) each.length = 0;
    [this.news, this.replies, this.seed] = [[], [], seed];
  }

  /** Charges that the platform tried by itself, or that came of an act. */
  tries(tried: Tried): void {
    this.tried.push(tried);
  }

  private async hear(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const status = this.answer(Buffer.concat(chunks).toString());
    if (status === null) response.destroy();
    else response.writeHead(status).end();
  }

  /** The status to answer with; null where the connection breaks off without one. */
  private answer(body: string): number | null {
    const { type, data } = JSON.parse(body) as { type: string; data: ActData };
    const kind = type.split('.')[1]!.replace(/-requested$/, '');
    const act: TakenAct = { ...data, kind, change: data.change ?? null, key: [data.receivable_id, data.due_date, data.step, data.undoes ? 'back' : ''].join(' ') };
    const { act_id, key } = act;
    if ((this.bodies.get(act_id) ?? body) !== body) this.broken.push(`act ${act_id} came with two bodies`);
    this.bodies.set(act_id, body);
    const times = (this.calls.get(act_id) ?? 0) + 1;
    this.calls.set(act_id, times);
    const faults = this.faults();
    // What gives something back is tried without end, and would fill the story with hours.
    const lot = new Seeded(hashOf(`${this.seed} ${key}`));
    if (!data.undoes && faults.meets('receiver-refused', lot)) return 422;
    const isMute = !data.undoes && faults.meets('receiver-mute', lot);
    const call = new Seeded(hashOf(`${this.seed} ${key} ${times}`));
    if (!isMute && faults.meets('receiver-busy', call)) return 503;
    this.take(act);
    this.before();
    if (isMute) this.mute.add(act_id);
    return isMute || faults.meets('receiver-silent', call) ? null : 204;
  }

  private take(act: TakenAct): void {
    if (this.taken.has(act.act_id)) return;
    const twin = this.things.get(act.key);
    if (twin) this.broken.push(`acts ${twin} and ${act.act_id} ask for the same: ${act.key}`);
    this.things.set(act.key, act.act_id);
    if (act.kind === 'retry') this.broken.push(...this.beyond(act));
    this.taken.set(act.act_id, act);
    this.news.push(act);
    if (act.kind === 'retry') this.tried.push({ receivable_id: act.receivable_id, rail: act.rail, ...this.cardOf(act), at: new Date(act.call_began_at) });
  }

  private cardOf({ receivable_id, rail }: TakenAct): Pick<Tried, 'card' | 'brand'> {
    const last = rail === 'CARD' ? this.tried.findLast((each) => each.receivable_id === receivable_id && each.card !== null) : undefined;
    return { card: last?.card ?? null, brand: last?.brand ?? null };
  }

  /** Which limit a retry goes beyond, by the tries that were made before it. */
  private beyond(act: TakenAct): string[] {
    const at = new Date(act.call_began_at);
    const before = this.tried.filter((each) => each.at < at);
    const within = (tries: readonly Tried[], days: number): number => tries.filter((each) => at.getTime() - each.at.getTime() < days * DAY_MS).length;
    const own = before.filter(({ receivable_id }) => receivable_id === act.receivable_id);
    const found = OF_DEBT.filter(({ rail, times, days }) => (rail === null || rail === act.rail) && within(own.filter((each) => rail === null || each.rail === rail), days) >= times).map(({ times, days }) => `${times} in ${days} days`);
    const { card, brand } = this.cardOf(act);
    const onCard = card === null ? [] : before.filter((each) => each.card === card);
    found.push(...(OF_CARD[brand ?? ''] ?? []).filter(({ times, days }) => within(onCard, days) >= times).map(({ times, days }) => `${times} of a card in ${days} days`));
    if ([...this.taken.values()].some((each) => each.kind === 'retry' && each.receivable_id === act.receivable_id && dayOf(new Date(each.call_began_at)) === dayOf(at))) found.push('1 a day');
    if (act.rail === 'PIX_AUTO') {
      const used = new Set(own.map((each) => dayOf(each.at)).filter((day) => day > act.due_date));
      if (used.size >= PIX.times || used.has(dayOf(at)) || dayOf(at) <= act.due_date || dayOf(at) > addDays(act.due_date, PIX.days)) found.push(`${PIX.times} on days of their own in ${PIX.days}`);
    }
    return found.map((limit) => `retry ${act.act_id} of ${act.rail ?? 'some rail'} goes beyond the limit of ${limit}`);
  }

  /** What comes of acts that were taken since this was asked last, those first that are about the first debt; by day some debtors pay on the spot. */
  private decide(byDay: boolean): void {
    const news = this.news.splice(0).sort((a, b) => (a.key < b.key ? -1 : 1));
    for (const act of news) {
      if (act.undoes) continue;
      const lot = new Seeded(hashOf(`${this.seed} ${act.key} comes of it`));
      const days = byDay && lot.chance(0.3) ? 0 : lot.weighted([[1, 6], [2, 2], [5, 1], [9, 1]]);
      const what = lot.weighted<Reply['what'] | null>(act.kind === 'retry' ? [['paid', 3], ['declined', 4], [null, 3]] : [['paid', 3], [null, 7]]);
      const times = lot.chance(0.2) ? 2 : 1;
      if (what) this.replies.push({ act, what, times, on: addDays(dayOf(new Date(act.call_began_at)), days) });
    }
  }

  /** What the platform has to tell by a day of what it took; `byDay` where it may be told on the very day. */
  due(today: CivilDate, byDay: boolean): Reply[] {
    this.decide(byDay);
    const due = this.replies.filter(({ on }) => on <= today);
    this.replies = this.replies.filter(({ on }) => on > today);
    return due;
  }
}
