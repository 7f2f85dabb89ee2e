import type { Candidate, Confirmed, Credit, Fee, Key } from '../../src/matching/credit';
import { asBank, companyName, type Dice, dice, mistyped, personName, withInitials } from './people';

/** A customer with what the bank shows of a CPF. */
export interface Subscriber {
  readonly customer_id: string;
  readonly name: string;
  /** On file here; the payer has one in any case. */
  readonly document_key: string | null;
  readonly fragment: string | null;
}

/** One credit and what it really is. `truth`: the receivables it pays, none where it pays none. */
export interface Row {
  readonly credit: Credit;
  readonly truth: readonly string[];
  readonly situation: Situation;
  /** How the money came. */
  readonly channel: Channel;
  /** What a fee kept or a discount took off. */
  readonly deducted_cents: number;
}

export type Situation = 'plain' | 'late_charges' | 'late_without_charges' | 'discount' | 'fee' | 'partial' | 'rest' | 'over' | 'split' | 'two_subscriptions' | 'two_customers' | 'duplicate' | 'stray';
export type Channel = 'boleto' | 'pix_charge' | 'pix_key' | 'transfer' | 'statement' | 'bank';

export interface StatementSet {
  readonly customers: readonly Subscriber[];
  readonly invoices: readonly Candidate[];
  /** In the order in which people paid. */
  readonly rows: readonly Row[];
  readonly fees: readonly Fee[];
  /** Payers known from before the statement begins. */
  readonly confirmed: readonly Confirmed[];
}

interface Person { readonly name: string; readonly document_key: string; readonly fragment: string | null }
interface Member extends Subscriber { readonly self: Person; readonly payer: Person; readonly channel: Channel; readonly discount: boolean; readonly price: number; readonly day: string; readonly hasty: boolean }

const DAY_MS = 86_400_000;
const plus = (date: string, days: number): string => new Date(Date.parse(date) + days * DAY_MS).toISOString().slice(0, 10);
const between = (from: string, to: string): number => Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS);
const MONTHS = ['2026-03', '2026-04', '2026-05'];
const FEES: readonly Fee[] = [{ cents: 199 }, { percent: '3.49' }];
const POLICY = { fine_percent: '2', interest_monthly_percent: '1', interest_rounding: 'DAILY_AMOUNT', accrual_start: 'ORIGINAL_IF_UNPAID_NEXT_BUSINESS_DAY' } as const;
/** Most subscribers pay one of three prices. */
const PRICES = [4_990, 4_990, 4_990, 7_990, 7_990, 9_990, 9_990, 12_990, 14_990, 19_990, 25_000, 29_990];
const ALPHANUMERIC = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

/** What a late payer owes more: 2% once and 1% a month by day, days from the due date, each rounded to the cent. */
const chargesOf = (cents: number, days: number): number => Math.floor((cents * 2 + 50) / 100) + Math.floor((cents + 1_500) / 3_000) * days;

export interface SetSettings {
  readonly customers?: number;
  /** Share of the customers of whom a payment was seen before; 0: the creditor begins today. */
  readonly knownShare?: number;
}

/** Makes a creditor's statement of some months with the truth of each line; the same seed makes the same set. */
export function statementSet(seed: number, { customers = 2_000, knownShare = 0 }: SetSettings = {}): StatementSet {
  return new Town(dice(seed), customers).live(knownShare);
}

class Town {
  private readonly members: Member[] = [];
  private readonly invoices: Candidate[] = [];
  private readonly rows: Row[] = [];
  private numbers = 100_000;
  private people = 0;
  private ids = 0;

  constructor(private readonly draw: Dice, private readonly size: number) {}

  live(knownShare: number): StatementSet {
    while (this.members.length < this.size) this.move();
    for (const member of this.members) this.subscribe(member);
    this.families();
    const strays = Math.round(this.rows.length * 0.05);
    for (let i = 0; i < strays; i++) this.stray();
    this.rows.sort((a, b) => (a.credit.paid_date < b.credit.paid_date ? -1 : a.credit.paid_date > b.credit.paid_date ? 1 : a.credit.credit_id < b.credit.credit_id ? -1 : 1));
    const customers = this.members.map(({ customer_id, name, document_key, fragment }) => ({ customer_id, name, document_key, fragment }));
    return { customers, invoices: this.invoices, rows: this.rows, fees: FEES, confirmed: this.before(knownShare) };
  }

  /** What payers showed of themselves when they paid before, by the channel they use; drawn last, so that the same seed makes the same statement with and without. */
  private before(share: number): Confirmed[] {
    return this.members.filter(() => this.draw.chance(share)).map((member) => {
      const { payer, memo } = this.credit(member.channel, member.payer, 1, '2026-02-01', []);
      return { customer_id: member.customer_id, payer: { ...payer, name: payer.name ?? memo!.replace('PIX RECEBIDO - ', '') } };
    });
  }

  private text(length: number, of: string): string {
    return Array.from({ length }, () => of[this.draw.between(0, of.length - 1)]).join('');
  }

  private person(name: string, company = false): Person {
    return { name, document_key: `document-${++this.people}`, fragment: company ? null : this.text(6, '0123456789') };
  }

  /** A new customer: now and then of the very name of an earlier one, or paid for by somebody else. */
  private move(): void {
    const { draw } = this;
    const company = draw.chance(0.15);
    // The worst namesakes: the same price on the same day, by a bank that shows nothing but the name, and pressing twice.
    const namesake = !company && draw.chance(0.03) && this.members.length > 0 ? draw.pick(this.members) : null;
    const worst = namesake !== null && draw.chance(0.35);
    const name = company ? companyName(draw) : (namesake?.name ?? personName(draw));
    const self = this.person(name, company);
    const onFile = draw.chance(0.92);
    const payer = draw.chance(0.06) ? this.another(name, company) : self;
    // Who pays for another customer and says nothing pays what they owe themselves, so they quote the other's charge.
    const quoting: readonly Channel[] = ['boleto', 'pix_charge'];
    const isCustomer = payer !== self && this.members.some((member) => member.self === payer);
    const channel = draw.pick<Channel>(isCustomer ? quoting : worst ? ['statement'] : ['boleto', 'boleto', 'boleto', 'pix_charge', 'pix_charge', 'pix_key', 'pix_key', 'pix_key', 'transfer', 'statement']);
    this.members.push({
      customer_id: `customer-${String(this.members.length + 1).padStart(5, '0')}`, name, document_key: onFile ? self.document_key : null, fragment: onFile ? self.fragment : null,
      self, payer, channel, discount: draw.chance(0.1),
      price: worst ? namesake.price : draw.chance(0.1) ? draw.between(3_000, 60_000) : draw.pick(PRICES), day: worst ? namesake.day : draw.pick(['05', '10', '15', '20']), hasty: worst,
    });
  }

  /** Spouse of the same surname, the person behind a company, the company of a person, or another customer. */
  private another(name: string, company: boolean): Person {
    const { draw } = this;
    if (draw.chance(0.15) && this.members.length > 10) return draw.pick(this.members).self;
    if (company) return this.person(personName(draw));
    return draw.chance(0.25) ? this.person(companyName(draw), true) : this.person(personName(draw, name.split(' ').at(-1)));
  }

  private subscribe(member: Member): void {
    const { draw } = this;
    const { price, day } = member;
    const second = draw.chance(0.12) ? draw.pick(PRICES.filter((other) => other !== price)) : null;
    let waiting: Candidate[] = [];
    for (const month of MONTHS) {
      const due: Candidate[] = [this.invoice(member, price, `${month}-${day}`)];
      if (second !== null) due.push(this.invoice(member, second, `${month}-${day}`));
      waiting = this.month(member, due, waiting);
    }
  }

  private invoice(member: Member, amount_cents: number, due_date: string): Candidate {
    const { draw } = this;
    const number = String(++this.numbers);
    const keys: Key[] = [{ kind: 'invoice_id', value: `inv-${number}` }, { kind: 'invoice_number', value: number }];
    if (member.channel === 'boleto') keys.push({ kind: 'our_number', value: `109${this.text(4, '0123456789')}${number}`, bank: '341', account: '1234567' });
    if (member.channel === 'pix_charge') keys.push({ kind: 'txid', value: this.text(32, ALPHANUMERIC) });
    const invoice: Candidate = {
      receivable_id: `receivable-${number}`, customer_id: member.customer_id, currency: 'BRL', open_cents: amount_cents, issue_date: plus(due_date, -12), due_date,
      charge_policy: draw.chance(0.9) ? POLICY : null, discount: member.discount ? { cents: 500, until: plus(due_date, -3) } : null, paid: null, keys,
    };
    this.invoices.push(invoice);
    return invoice;
  }

  /** What a customer does about a month's invoices and what waits from before; returns what they leave for later. */
  private month(member: Member, due: Candidate[], waiting: Candidate[]): Candidate[] {
    const { draw } = this;
    if (draw.chance(0.07)) return [...waiting, ...due];
    const first = due[0]!;
    if (waiting.length > 0 && draw.chance(0.5)) {
      this.pay(member, [...waiting, first].slice(0, 3), plus(first.due_date, draw.between(-3, 1)), 'split');
      return waiting.slice(2);
    }
    if (due.length > 1 && draw.chance(0.5)) {
      this.pay(member, due, plus(first.due_date, draw.between(-6, 0)), 'two_subscriptions');
      return waiting;
    }
    const left: Candidate[] = [];
    for (const invoice of due) if (!this.single(member, invoice)) left.push(invoice);
    for (const invoice of waiting) if (!draw.chance(0.6)) left.push(invoice);
      else this.late(member, invoice, plus(first.due_date, draw.between(-2, 12)));
    return left;
  }

  private single(member: Member, invoice: Candidate): boolean {
    const { draw } = this;
    const onTime = plus(invoice.due_date, draw.between(-8, 1));
    const dice100 = draw.next() * 100;
    if (dice100 < 14) return false;
    if (dice100 < 30) this.late(member, invoice, plus(invoice.due_date, draw.between(6, 25)));
    else if (dice100 < 32) this.inParts(member, invoice, onTime);
    else if (dice100 < 34) this.pay(member, [invoice], onTime, 'over', { cents: Math.ceil((invoice.open_cents + 1) / 1_000) * 1_000 });
    else if (dice100 < 38) this.pay(member, [invoice], onTime, 'fee', this.fee(invoice));
    else if (invoice.discount && onTime <= invoice.discount.until) this.pay(member, [invoice], onTime, 'discount', { cents: invoice.open_cents - 500, deducted: 500 });
    else this.pay(member, [invoice], onTime, 'plain');
    return true;
  }

  private fee({ open_cents }: Candidate): { cents: number; deducted: number } {
    const deducted = this.draw.chance(0.5) ? 199 : Math.floor((open_cents * 349 + 5_000) / 10_000);
    return { cents: open_cents - deducted, deducted };
  }

  private late(member: Member, invoice: Candidate, on: string): void {
    const days = between(invoice.due_date, on);
    if (days < 6 || invoice.charge_policy === null || this.draw.chance(0.35)) this.pay(member, [invoice], on, days < 6 ? 'plain' : 'late_without_charges');
    else this.pay(member, [invoice], on, 'late_charges', { cents: invoice.open_cents + chargesOf(invoice.open_cents, days) });
  }

  private inParts(member: Member, invoice: Candidate, on: string): void {
    const part = Math.floor((invoice.open_cents * this.draw.between(30, 70)) / 100);
    this.pay(member, [invoice], on, 'partial', { cents: part });
    if (this.draw.chance(0.6)) this.pay(member, [invoice], plus(on, this.draw.between(2, 9)), 'rest', { cents: invoice.open_cents - part });
  }

  private pay(member: Member, invoices: readonly Candidate[], on: string, situation: Situation, { cents, deducted = 0 }: { cents?: number; deducted?: number } = {}): void {
    const amount_cents = cents ?? invoices.reduce((sum, { open_cents }) => sum + open_cents, 0);
    const credit = this.credit(member.channel, member.payer, amount_cents, on, invoices);
    this.rows.push({ credit, truth: invoices.map(({ receivable_id }) => receivable_id).sort(), situation, channel: member.channel, deducted_cents: deducted });
    // The same part once more pays the rest, and is no duplicate.
    if (situation === 'partial' || !this.draw.chance(member.hasty ? 0.4 : 0.015)) return;
    const again = { ...credit, credit_id: this.id(), paid_date: plus(on, this.draw.between(0, 7)), keys: credit.keys.filter(({ kind }) => kind !== 'end_to_end_id') };
    this.rows.push({ credit: again, truth: [], situation: 'duplicate', channel: member.channel, deducted_cents: 0 });
  }

  private id(): string {
    return `credit-${String(++this.ids).padStart(6, '0')}`;
  }

  /** What the channel shows of a payment. */
  private credit(channel: Channel, payer: Person, amount_cents: number, paid_date: string, invoices: readonly Candidate[]): Credit {
    const { draw } = this;
    const base = { credit_id: this.id(), amount_cents, currency: 'BRL', paid_date };
    const name = this.written(payer.name, channel);
    const nobody = { document_key: null, document_fragment: null, name: null };
    const key = (kind: Key['kind']): Key[] => invoices.flatMap(({ keys }) => keys.filter((each) => each.kind === kind));
    const e2e: Key = { kind: 'end_to_end_id', value: `E00000000${this.text(20, ALPHANUMERIC)}` };
    const document_key = draw.chance(0.7) ? payer.document_key : null;
    switch (channel) {
      // One slip pays one invoice; who pays two at once does it by another way.
      case 'boleto': if (invoices.length === 1) return { ...base, keys: key('our_number'), payer: { document_key, document_fragment: null, name: name.slice(0, 40) }, memo: null };
        return { ...base, keys: [], payer: { document_key, document_fragment: null, name: name.slice(0, 30) }, memo: this.typed(invoices) };
      case 'pix_charge': return { ...base, keys: [...(invoices.length === 1 ? key('txid') : []), e2e], payer: { document_key: payer.document_key, document_fragment: null, name }, memo: this.typed(invoices) };
      case 'pix_key': return {
        ...base, keys: [e2e], memo: this.typed(invoices), payer: payer.fragment === null ? { document_key: payer.document_key, document_fragment: null, name } : { document_key: null, document_fragment: payer.fragment, name },
      };
      case 'transfer': return { ...base, keys: [], payer: { document_key, document_fragment: null, name: name.slice(0, 30) }, memo: this.typed(invoices) };
      default: return { ...base, keys: [], payer: nobody, memo: [`PIX RECEBIDO - ${name.slice(0, 25)}`, this.typed(invoices)].filter(Boolean).join(' ') };
    }
  }

  /** A name as it comes: by hand now and then wrong, short or turned round. */
  private written(name: string, channel: Channel): string {
    const { draw } = this;
    const bank = asBank(name);
    if (channel !== 'transfer' && channel !== 'statement') return bank;
    const kind = draw.next();
    if (kind < 0.05) return mistyped(draw, bank, 'AEIORSTN');
    if (kind < 0.09) return withInitials(bank);
    return kind < 0.1 ? [...bank.split(' ').slice(1), bank.split(' ')[0]].join(' ') : bank;
  }

  /** A number that some payers type, one in four of them wrong; numbers run on, so a wrong one is often somebody else's. */
  private typed(invoices: readonly Candidate[]): string | null {
    const { draw } = this;
    if (!draw.chance(0.2) || invoices.length === 0) return null;
    const number = invoices[0]!.keys.find(({ kind }) => kind === 'invoice_number')!.value;
    return `${draw.pick(['FATURA ', 'NF ', 'REF ', ''])}${draw.chance(0.25) ? mistyped(draw, number, '0123456789') : number}`;
  }

  /** Some payers pay for two customers of theirs, at times with one transfer. */
  private families(): void {
    const { draw } = this;
    const taken = new Set(this.rows.flatMap(({ truth }) => truth));
    const free = this.invoices.filter(({ receivable_id }) => !taken.has(receivable_id));
    for (let i = 0; i < 60 && free.length > 0; i++) {
      const [a, b] = [draw.pick(free), draw.pick(free)];
      // Whoever owes two such amounts themselves pays them with this, as far as anybody can tell.
      if (this.invoices.some((own) => own.customer_id === a.customer_id && own !== a && own.open_cents === b.open_cents)) continue;
      if (a.customer_id === b.customer_id || a.due_date.slice(0, 7) !== b.due_date.slice(0, 7) || [a, b].some(({ receivable_id }) => taken.has(receivable_id))) continue;
      const on = [a.due_date, b.due_date].sort()[0]!;
      const payer = this.members.find(({ customer_id }) => customer_id === a.customer_id)!.payer;
      for (const { receivable_id } of [a, b]) taken.add(receivable_id);
      const channel = draw.pick<Channel>(['pix_key', 'transfer', 'statement']);
      this.rows.push({ credit: this.credit(channel, payer, a.open_cents + b.open_cents, on, []), truth: [a.receivable_id, b.receivable_id].sort(), situation: 'two_customers', channel, deducted_cents: 0 });
    }
  }

  /** Money that belongs to no invoice: interest, own transfers, strangers with any amount or the very price, customers who bought something else. */
  private stray(): void {
    const { draw } = this;
    const on = plus('2026-03-01', draw.between(0, 100));
    const kind = draw.between(0, 5);
    const stranger = draw.chance(0.5) ? this.person(personName(draw)) : this.person(asBank(draw.pick(this.members).name));
    const odd = draw.between(100, 80_000);
    const channel = draw.pick<Channel>(['pix_key', 'transfer', 'statement']);
    let credit: Credit;
    if (kind === 0) credit = { credit_id: this.id(), amount_cents: draw.between(1, 900), currency: 'BRL', paid_date: on, keys: [], payer: { document_key: null, document_fragment: null, name: null }, memo: 'RENDIMENTO APLICACAO AUTOMATICA' };
    else if (kind === 1) credit = { ...this.credit('transfer', this.person('EMDIA EXEMPLO SERVICOS LTDA', true), odd, on, []), memo: 'TRANSF ENTRE CONTAS' };
    else if (kind === 2) credit = this.credit(channel, stranger, odd, on, []);
    // Of a customer's very name and at the very price only where the bank shows that it is somebody else; else nobody could tell.
    else if (kind === 3) credit = this.credit(channel, channel === 'pix_key' ? stranger : this.person(personName(draw)), draw.pick(PRICES), on, []);
    else if (kind === 4) credit = { ...this.credit('pix_charge', stranger, draw.pick(PRICES), on, []), keys: [{ kind: 'txid', value: this.text(30, ALPHANUMERIC) }] };
    else credit = this.credit(channel, draw.pick(this.members).self, odd, on, []);
    this.rows.push({ credit, truth: [], situation: 'stray', channel: kind < 2 ? 'bank' : channel, deducted_cents: 0 });
  }
}

