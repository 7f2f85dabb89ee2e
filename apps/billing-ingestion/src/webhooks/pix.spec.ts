import fc from 'fast-check';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { call, contextOf, told as toldBy } from '../../test/webhook-context';
import { pix } from './pix';
import type { Mapped } from './source';

const E2E = (n: number) => `E00000000202603101200${String(n).padStart(11, '0')}`;
const RTR = (n: number) => `D${E2E(n).slice(1)}`;
const TXID = 'academiasol2026030400000000001';
const of = (more: object = {}) => ({ endToEndId: E2E(1), txid: TXID, valor: '129.90', horario: '2026-03-11T01:30:00.000Z', ...more });
const told = (body: unknown, more: Parameters<typeof toldBy>[2] = {}) => toldBy(pix, body, more);
const RECEIVED = { id: `pix:${E2E(1)}`, type: 'upstream.payment-received.v1', data: { payment_id: E2E(1), source: 'loja', reference: TXID, amount_cents: 12_990, currency: 'BRL', paid_date: '2026-03-10', credit_date: '2026-03-10' } };
/** What of a body could not be told, and about what. */
const untold = (body: unknown) => (pix.map(contextOf(body)) as Extract<Mapped, { contents: unknown }>).untold!.map(({ reason, about }) => [reason, ...about.references]);

describe('Pix', () => {
  it('is money at once, known by its endToEndId, by its charge\'s txid, on the day in Brasília', () => {
    for (const body of [{ pix: [of()] }, [of()], of(), { pix: [of({ pagador: { cpf: '52998224725', nome: 'Ana' }, infoPagador: 'obrigada' })] }]) expect(told(body)).toEqual([RECEIVED]);
    const { txid: _, ...bare } = of();
    const { reference: __, ...data } = RECEIVED.data;
    expect(told({ pix: [bare] })).toEqual([{ ...RECEIVED, data }]);
    // Of cob and cobv alike; the state of the charge says nothing of the money.
    for (const charge of [{ calendario: {}, status: 'ATIVA' }, { calendario: { dataDeVencimento: '2026-03-01' }, status: 'CONCLUIDA' }])
      expect(told({ cobs: [{ txid: TXID, valor: { original: '129.90' }, pix: [bare], ...charge }] })).toEqual([RECEIVED]);
  });

  it('tells what it was granted and what was charged, and leaves a sum that is another to a person', () => {
    const parts = (desconto: string) => ({ componentesValor: { original: { valor: '139.90' }, desconto: { valor: desconto } } });
    expect(told({ pix: [of(parts('10.00'))] })).toEqual([{ ...RECEIVED, data: { ...RECEIVED.data, discount_cents: 1_000 } }]);
    const late = { original: { valor: '126.90' }, multa: { valor: '2.54' }, juros: { valor: '0.46' } };
    expect(told({ pix: [of({ componentesValor: late })] })).toEqual([{ ...RECEIVED, data: { ...RECEIVED.data, charges: { fine_cents: 254, interest_cents: 46 } } }]);
    expect(untold({ pix: [of(parts('9.00')), of({ endToEndId: E2E(2) })] })).toEqual([[expect.stringContaining('componentesValor sums to 130.90'), TXID]]);
  });

  it('gives back what a devolução gave back, each part for itself, and only once it is done', () => {
    const back = (n: number, status: string, valor = '10.00') => ({ id: `d${n}`, rtrId: RTR(n), valor, status, horario: { solicitacao: '2026-03-11T15:00:00Z', ...(status === 'DEVOLVIDO' ? { liquidacao: '2026-03-12T02:00:00Z' } : {}) } });
    const given = (n: number) => ({ id: `devolucao:${RTR(n)}`, type: 'upstream.payment-refunded.v1', data: { refund_id: RTR(n), payment_id: E2E(1), source: 'loja', amount_cents: 1_000, currency: 'BRL', refunded_date: '2026-03-11', reason: 'pix-devolution' } });
    const parts = { pix: [of({ devolucoes: [back(1, 'DEVOLVIDO'), back(2, 'EM_PROCESSAMENTO'), back(3, 'NAO_REALIZADO', '129.90'), back(4, 'DEVOLVIDO')] })] };
    expect([told(parts), untold(parts)]).toEqual([[RECEIVED, given(1), given(4)], []]);
    const { rtrId: _, ...unnumbered } = back(5, 'DEVOLVIDO');
    expect(told({ pix: [of({ devolucoes: [unnumbered] })] })).toMatchObject([RECEIVED, { id: `devolucao:${E2E(1)}/d5`, data: { refund_id: `${E2E(1)}/d5` } }]);
    expect(untold({ pix: [of({ devolucoes: [back(6, 'DEVOLVIDO', '10')] })] })).toEqual([['A devolução that was carried out has no id, amount or day that can be read.', TXID, TXID]]);
    expect(untold({ pix: [of({ devolucoes: [back(7, 'DEVOLVIDO', '129.91')] })] })).toEqual([[expect.stringContaining('more than the Pix'), TXID, TXID]]);
  });

  it.each([{ valor: 129.9 }, { valor: '129,90' }, { valor: '0.00' }, { endToEndId: null }, { endToEndId: 'E 1' }, { horario: 'hoje', endToEndId: 'E'.repeat(32) }])('takes no money from %j, and lets the others in', (more) => {
    expect(told({ pix: [of(more), of({ endToEndId: E2E(1) })] })).toEqual([RECEIVED]);
    expect(untold({ pix: [of(more), of({ endToEndId: E2E(1) })] })).toHaveLength(1);
    expect(untold([of(more)])).toHaveLength(1);
  });

  describe('Automático', () => {
    const attempt = (status: string, more: object = {}) => ({ dataLiquidacao: '2026-03-12', tipo: 'NTAG', status, endToEndId: E2E(1), ...more });
    const cobr = (tentativas: object[], more: object = {}) => ({ cobsr: [{ idRec: 'RR1', txid: TXID, status: 'ATIVA', atualizacao: [], tentativas, ...more }] });
    const priced = { calendario: {}, valor: { original: '129.90' } };
    const tells = { payment_id: E2E(1), source: 'loja', reference: TXID };

    it.each(['SOLICITADA', 'AGENDADA', 'PAGA', 'NOVO_ESTADO'])('holds while an attempt is %s: its Pix alone is money', (status) => {
      expect(told(cobr([attempt(status)], priced))).toEqual([{ id: `cobr:${E2E(1)}:pending`, type: 'upstream.payment-pending.v1', data: tells }]);
      expect(told(cobr([attempt(status)]))).toEqual(told(cobr([attempt(status)], priced)));
    });

    it.each(['REJEITADA', 'CANCELADA', 'EXPIRADA'])('has failed where an attempt is %s, or the charge with an attempt under way', (status) => {
      const tried = { attempt_id: E2E(1), attempted_at: '2026-03-12T15:00:00.000Z', rail: 'PIX_AUTO', mandate_id: 'RR1' };
      const failure = { id: `cobr:${E2E(1)}:failed:2026-03-12`, type: 'upstream.payment-failed.v1', data: { ...tells, attempt: tried } };
      expect(told(cobr([attempt(status)]))).toEqual([failure]);
      expect(told(cobr([attempt(status, { rejeicao: { codigo: 'AM09', descricao: 'saldo' } })]))).toEqual([{ ...failure, data: { ...failure.data, code: 'AM09' } }]);
      expect(told(cobr([attempt(status)], { politicaRetentativa: 'PERMITE_3R_7D', ...priced }))).toMatchObject([
        { id: expect.stringMatching(/:\d+:PERMITE_3R_7D$/), data: { attempt: { ...tried, retry_policy: 'PERMITE_3R_7D', amount_cents: expect.any(Number) } } }]);
      expect(told(cobr([attempt('AGENDADA')], { status }))).toEqual([failure]);
      expect(told(cobr([attempt('PAGA')], { status, ...priced }))).toMatchObject([{ type: 'upstream.payment-pending.v1' }]);
    });

    it('knows an attempt by its endToEndId, else by txid and day', () => {
      expect(told(cobr([attempt('REJEITADA', { endToEndId: null })]))).toMatchObject([{ data: { payment_id: `${TXID}:2026-03-12` } }]);
      expect(untold(cobr([attempt('REJEITADA', { endToEndId: null, dataLiquidacao: null })]))).toEqual([['An attempt has neither endToEndId nor txid and day.', TXID, TXID]]);
    });

    it('has charges and recurrences without money', () => {
      for (const body of [cobr([]), cobr([], { status: 'CONCLUIDA' }), { recs: [{ idRec: 'RR1', status: 'APROVADA' }] }, { pix: [] }, []]) expect(told(body)).toBe('ignored');
      expect(told(cobr([], { ...priced, status: 'CONCLUIDA', pix: [of()] }))).toEqual([RECEIVED]);
    });
  });

  it('passes over the test of an address, and nothing that might be a Pix', () => {
    for (const body of [{ evento: 'teste_webhook' }, {}, { webhookUrl: 'https://x.invalid' }, 'null']) expect(told(body)).toBe('ignored');
    expect(untold({ valor: '10.00', horario: '2026-03-11T01:30:00.000Z' })).toHaveLength(1);
    expect(untold({ pix: [{ txid: TXID }] })).toHaveLength(1);
    for (const body of ['', 'pix', '{"pix":[', `{"pix":[${'['.repeat(100_000)}${']'.repeat(100_000)}]}`]) expect(told(body)).toBe('unmappable: The body is not JSON that can be read.');
  });

  it('says what fits its contract, or that it cannot, whatever has become of its bytes', () => {
    const back = { id: 'd1', rtrId: RTR(1), valor: '10.00', status: 'DEVOLVIDO', horario: { solicitacao: '2026-03-11T15:00:00Z' } };
    const attempt = { dataLiquidacao: '2026-03-12', tipo: 'NTAG', status: 'REJEITADA', endToEndId: E2E(2), rejeicao: { codigo: 'AM09' } };
    const whole = JSON.stringify({ pix: [of({ devolucoes: [back] })], cobsr: [{ idRec: 'RR1', txid: TXID, status: 'ATIVA', calendario: {}, valor: { original: '129.90' }, tentativas: [attempt] }] });
    const put = fc.oneof(fc.string({ maxLength: 3 }), fc.constantFrom('"', '{', '}', '[', ']', 'null', '1e9', ' ', '\u0000', 'é', '\\ud800'));
    fc.assert(
      fc.property(fc.nat(whole.length), fc.nat(12), put, (at, cut, text) => {
        const body = whole.slice(0, at) + text + whole.slice(at + cut);
        expect(() => pix.identify(call(body))).not.toThrow(/^(?!The body is not JSON)/);
        // Ten digits before the point are more than the contracts take: such a Pix goes to quarantine as it is.
        if (!/\d{10}\.\d\d"/.test(body)) told(body);
      }),
      { numRuns: 2_000, seed: 20_260_310 },
    );
  });

  it('dedupes deliveries on their bytes', () => {
    expect(pix.identify(call({ pix: [of()] }))).toEqual({ identity: expect.stringMatching(/^[0-9a-f]{64}$/), type: 'pix' });
    expect(pix.identify(call({ pix: [of()] })).identity).not.toBe(pix.identify(call({ pix: [of({ infoPagador: 'x' })] })).identity);
    expect(pix.about(call({ pix: [of(), of({ endToEndId: E2E(2), txid: 'b' })] }).body)).toEqual({ customer_id: null, references: [TXID, 'b'] });
  });

  it('reads the examples of the central bank', () => {
    const folder = resolve(process.env.EMDIA_TEST_DATA ?? resolve(__dirname, '../../../../../shared/data'), 'pix/examples');
    if (!existsSync(folder)) return console.warn(`Not read: ${folder} is not there (EMDIA_TEST_DATA).`);
    const types = (name: string) => {
      const found = told(readFileSync(resolve(folder, name), 'utf8'));
      return Array.isArray(found) ? found.map(({ type }: { type: string }) => type.slice(9, -3)) : found;
    };
    for (const name of readdirSync(folder).filter((each) => /^pix-(webhook|response)|^(cob-r|rec)-webhook-notification/.test(each)))
      expect([name, types(name)]).toEqual([name, name.startsWith('pix') ? expect.arrayContaining(['payment-received']) : name.startsWith('rec') ? 'ignored' : ['payment-pending']]);
  });
});
