import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { decode } from '../decode';
import { readOfx, statementIdentities } from './ofx';
import { ofxCents, ofxDate, ofxText } from './values';

interface Movement { index: number; type?: string; amount_cents?: number; fit_id?: string; memo?: string; check_number?: string; posted_on?: string; name?: string; payee?: string }
interface Statement { [name: string]: unknown; transactions?: Movement[] }
interface Expected {
  outcome: 'accept' | 'refuse'; statements?: Statement[]; read_from_file?: Statement; sign_on?: { status_message: string };
  reimport?: { already_known: string[]; new: string[] }; dedupe?: { repeated: Record<string, number> };
}

const folder = join(resolve(process.env.EMDIA_TEST_DATA ?? join(__dirname, '../../../../../shared/data')), 'ofx');
const present = existsSync(folder);
if (!present) console.warn(`test data absent, OFX files NOT checked: set EMDIA_TEST_DATA (looked in ${folder})`);
const expected = present ? (JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as any) : { files: {}, amount_parsing: { cases: [] }, date_parsing: [], text_unescape: { cases: [] } };
const read = (name: string) => readOfx(decode(readFileSync(join(folder, name))));

// The source books a zero where the amount is a lone dot; the caution prefers an unreadable line, and so does this.
const UNREADABLE = ['caixa-malformed-amount.ofx'];
// Suspected duplicates are kept and flagged, never dropped.
const REPEATING = ['edge-duplicated-fitid.ofx'];

(present ? describe : describe.skip)('given OFX files', () => {
  it('are sixteen', () => expect(Object.keys(expected.files)).toHaveLength(16));

  it.each(Object.entries(expected.files as Record<string, Expected>))('%s', (name, { outcome, statements = [], read_from_file, sign_on, reimport, dedupe }) => {
    const file = read(name);
    expect(file.posting === 'refused').toBe(outcome === 'refuse');
    if (outcome === 'refuse') {
      expect([file.rows, file.problems.length]).toEqual([[], 1]);
      if (sign_on) expect(file.problems[0]!.reason).toContain(sign_on.status_message);
      return;
    }
    expect(file.posting).toBe([...UNREADABLE, ...REPEATING].includes(name) ? 'warning' : 'ok');
    const accounts = [...new Set(file.rows.map(({ account }) => account))];
    const all = [...statements, ...(read_from_file ? [read_from_file] : [])];
    for (const [at, statement] of all.entries()) {
      const suffix = at === 0 || statement === read_from_file ? '' : `_${at + 1}`;
      const rows = file.rows.filter(({ account }) => account === accounts[suffix ? at : 0]);
      const found: Record<string, unknown> = {
        ...Object.fromEntries(Object.entries(file.trailer).map(([key, value]) => [key.replace(/_(\d)$/, ''), value])), currency: file.currency, bank_id: file.bank, branch_id: file.trailer.branch,
        account_id: file.trailer[`account${suffix}`], transaction_count: rows.length, credits_total_cents: rows.filter(({ settled }) => settled).reduce((sum, row) => sum + row.gross_cents!, 0),
        debits_total_cents: rows.filter(({ net_cents }) => net_cents! < 0).reduce((sum, row) => sum + row.net_cents!, 0),
      };
      for (const [key, value] of Object.entries(statement)) if (key !== 'transactions') expect([key, found[key]]).toEqual([key, value]);
      for (const { index, ...movement } of statement.transactions ?? []) {
        const row = rows[index]!;
        const values: Record<string, unknown> = {
          type: row.occurrence, amount_cents: row.net_cents, fit_id: row.external_id, memo: row.memo ?? '', check_number: row.document_number, posted_on: row.paid_date, name: row.payer, payee: row.payer,
        };
        for (const [key, value] of Object.entries(movement))
          if (key in values) expect([index, key, values[key]]).toEqual([index, key, UNREADABLE.includes(name) && key === 'amount_cents' ? null : value]);
      }
    }
    const identities = statementIdentities(file);
    expect(new Set(identities).size).toBe(file.rows.length);
    if (reimport) expect(file.rows.map(({ external_id }) => external_id)).toEqual([...reimport.already_known, ...reimport.new]);
    if (dedupe) for (const [id, times] of Object.entries(dedupe.repeated)) expect(identities.filter((each) => each.includes(`|${id}|`))).toHaveLength(times);
  });

  it('the same statement in two encodings, with other memos, has the same identities', () => {
    expect(statementIdentities(read('banco-real-2-utf8.ofx'))).toEqual(statementIdentities(read('banco-real-1.ofx')));
  });

  it.each(['', '   ', 'words without a tag', 'OFXHEADER:100\nVERSION:102\n\n<OFX><SIGNONMSGSRSV1><SONRS></SONRS></SIGNONMSGSRSV1></OFX>'])('refuses %j', (text) => expect(readOfx(text).posting).toBe('refused'));

  it('amounts', () => {
    for (const { input, cents, error } of expected.amount_parsing.cases) expect([input, ofxCents(input)]).toEqual([input, error ? null : cents]);
  });

  it('dates: the civil date as written, whatever the zone', () => {
    for (const { input, instant, civil_date, error, value } of expected.date_parsing) {
      // The three of offset and microseconds state no day; their day is their first eight digits.
      const day = civil_date ?? instant?.slice(0, 10) ?? (value === null ? null : `${input.slice(0, 4)}-${input.slice(4, 6)}-${input.slice(6, 8)}`);
      expect([input, ofxDate(input)]).toEqual([input, error ? undefined : day]);
    }
  });

  it('texts', () => {
    for (const [raw, text] of expected.text_unescape.cases) expect(ofxText(raw)).toBe(text);
  });
});
