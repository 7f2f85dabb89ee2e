import { isCivilDate } from '@emdia/calendar';
import { type BankFile, describeFile, fileJson, type FileKind, type Posting, readBankFile, type Row, rowIdentity } from '../src';
import { Content } from '../src/decode';
import { mutated, seeded } from './mutate';
import { BANKS_240, BANKS_400, bytesOf, lines150, lines240, lines400, SLIPS, TITLES, titlesOf } from './synthetic';

/** A reader that takes longer for a few kilobytes hangs; a garbage collection in between does not take so long. */
const TIME_MS_MAX = 2_000;

const OFX = `OFXHEADER:100\r\nDATA:OFXSGML\r\nVERSION:102\r\nENCODING:USASCII\r\nCHARSET:1252\r\n\r\n<OFX><SIGNONMSGSRSV1><SONRS><STATUS><CODE>0<SEVERITY>INFO</STATUS>
<DTSERVER>20260305120000[-3:BRT]<LANGUAGE>POR<FI><ORG>BANCO<FID>001</FI></SONRS></SIGNONMSGSRSV1>\r\n<BANKMSGSRSV1><STMTTRNRS><TRNUID>1<STATUS><CODE>0<SEVERITY>INFO</STATUS>
<STMTRS><CURDEF>BRL<BANKACCTFROM><BANKID>001<ACCTID>12345-6<ACCTTYPE>CHECKING</BANKACCTFROM><BANKTRANLIST><DTSTART>20260301<DTEND>20260305
<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>20260304<TRNAMT>123,45<FITID>A1<MEMO>PIX RECEBIDO FULANO</STMTTRN>
<STMTTRN><TRNTYPE>DEBIT<DTPOSTED>20260304<TRNAMT>-20.00<FITID>A2<MEMO>TARIFA</STMTTRN>
<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>20260305<TRNAMT>1.234,50<FITID>A2<MEMO>TED FULANO</STMTTRN>
</BANKTRANLIST><LEDGERBAL><BALAMT>1337.95<DTASOF>20260305</LEDGERBAL></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>\r\n`;
// Closed tags, two accounts and a card, in another currency than the file's; a balance line and a comment.
const OFX_XML = `<?xml version="1.0" encoding="UTF-8"?>\n<?OFX OFXHEADER="200" VERSION="220" SECURITY="NONE"?>\n<OFX><SIGNONMSGSRSV1><SONRS><STATUS><CODE>0</CODE><SEVERITY>INFO</SEVERITY></STATUS></SONRS></SIGNONMSGSRSV1>
<BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>BRL</CURDEF><BANKACCTFROM><BANKID>0341</BANKID><ACCTID>99</ACCTID></BANKACCTFROM><BANKTRANLIST>\n<!-- made up -->
<STMTTRN><TRNTYPE>CREDIT</TRNTYPE><DTPOSTED>20260304000000[-3:GMT]</DTPOSTED><TRNAMT>310.75</TRNAMT><FITID>X1</FITID><NAME>Fulano &amp; Cia</NAME><MEMO><![CDATA[a < b]]></MEMO></STMTTRN>
<STMTTRN><TRNTYPE>CREDIT</TRNTYPE><DTPOSTED>20260304</DTPOSTED><TRNAMT>7930.11</TRNAMT><FITID>X2</FITID><MEMO>SALDO DO DIA</MEMO></STMTTRN>
</BANKTRANLIST></STMTRS></STMTTRNRS>\n<STMTTRNRS><STMTRS><CURDEF>USD</CURDEF><BANKACCTFROM><BANKID>0341</BANKID><ACCTID>77</ACCTID></BANKACCTFROM><BANKTRANLIST>
<STMTTRN><TRNTYPE>DEP</TRNTYPE><DTPOSTED>20260305</DTPOSTED><TRNAMT>(35.00)</TRNAMT><FITID>X3</FITID></STMTTRN></BANKTRANLIST></STMTRS></STMTTRNRS></BANKMSGSRSV1>
<CREDITCARDMSGSRSV1><CCSTMTTRNRS><CCSTMTRS><CURDEF>BRL</CURDEF><CCACCTFROM><ACCTID>XX11</ACCTID></CCACCTFROM><BANKTRANLIST>
<STMTTRN><TRNTYPE>PAYMENT</TRNTYPE><DTPOSTED>20260305</DTPOSTED><TRNAMT>350.00</TRNAMT><FITID>X4</FITID></STMTTRN></BANKTRANLIST></CCSTMTRS></CCSTMTTRNRS></CREDITCARDMSGSRSV1></OFX>\n`;
const E2E = (n: number) => `E00000000202603041200abcdefgh${String(n).padStart(3, '0')}`;
const PIX = JSON.stringify({
  pix: [
    { endToEndId: E2E(1), txid: 'academiasol2026030400000000001', chave: 'pix@academia.invalid', valor: '110.00', horario: '2026-03-04T12:00:00.000Z',
      pagador: { nome: 'Fulano de Tal', cpf: '52998224725' }, componentesValor: { original: { valor: '100.00' }, juros: { valor: '8.00' }, multa: { valor: '2.00' } } },
    { endToEndId: E2E(2), valor: '59.90', horario: '2026-03-04T15:30:00.000Z', devolucoes: [{ id: '1', rtrId: 'D00000000202603051200abcdefgh001', valor: '9.90', horario: { solicitacao: '2026-03-05T12:00:00.000Z' }, status: 'DEVOLVIDO' }] },
  ],
}, null, 1);

const TXID = 'academiasol2026030400000000001';
const CHARGES = JSON.stringify({
  parametros: { inicio: '2026-03-01T03:00:00Z', fim: '2026-03-05T02:59:59Z', paginacao: { quantidadeDePaginas: 1, quantidadeTotalDeItens: 1 } },
  cobs: [{ txid: TXID, status: 'CONCLUIDA', calendario: { dataDeVencimento: '2026-03-03' }, devedor: { cpf: '52998224725', nome: 'Fulano' }, valor: { original: '80.00' },
    pix: [{ endToEndId: E2E(3), valor: '80.00', horario: '2026-03-04T12:00:00Z' }] }],
  cobsr: [{ idRec: 'RR0000000020260101abcdefghijk', txid: TXID, status: 'ATIVA', tentativas: [{ dataLiquidacao: '2026-03-04', tipo: 'AGND', status: 'REJEITADA', endToEndId: E2E(4), rejeicao: { codigo: 'AM09' } }] }],
}, null, 1);

/** Own files of each kind, from which the inputs are made. */
export const ORIGINALS: Record<FileKind, readonly Uint8Array[]> = {
  cnab400: Object.keys(BANKS_400).map((bank) => bytesOf(lines400(bank, titlesOf(bank)))),
  cnab240: BANKS_240.map((bank) => bytesOf(lines240(bank, TITLES))),
  febraban150: [bytesOf(lines150('104', SLIPS)), bytesOf(lines150('001', SLIPS.slice(0, 1)), '\n')],
  ofx: [Buffer.from(OFX, 'latin1'), Buffer.from(OFX_XML)],
  pix: [Buffer.from(PIX), Buffer.from(JSON.stringify(JSON.parse(PIX).pix)), Buffer.from(CHARGES)],
};

const insist = (condition: boolean, reason: string) => {
  if (!condition) throw new Error(reason);
};
const FIXED_WIDTH = new Set<FileKind | null>(['cnab400', 'cnab240', 'febraban150']);
const DATES = ['due_date', 'paid_date', 'credit_date'] as const;
const CENTS = ['title_cents', 'gross_cents', 'net_cents', 'fee_cents', 'interest_cents', 'discount_cents', 'rebate_cents'] as const;

/** Whether the digits of an amount stand in a text; separators aside, and the zeros at its end, which a file may leave out ("12,5"). */
const told = (text: string, cents: number) => text.replace(/[.,\s]/g, '').includes(String(Math.abs(cents)).replace(/0+$/, ''));

/** Whether what was paid is in the row's own lines: as it is, or as paid field plus fee or late charges. */
function fromItsLines(file: BankFile, row: Row, lines: readonly string[]): boolean {
  const gross = row.gross_cents ?? 0;
  // The U of a T follows it, perhaps with other segments between.
  const own = FIXED_WIDTH.has(file.kind) ? lines.slice(row.line - 1, row.line + (file.kind === 'cnab240' ? 20 : 0)).join(' ') : lines.join(' ');
  return [0, row.fee_cents ?? 0, row.interest_cents ?? 0].some((more) => told(own, gross - more));
}

/** FEBRABAN 150, added up here by columns: what may be posted must agree with its own trailer. */
function slipsAgree(lines: readonly string[]): boolean {
  const paid = lines.filter((line) => line[0] === 'G').reduce((sum, line) => sum + Number(line.slice(81, 93)), 0);
  const trailer = lines.findLast((line) => line.trim() !== '')!;
  return paid === Number(trailer.slice(7, 24));
}

function checkRow(file: BankFile, row: Row, lines: readonly string[]): void {
  for (const field of DATES) insist(row[field] === null || isCivilDate(row[field]), `${field} is no date`);
  for (const field of CENTS) insist(row[field] === null || Number.isSafeInteger(row[field]), `${field} is no whole number`);
  if (!row.settled) return;
  insist(row.meaning === 'settled', 'a settled row means something else');
  insist((row.gross_cents ?? 0) >= 0, 'a payment of less than nothing');
  insist(fromItsLines(file, row, lines), 'a payment whose amount is not in its lines');
}

/** Reads an input and insists on what holds for every file whatsoever. Error with the reason where it does not. */
export function check(bytes: Uint8Array): Posting {
  const started = performance.now();
  const file = readBankFile(bytes);
  insist(performance.now() - started < TIME_MS_MAX, `it took more than ${TIME_MS_MAX} ms`);
  // End-of-file marks and NUL are no characters of a line.
  const content = Content.of(() => [bytes]);
  const text = (file.kind === 'febraban150' ? content.inColumns(150) : content).text().replace(/[\u001A\u0000]/g, '');
  const lines = text.split(/\r\n|\n|\r/);
  const settled = file.rows.filter((row) => row.settled);
  insist(file.totals.settled_rows === settled.length, 'the count of settled rows is another');
  insist(file.totals.gross_cents === settled.reduce((sum, row) => sum + (row.gross_cents ?? 0), 0), 'the sum of settled rows is another');
  if (file.posting === 'refused') insist(file.rows.length === 0 && file.problems.length > 0, 'a refused file with rows, or without a reason');
  if (FIXED_WIDTH.has(file.kind)) insist(file.rows.length <= lines.length, 'more rows than lines');
  for (const row of file.rows) checkRow(file, row, lines);
  if (file.kind === 'febraban150' && (file.posting === 'ok' || file.posting === 'warning')) insist(slipsAgree(lines), 'a file that disagrees with its own total may be posted');
  insist(new Set(file.rows.map((row) => rowIdentity(file, row))).size === file.rows.length, 'two rows of one identity');
  insist(typeof describeFile(file) === 'string' && typeof JSON.stringify(fileJson(file)) === 'string', 'it cannot be told');
  return file.posting;
}

/** How many inputs ended how, and how long the slowest took. */
export interface FuzzResult { inputs: number; postings: Record<Posting, number>; slowest_ms: number }

/** Reads `inputs` mutations of a kind's files. Error with seed and number of the input for the first on which something does not hold. */
export function fuzz(kind: FileKind, inputs: number, seed: number): FuzzResult {
  const originals = ORIGINALS[kind];
  const postings: Record<Posting, number> = { ok: 0, warning: 0, needs_confirmation: 0, refused: 0 };
  let slowest_ms = 0;
  for (let i = 0; i < inputs; i++) {
    const input = mutated(originals[i % originals.length]!, seeded(seed * 1_000_003 + i));
    const started = performance.now();
    try {
      postings[check(input)]++;
    } catch (error) {
      throw new Error(`${kind}, seed ${seed}, input ${i}: ${(error as Error).message}`, { cause: error });
    }
    slowest_ms = Math.max(slowest_ms, performance.now() - started);
  }
  return { inputs, postings, slowest_ms };
}
