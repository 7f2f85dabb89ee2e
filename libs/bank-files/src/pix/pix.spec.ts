import { readPix } from './pix';

const E2E = (n: number) => `E00000000202603101200${String(n).padStart(11, '0')}`;
const TXID = 'fatura00000000000000000000000001';
const pix = (more: Record<string, unknown> = {}) => ({ endToEndId: E2E(1), txid: TXID, valor: '110.00', horario: '2026-03-10T15:00:00.123Z', ...more });
const read = (body: unknown) => readPix(JSON.stringify(body));
const one = (more: Record<string, unknown>) => read({ pix: [pix(more)] });
const reasons = (file: ReturnType<typeof readPix>) => file.problems.map(({ reason }) => reason).join('; ');

describe('readPix', () => {
  it('reads a webhook', () => {
    const file = one({ chave: 'chave@credor.invalid', infoPagador: 'Fatura 1', pagador: { cpf: '529.982.247-25', nome: 'Joana Silva' } });
    expect(file).toMatchObject({
      kind: 'pix', bank: null, layout: { name: 'Pix API, pix', fallback: false }, posting: 'ok', currency: 'BRL', accounts: ['chave@credor.invalid'], problems: [],
      totals: { settled_rows: 1, gross_cents: 11_000 },
    });
    expect(file.rows).toMatchObject([{
      line: 1, occurrence: 'PIX', settled: true, meaning: 'settled', gross_cents: 11_000, net_cents: 11_000, document_number: TXID, external_id: E2E(1), paid_date: '2026-03-10',
      credit_date: '2026-03-10', payer: 'Joana Silva', payer_document: '52998224725', memo: 'Fatura 1', interest_cents: null,
    }]);
  });

  it('reads a bare array, one Pix alone, and a body without any', () => {
    for (const body of [[pix()], pix()]) expect(read(body)).toMatchObject({ posting: 'ok', totals: { settled_rows: 1, gross_cents: 11_000 } });
    for (const body of [{ pix: [] }, []]) expect(read(body)).toMatchObject({ posting: 'ok', rows: [] });
  });

  it('reads a Pix without txid as money without a reference', () => expect(one({ txid: undefined })).toMatchObject({ posting: 'ok', rows: [{ settled: true, document_number: null }] }));

  it.each([['2026-03-11T02:59:59Z', '2026-03-10'], ['2026-03-11T03:00:00Z', '2026-03-11'], ['2026-03-10T23:30:00-03:00', '2026-03-10'], ['2026-03-10T23:30:00-0300', '2026-03-10'], ['2026-03-10T23:30:00', '2026-03-10'], ['2026-03-10T00:30:00', '2026-03-10'], ['2026-03-11T00:30:00-02:00', '2026-03-10']])(
    'counts %s to %s, the day in Brasília', (horario, day) => expect(one({ horario })).toMatchObject({ posting: 'ok', rows: [{ paid_date: day, credit_date: day }] }));

  it('takes the time in the endToEndId where the other does not exist, and none where neither does', () => {
    for (const horario of ['2026-13-40T10:00:00Z', '2026-02-30T10:00:00Z', '2026-03-10T25:00:00Z', 'hoje', 5, null])
      expect(one({ horario })).toMatchObject({ posting: 'warning', rows: [{ settled: true, paid_date: '2026-03-10' }], problems: [{ line: 1, reason: expect.stringContaining('no time that exists') }] });
    expect(one({ horario: 'hoje', endToEndId: 'E'.repeat(32) })).toMatchObject({ posting: 'warning', rows: [{ settled: false, paid_date: null, gross_cents: 11_000 }] });
  });

  it.each([110, '110', '110,00', '1.100.00', '-110.00', ' 110.00', '110.0', '12345678901.00', null, { valor: '110.00' }])('takes no money from the amount %j', (valor) => {
    expect(one({ valor })).toMatchObject({ posting: 'warning', totals: { settled_rows: 0, gross_cents: 0 }, rows: [{ gross_cents: null, settled: false }] });
  });
  it('takes nothing for nothing', () => expect(one({ valor: '0.00' })).toMatchObject({ posting: 'warning', totals: { settled_rows: 0 } }));

  it('parts interest, fine and discounts where they sum to the amount, and asks a person where they do not', () => {
    const componentesValor = { original: { valor: '100.00' }, multa: { valor: '2.00' }, juros: { valor: '10.00' }, abatimento: { valor: '1.50' }, desconto: { valor: '0.50' } };
    expect(one({ componentesValor })).toMatchObject({ posting: 'ok', rows: [{ title_cents: 10_000, interest_cents: 1_200, fine_cents: 200, discount_cents: 200, rebate_cents: null, gross_cents: 11_000 }] });
    const wrong = one({ componentesValor: { ...componentesValor, juros: { valor: '9.00' } } });
    expect(wrong.posting).toBe('needs_confirmation');
    expect(reasons(wrong)).toBe('componentesValor sums to 109.00, the Pix is 110.00: a difference of -1.00');
    expect(one({ componentesValor: { ...componentesValor, juros: { valor: 10 } } })).toMatchObject({ posting: 'warning', rows: [{ settled: true, interest_cents: null, title_cents: null }] });
    expect(reasons(one({ componentesValor: { original: { valor: '90.00' }, troco: { valor: '20.00' } } }))).toContain('20.00 of the Pix was handed out in cash');
  });

  it('reads devoluções in part, each for itself, and only the finished ones as money back', () => {
    const devolucao = (id: number, status: string, valor = '10.00') => ({ id: String(id), rtrId: `D${E2E(id).slice(1)}`, valor, status, horario: { solicitacao: '2026-03-11T15:00:00Z', ...(status === 'DEVOLVIDO' && { liquidacao: '2026-03-12T15:00:00Z' }) } });
    const file = one({ devolucoes: [devolucao(1, 'DEVOLVIDO'), devolucao(2, 'EM_PROCESSAMENTO'), devolucao(3, 'NAO_REALIZADO', '110.00')] });
    expect(file).toMatchObject({ posting: 'ok', totals: { settled_rows: 1, gross_cents: 11_000 } });
    expect(file.rows.slice(1)).toMatchObject([
      { occurrence: 'DEVOLUCAO:DEVOLVIDO', meaning: 'reversed', settled: false, gross_cents: 1_000, external_id: `D${E2E(1).slice(1)}`, reverses_id: E2E(1), document_number: TXID, paid_date: '2026-03-12', credit_date: '2026-03-12' },
      { occurrence: 'DEVOLUCAO:EM_PROCESSAMENTO', meaning: 'notice', paid_date: '2026-03-11', credit_date: null },
      { occurrence: 'DEVOLUCAO:NAO_REALIZADO', meaning: 'notice' },
    ]);
    expect(one({ devolucoes: devolucao(1, 'DEVOLVIDO') }).rows).toMatchObject([{ occurrence: 'PIX' }, { meaning: 'reversed' }]);
    expect(one({ devolucoes: [devolucao(1, 'DEVOLVIDO', '60.00'), devolucao(2, 'DEVOLVIDO', '60.00')] })).toMatchObject({ posting: 'needs_confirmation', problems: [{ reason: expect.stringContaining('120.00 are more than the Pix of 110.00') }] });
    expect(one({ devolucoes: [devolucao(1, 'DEVOLVIDO', '1'), 7] })).toMatchObject({ posting: 'warning', rows: [{}, { meaning: 'notice', gross_cents: null }] });
    expect(one({ devolucoes: [{ id: 'a', valor: '1.00', status: 'DEVOLVIDO', horario: {} }] })).toMatchObject({ rows: [{}, { external_id: `${E2E(1)}/a` }], problems: [{ reason: expect.stringContaining('no time') }] });
  });

  it('takes an endToEndId once, and asks a person where it comes with another amount', () => {
    expect(read({ pix: [pix(), pix()] })).toMatchObject({ posting: 'warning', totals: { settled_rows: 1, gross_cents: 11_000 } });
    expect(read({ pix: [pix(), pix({ valor: '9.00' })] })).toMatchObject({ posting: 'needs_confirmation', totals: { settled_rows: 1, gross_cents: 11_000 } });
    const back = { id: 'x', rtrId: 'D1', valor: '1.00', status: 'DEVOLVIDO', horario: { liquidacao: '2026-03-12T15:00:00Z' } };
    expect(read({ pix: [pix(), pix({ devolucoes: [back] }), pix({ devolucoes: [back] })] }).rows.map(({ meaning }) => meaning)).toEqual(['settled', 'notice', 'reversed', 'notice']);
  });

  it('takes no Pix without an identity, and tells of one that is not as long as it should be', () => {
    for (const endToEndId of [undefined, '', 'E 1', 7]) expect(one({ endToEndId })).toMatchObject({ posting: 'warning', totals: { settled_rows: 0 }, rows: [{ settled: false, gross_cents: 11_000 }] });
    expect(one({ endToEndId: `${E2E(1)}00` })).toMatchObject({ posting: 'warning', totals: { settled_rows: 1 } });
    expect(one({ txid: 'not a txid' })).toMatchObject({ posting: 'warning', rows: [{ settled: true, document_number: null }] });
  });
});

describe('readPix of charges', () => {
  const charge = (more: Record<string, unknown> = {}) => ({
    txid: TXID, status: 'CONCLUIDA', chave: 'chave@credor.invalid', calendario: { dataDeVencimento: '2026-03-09' }, devedor: { cnpj: '11222333000181', nome: 'Acme' }, valor: { original: '100.00' }, ...more,
  });

  it('finds the Pix that paid a cobv under its txid, with the debtor of the charge', () => {
    const file = read({ cobs: [charge({ pix: [pix({ txid: undefined })] })] });
    expect(file).toMatchObject({ posting: 'ok', totals: { settled_rows: 1, gross_cents: 11_000 }, layout: { name: 'Pix API, cobs' } });
    expect(file.rows).toMatchObject([
      { occurrence: 'COBV:CONCLUIDA', settled: false, meaning: 'notice', gross_cents: null, title_cents: 10_000, due_date: '2026-03-09', document_number: TXID },
      { occurrence: 'PIX', settled: true, document_number: TXID, title_cents: 10_000, due_date: '2026-03-09', payer: 'Acme', payer_document: '11222333000181' },
    ]);
  });

  it.each([['ATIVA', 'confirmed'], ['CONCLUIDA', 'notice'], ['REMOVIDA_PELO_USUARIO_RECEBEDOR', 'written_off'], ['REMOVIDA_PELO_PSP', 'written_off'], ['REJEITADA', 'rejected'], ['EXPIRADA', 'rejected'], ['NOVA', 'notice']])(
    'takes the state %s of a charge for %s and never for money', (status, meaning) =>
      expect(read(charge({ status }))).toMatchObject({ posting: 'ok', totals: { settled_rows: 0 }, rows: [{ meaning, settled: false }] }));

  it('reads a recurring charge with its attempts and what went wrong', () => {
    const attempt = (status: string, more = {}) => ({ dataLiquidacao: '2026-03-10', tipo: 'NTAG', status, endToEndId: E2E(1), ...more });
    const cobr = charge({ idRec: 'RR1', status: 'ATIVA', calendario: {}, tentativas: [attempt('REJEITADA', { rejeicao: { codigo: 'AM09', descricao: 'saldo' } }), attempt('PAGA'), attempt('AGENDADA', { dataLiquidacao: '2026-31-12' })], pix: [pix()] });
    const file = read({ cobsr: [cobr] });
    expect(file.rows).toMatchObject([
      { occurrence: 'COBR:ATIVA', meaning: 'confirmed', memo: 'RR1' }, { occurrence: 'PIX', settled: true },
      { occurrence: 'TENTATIVA:REJEITADA', meaning: 'rejected', settled: false, due_date: '2026-03-10', memo: 'NTAG AM09 saldo' },
      { occurrence: 'TENTATIVA:PAGA', settled: false, meaning: 'notice', external_id: E2E(1) }, { occurrence: 'TENTATIVA:AGENDADA', meaning: 'confirmed', due_date: null },
    ]);
    expect(file).toMatchObject({ posting: 'warning', totals: { settled_rows: 1 }, problems: [{ line: 1, reason: 'dataLiquidacao is no date that exists' }] });
    expect(read(charge({ idRec: 'RR1', status: 'REJEITADA', encerramento: { rejeicao: { codigo: 'AC05', descricao: 'conta encerrada' } } })).rows).toMatchObject([{ meaning: 'rejected', memo: 'RR1 AC05 conta encerrada' }]);
  });

  it('reads a recurrence, which is no money', () => {
    const rec = { idRec: 'RR1', status: 'APROVADA', ativacao: { dadosJornada: { txid: TXID } }, valor: { valorRec: '35.00' }, vinculo: { contrato: '77', devedor: { cpf: '52998224725', nome: 'Joana' } } };
    for (const body of [{ recs: [rec] }, rec]) expect(read(body)).toMatchObject({
      posting: 'ok', totals: { settled_rows: 0 }, rows: [{ occurrence: 'REC:APROVADA', external_id: 'RR1', document_number: TXID, title_cents: 3_500, gross_cents: null, payer: 'Joana', memo: '77' }],
    });
    expect(read({ recs: [{ status: 'CRIADA' }] })).toMatchObject({ posting: 'warning', problems: [{ reason: 'a recurrence has no idRec' }] });
  });

  it('covers the days that a query has told to their end', () => {
    const query = (fim: string, quantidadeDePaginas = 1, quantidadeTotalDeItens = 1) => read({ parametros: { inicio: '2026-03-01T03:00:00Z', fim, paginacao: { quantidadeDePaginas, quantidadeTotalDeItens } }, pix: [pix()] });
    expect(query('2026-03-11T02:59:59Z').header).toMatchObject({ covered_from: '2026-03-01', covered_until: '2026-03-10' });
    expect(query('2026-03-10T23:59:59Z').header.covered_until).toBe('2026-03-09');
    expect(query('2026-03-11T02:59:59Z', 2).header.covered_until).toBeNull();
    expect(query('2026-03-11T02:59:59Z', 1, 2)).toMatchObject({ posting: 'warning', trailer: { entries: 2 }, problems: [{ reason: 'the answer counts 2 entries and has 1' }] });
  });
});

describe('readPix of what it is not', () => {
  it.each(['', 'x', '{', '"pix"', '7', 'null', '{}', '[1]', '[{}]', '{"pix":{}}', '{"type":"https://pix.invalid/error/NaoEncontrado","title":"x","status":404}', '{"webhookUrl":"https://x.invalid"}', '['.repeat(200_000)])(
    'refuses %#', (text) => expect(readPix(text)).toMatchObject({ kind: 'pix', posting: 'refused', rows: [], problems: [{ line: null }] }));

  it('passes over entries that are none and reads the others', () => {
    expect(read({ pix: [null, 7, 'x', [], {}, { allOf: [] }, pix()] })).toMatchObject({ posting: 'warning', totals: { settled_rows: 1 }, rows: [{ line: 7 }] });
    expect(read([pix(), { x: 1 }])).toMatchObject({ posting: 'warning', totals: { settled_rows: 1 }, problems: [{ line: 2 }] });
    expect(read({ cobs: [{ allOf: [] }] })).toMatchObject({ posting: 'warning', rows: [] });
  });
});
