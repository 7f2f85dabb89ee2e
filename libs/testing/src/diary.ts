import { daysBetween, isHoliday, localDate, weekday, zoneOf, type CivilDate } from '@emdia/calendar';
import type { DataOf, DunningCaseCured, DunningCaseOpened, DunningHoldLifted, DunningHoldPlaced, DunningNoticeRequested, DunningTaskRequested, ReconciliationBalanceChanged } from '@emdia/contracts';

type Bill = DataOf<typeof ReconciliationBalanceChanged>;
type Notice = DataOf<typeof DunningNoticeRequested>;

/** How a debt stands, as dunning has it. */
export type Stood =
  | { readonly kind: 'action'; readonly step: string; readonly contact_day: CivilDate }
  | { readonly kind: 'waiting'; readonly step: string }
  | { readonly kind: 'task'; readonly reason: string; readonly at: Date }
  | { readonly kind: 'hold'; readonly reason: string; readonly review_date: CivilDate }
  | { readonly kind: 'owner'; readonly queue: string; readonly reason: string; readonly review_date: CivilDate }
  | { readonly kind: 'end'; readonly reason: string };

type Standings = readonly { readonly receivable_id: string; readonly standing: Stood }[];

interface Changed {
  readonly what: 'cause' | 'regua';
  readonly before: string | null;
  readonly after: string;
  readonly actor: string;
}

const WEEKDAYS = ['dom', 'seg', 'ter', 'qua', 'qui', 'sex', 'sáb'] as const;
const TONES: Readonly<Record<string, string>> = { reminder: 'tom de lembrete', friendly: 'tom leve', helpful: 'tom prestativo', firm: 'tom firme' };

interface Line {
  readonly day: CivilDate;
  readonly due_date: CivilDate | null;
  readonly what: string;
}

const reais = (cents: number): string => `R$ ${(cents / 100).toFixed(2).replace('.', ',')}`;

/** The text of a calendar as a spec writes it: indented, one line per thing that happened. */
export function calendarOf(text: string): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const indent = Math.min(...lines.map((line) => line.search(/\S/)));
  return lines.map((line) => line.slice(indent).trimEnd()).join('\n');
}

/**
 * What a case lived through, one line per thing that happened, for people to read: day, weekday (* a holiday), days from the due date of the
 * first bill, and what was heard, said, asked of a person or kept silent. An event it has no words for stands there by its name.
 */
export class Diary {
  private readonly lines: Line[] = [];
  private readonly bills = new Map<string, Bill>();
  private readonly standings = new Map<string, string>();
  private readonly dues: { name: string; due_date: CivilDate; effective_due_date: CivilDate; from: CivilDate; until: CivilDate | null }[] = [];

  note(now: Date, what: string): void {
    this.lines.push({ day: this.dayOf(now), due_date: this.first?.original_due_date ?? null, what });
  }

  private dayOf = (now: Date): CivilDate => localDate(now, zoneOf(null));
  private get first(): Bill | undefined { return [...this.bills.values()][0]; }
  private nameOf = (receivable_id: string): string => (this.bills.size > 1 ? ` ${[...this.bills.values()].find((bill) => bill.receivable_id === receivable_id)?.number}` : '');

  /** A receivable as reconciliation tells it. */
  bill(now: Date, next: Bill): void {
    const before = this.bills.get(next.receivable_id);
    this.bills.set(next.receivable_id, next);
    const moved = before?.original_due_date !== next.original_due_date;
    if (moved) {
      const [last] = this.dues.filter(({ name, until }) => name === next.number && until === null);
      if (last) last.until = this.dayOf(now);
      this.dues.push({ name: next.number, due_date: next.original_due_date, effective_due_date: next.effective_due_date, from: this.dayOf(now), until: null });
    }
    const said = !before ? `fatura${this.nameOf(next.receivable_id)} de ${reais(next.amount_cents)}, vence em ${next.original_due_date}` : this.changed(before, next, moved);
    if (said) this.note(now, said);
  }

  private changed(before: Bill, next: Bill, moved: boolean): string {
    const name = this.nameOf(next.receivable_id);
    if (before.status === 'open' && next.status === 'settled') return `pago${name}`;
    if (before.status === 'open' && next.status !== 'open') return `fatura${name}: ${next.status}`;
    if (before.status !== 'open' && next.status === 'open') return `estorno${name}: ${reais(next.open_cents)} em aberto de novo`;
    if (moved) return `vencimento${name} muda para ${next.original_due_date}`;
    if (next.open_cents < before.open_cents) return `pago${name} em parte, restam ${reais(next.open_cents)}`;
    return before.collectability === next.collectability ? '' : `conciliação${name}: ${next.collectability}${next.review_date ? ` até ${next.review_date}` : ''}`;
  }

  /** Something that was told to others; a notice with what became of it. */
  told(now: Date, { type, data }: { readonly type: string; readonly data: unknown }, answer: string): void {
    this.note(now, this.wordsOf(type, data, answer));
  }

  private wordsOf(type: string, data: unknown, answer: string): string {
    switch (type) {
      case 'dunning.notice-requested.v1': return this.notice(data as Notice, answer);
      case 'dunning.task-requested.v1': {
        const { queue, reason, receivable_ids } = data as DataOf<typeof DunningTaskRequested>;
        return `tarefa para ${queue}: ${reason}${this.namesOf(receivable_ids)}`;
      }
      case 'dunning.case-opened.v1': return `caso aberto na régua ${(data as DataOf<typeof DunningCaseOpened>).regua_version}`;
      case 'dunning.case-cured.v1': {
        const { contacts, outcome } = data as DataOf<typeof DunningCaseCured>;
        return `em dia (${outcome}) depois de ${contacts} ${contacts === 1 ? 'contato' : 'contatos'}`;
      }
      case 'dunning.hold-placed.v1': {
        const { kind, review_date, begin_date, receivable_ids } = data as DataOf<typeof DunningHoldPlaced>;
        return `suspensão ${kind} de ${begin_date} a ${review_date}${this.namesOf(receivable_ids)}`;
      }
      case 'dunning.hold-lifted.v1': {
        const { kind, reason, actor } = data as DataOf<typeof DunningHoldLifted>;
        return `fim da suspensão ${kind} (${actor}: ${reason})`;
      }
      default: return type;
    }
  }

  private namesOf = (receivable_ids: readonly string[]): string => (this.bills.size > 1 && receivable_ids.length > 0 ? `, sobre${[...receivable_ids].map(this.nameOf).sort().join(' e')}` : '');

  private notice({ purpose, step, words, offers, covers, turned_down }: Notice, answer: string): string {
    const merged = [...new Set(turned_down.filter(({ reason }) => reason.startsWith('merged')).map((each) => each.step))];
    const said = words ? ` '${words.template}'${words.tone ? ` (${TONES[words.tone]})` : ''}` : '';
    const became = answer === 'sent' ? '' : answer === 'unknown' ? ', não se sabe se saiu' : answer === 'silence' ? ', sem resposta' : `, recusada: ${answer}`;
    if (purpose === 'agreement') return `lembrete da parcela de ${covers[0]!.due_date}${became}`;
    if (purpose === 'service') return `agradecimento${said}${became}`;
    const of = this.bills.size > 1 ? `, sobre ${covers.map((cover) => `${this.nameOf(cover.receivable_id).trim()} (${cover.step})`).sort().join(' e ')}` : '';
    return `${offers ? 'oferta' : 'mensagem'} ${step}${said}${offers ? `: ${offers.join(', ')}` : ''}${merged.length > 0 ? `, diz também ${merged.join(', ')}` : ''}${of}${became}`;
  }

  /** What changed by somebody's word. */
  changes(now: Date, changes: readonly Changed[]): void {
    for (const { what, before, after, actor } of changes) this.note(now, what === 'cause' ? `causa: ${after} (${actor})` : `régua ${before} passa a ${after}`);
  }

  /** How each debt stands now, where that is silence, an end or the régua after one of them. */
  stands(now: Date, standings: Standings): void {
    for (const { receivable_id, standing } of standings) {
      const [before, after] = [this.standings.get(receivable_id), kindOf(standing)];
      this.standings.set(receivable_id, after);
      if (before === after) continue;
      if (after.startsWith('silêncio') || after.startsWith('fim')) this.note(now, after.replace(/^\p{L}+/u, (word) => word + this.nameOf(receivable_id)));
      else if (after === 'régua' && before && before !== 'fila') this.note(now, `a régua segue${this.nameOf(receivable_id)}: ${nextOf(standing)}`);
    }
  }

  /** The calendar from a day up to an instant, and what comes next, where that is told. */
  text(now: Date, standings?: Standings, from: CivilDate = ''): string {
    const today = this.dayOf(now);
    const due = this.dues.filter(({ due_date, from, until }) => due_date >= from && due_date <= today && (until === null || due_date <= until)).map(({ name, due_date, effective_due_date }): Line => ({
      day: due_date, due_date: null,
      what: `vencimento${this.bills.size > 1 ? ` ${name}` : ''}${effective_due_date > due_date ? `, pagável sem encargos até ${effective_due_date}` : ''}`,
    }));
    const next = (standings ?? []).flatMap(({ receivable_id, standing }) => (standing.kind === 'end' ? [] : [{ name: this.nameOf(receivable_id), what: nextOf(standing) }]));
    const ordered = [...due, ...this.lines].map((line, index) => ({ line, index })).sort((a, b) => (a.line.day < b.line.day ? -1 : a.line.day > b.line.day ? 1 : a.index - b.index));
    return [
      ...ordered.filter(({ line }) => line.day >= from).map(({ line: { day, due_date, what } }) => `${day} ${WEEKDAYS[weekday(day)]}${isHoliday(day) ? '*' : ' '} ${(due_date ? `D${offset(due_date, day)}` : '').padEnd(4)}  ${what}`),
      ...next.map(({ name, what }) => `a seguir${name}: ${what}`),
      ...(standings && next.length === 0 ? ['nada mais a fazer'] : []),
    ].join('\n');
  }
}

const offset = (due_date: CivilDate, day: CivilDate): string => {
  const days = daysBetween(due_date, day);
  return days === 0 ? '0' : days > 0 ? `+${days}` : `${days}`;
};

const kindOf = (standing: Stood): string => {
  switch (standing.kind) {
    case 'hold': return `silêncio: ${standing.reason} até ${standing.review_date}`;
    case 'end': return `fim: ${standing.reason}`;
    case 'owner': return 'fila';
    default: return 'régua';
  }
};

const nextOf = (standing: Stood): string => {
  switch (standing.kind) {
    case 'action': return `${standing.step} em ${standing.contact_day}`;
    case 'waiting': return `aguarda a resposta de ${standing.step}`;
    case 'task': return `${standing.reason} em ${localDate(standing.at, zoneOf(null))}`;
    case 'hold': return `silêncio (${standing.reason}) até ${standing.review_date}`;
    case 'end': return kindOf(standing);
    case 'owner': return `com ${standing.queue} (${standing.reason}) até ${standing.review_date}`;
  }
};
