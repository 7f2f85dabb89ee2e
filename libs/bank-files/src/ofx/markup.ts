import { ofxText } from './values';

/** An aggregate of OFX: its values by tag (upper case), the aggregates in it, and where it begins. */
export interface Aggregate {
  readonly name: string;
  /** Physical line, 1 = the first. */
  readonly line: number;
  /** The first value under each tag. */
  readonly values: Map<string, string>;
  /** Tags that came more than once: two records run into one. */
  readonly twice: Set<string>;
  readonly children: Aggregate[];
}

// All that carries something here; every other tag is a value, or an aggregate whose inside does not matter.
const AGGREGATES = new Set([
  'OFX', 'SIGNONMSGSRSV1', 'SONRS', 'STATUS', 'FI', 'BANKMSGSRSV1', 'CREDITCARDMSGSRSV1', 'STMTTRNRS', 'CCSTMTTRNRS', 'STMTRS', 'CCSTMTRS', 'BANKACCTFROM',
  'CCACCTFROM', 'BANKTRANLIST', 'BANKTRANLISTP', 'STMTTRN', 'STMTTRNP', 'LEDGERBAL', 'AVAILBAL', 'BALLIST', 'BAL', 'BANKACCTTO', 'CCACCTTO', 'CURRENCY',
  'ORIGCURRENCY', 'SIGNUPMSGSRSV1', 'ACCTINFOTRNRS', 'INVSTMTMSGSRSV1', 'INVSTMTTRNRS', 'INVSTMTRS', 'INVBANKTRAN',
]);

/** Text with comments and CDATA marks taken out; the lines stay where they are. */
function withoutMarks(text: string): string {
  let clean = text;
  for (const [open, close, keep] of [['<!--', '-->', false], ['<![CDATA[', ']]>', true]] as const) {
    const pieces: string[] = [];
    let at = 0;
    for (let from = clean.indexOf(open); from >= 0; from = clean.indexOf(open, at)) {
      const end = clean.indexOf(close, from);
      if (end < 0) break;
      const inside = clean.slice(from + open.length, end);
      pieces.push(clean.slice(at, from), keep ? inside.replace(/&/g, '&amp;').replace(/</g, '&lt;') : inside.replace(/[^\n]/g, ''));
      at = end + close.length;
    }
    clean = pieces.length === 0 ? clean : pieces.join('') + clean.slice(at);
  }
  return clean;
}

const newAggregate = (name: string, line: number): Aggregate => ({ name, line, values: new Map(), twice: new Set(), children: [] });

/**
 * The tree of an OFX body, SGML or XML alike: a value ends where the next tag begins, so closing tags of values are passed over, right or wrong. No aggregate
 * holds one of its own name, so a second opening closes the first. `isWhole` tells whether the outermost was closed.
 */
export function aggregates(text: string): { root: Aggregate; isWhole: boolean } {
  const clean = withoutMarks(text);
  const root = newAggregate('', 1);
  let open: Aggregate[] = [root];
  let isWhole = false;
  let [line, counted] = [1, 0];
  const lineAt = (index: number) => {
    for (; counted < index; counted++) if (clean.charCodeAt(counted) === 10) line++;
    return line;
  };
  for (const { index, 1: stroke, 2: tag, 3: raw } of clean.matchAll(/<(\/?)([A-Za-z][A-Za-z0-9_.]*)[^<>]*>([^<]*)/g)) {
    const name = tag!.toUpperCase();
    const at = open.findLastIndex((each) => each.name === name);
    if (stroke) {
      if (at > 0) open = open.slice(0, at);
      if (name === 'OFX') isWhole = true;
    } else if (AGGREGATES.has(name)) {
      if (at > 0) open = open.slice(0, at);
      const child = newAggregate(name, lineAt(index));
      open.at(-1)!.children.push(child);
      open.push(child);
    } else {
      const { values, twice } = open.at(-1)!;
      if (values.has(name)) twice.add(name);
      else values.set(name, ofxText(raw!));
    }
  }
  return { root, isWhole };
}

/** The aggregates of a name inside another, at any depth, in order. */
export const within = (aggregate: Aggregate, ...names: string[]): Aggregate[] =>
  aggregate.children.flatMap((child) => (names.includes(child.name) ? [child] : within(child, ...names)));

/** What stands before the body: the version by three digits, null where the header gives none; no header is undefined. */
export function ofxVersion(text: string): string | null | undefined {
  const start = text.search(/<OFX[\s>]/i);
  const head = text.slice(0, start < 0 ? 4_096 : start);
  if (!/OFXHEADER/i.test(head)) return undefined;
  // `<?xml version="1.0"?>` has a version too.
  return /VERSION\s*[:=]\s*"?\s*(\d{3})/i.exec(head.replace(/<\?xml[^>]*>/i, ''))?.[1] ?? null;
}
