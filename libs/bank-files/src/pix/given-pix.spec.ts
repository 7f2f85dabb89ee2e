import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isCivilDate } from '@emdia/calendar';
import { decode } from '../decode';
import { readPix } from './pix';

const folder = join(resolve(process.env.EMDIA_TEST_DATA ?? join(__dirname, '../../../../../shared/data')), 'pix', 'examples');
const present = existsSync(folder);
if (!present) console.warn(`test data absent, Pix examples NOT checked: set EMDIA_TEST_DATA (looked in ${folder})`);

const cents = (text: string) => Math.round(Number(text) * 100);
const list = (value: any): any[] => (value === undefined ? [] : Array.isArray(value) ? value : [value]);

/** What a reader that shares no code finds in an example: every received Pix, devolução, attempt, charge and recurrence in it. */
function inExample(body: any): { pix: any[]; charges: any[]; recs: any[] } {
  const isCharge = (each: any) => each.txid !== undefined && each.status !== undefined && each.endToEndId === undefined;
  const entries = [...list(body.pix), ...list(body.cobs), ...list(body.cobsv), ...list(body.cobsr), ...list(body.recs)].filter((each) => !each.allOf);
  const charges = isCharge(body) && body.calendario ? [body] : entries.filter(isCharge);
  const pix = body.endToEndId ? [body] : [...entries.filter((each) => each.endToEndId), ...charges.flatMap((each) => (each === body ? [] : list(each.pix)))];
  const recs = body.idRec && body.status && !body.txid ? [body] : list(body.recs);
  return { pix: [...new Set(pix)], charges, recs };
}

(present ? describe : describe.skip)('given Pix examples', () => {
  const names = present ? readdirSync(folder) : [];
  it('are a hundred', () => expect(names).toHaveLength(100));

  it.each(names)('%s', (name) => {
    const bytes = readFileSync(join(folder, name));
    const body = JSON.parse(bytes.toString('utf8'));
    const { pix, charges, recs } = inExample(body);
    const file = readPix(decode(bytes));
    const of = (kind: string) => file.rows.filter(({ occurrence }) => occurrence!.startsWith(kind));
    expect(of('PIX').map(({ external_id, document_number, gross_cents, settled, paid_date, memo }) => ({ external_id, document_number, gross_cents, settled, paid_date, memo }))).toEqual(
      pix.map((each) => ({ external_id: each.endToEndId, document_number: each.txid ?? null, gross_cents: cents(each.valor), settled: true, paid_date: each.horario.slice(0, 10), memo: each.infoPagador ?? null })));
    const returns = pix.flatMap((each) => list(each.devolucoes).map((back) => ({ of: each.endToEndId, back })));
    expect(of('DEVOLUCAO').map(({ external_id, reverses_id, gross_cents, occurrence, meaning }) => ({ external_id, reverses_id, gross_cents, occurrence, meaning }))).toEqual(
      returns.map(({ of: id, back }) => ({ external_id: back.rtrId, reverses_id: id, gross_cents: cents(back.valor), occurrence: `DEVOLUCAO:${back.status}`, meaning: back.status === 'DEVOLVIDO' ? 'reversed' : 'notice' })));
    expect(of('COB').map(({ document_number, occurrence, title_cents, due_date, payer }) => ({ document_number, state: occurrence!.split(':')[1], title_cents, due_date, payer }))).toEqual(
      charges.map((each) => ({ document_number: each.txid, state: each.status, title_cents: each.valor ? cents(each.valor.original) : null, due_date: each.calendario?.dataDeVencimento ?? null, payer: each.devedor?.nome ?? null })));
    const attempts = charges.flatMap((each) => list(each.tentativas));
    expect(of('TENTATIVA').map(({ occurrence, external_id, due_date }) => [occurrence, external_id, due_date])).toEqual(
      attempts.map(({ status, endToEndId, dataLiquidacao }) => [`TENTATIVA:${status}`, endToEndId, isCivilDate(dataLiquidacao) ? dataLiquidacao : null]));
    expect(of('REC').map(({ external_id, occurrence }) => [external_id, occurrence])).toEqual(recs.map(({ idRec, status }) => [idRec, `REC:${status}`]));
    expect(file.totals).toEqual({ settled_rows: pix.length, gross_cents: pix.reduce((sum, each) => sum + cents(each.valor), 0) });
    // Settings, errors and requests carry nothing that happened: they are refused, and the files with references in place of entries are read with a warning.
    expect(file.posting === 'refused').toBe(pix.length + charges.length + recs.length === 0 && !/^get-(pix|cobs)|lote-cob-v-body|get-cob-r|get-rec/.test(name));
    expect(file.posting).not.toBe('needs_confirmation');
  });

  it('one has a date that does not exist: told, and read on', () => {
    const file = readPix(readFileSync(join(folder, 'cob-r-webhook-notification-1.json'), 'utf8'));
    expect(file).toMatchObject({ posting: 'warning', problems: [{ line: 1, reason: 'dataLiquidacao is no date that exists' }] });
    expect(file.rows.length).toBe(2);
  });
});
