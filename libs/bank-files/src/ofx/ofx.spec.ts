import { readOfx, statementIdentities } from './ofx';

interface Movement { type?: string; posted?: string; amount?: string; fitid?: string; more?: string }
interface Written { header?: string; currency?: string; account?: string; movements?: Movement[]; tail?: string; xml?: boolean; start?: string; end?: string }

const SGML = 'OFXHEADER:100\nDATA:OFXSGML\nVERSION:102\nSECURITY:NONE\nENCODING:USASCII\nCHARSET:1252\n\n';
const XML = '<?xml version="1.0" encoding="UTF-8"?>\n<?OFX OFXHEADER="200" VERSION="220" SECURITY="NONE"?>\n';
const BALANCES = '<LEDGERBAL><BALAMT>1.500,00<DTASOF>20260331</LEDGERBAL><AVAILBAL><BALAMT>1.400,00<DTASOF>00000000</AVAILBAL>';
const movement = ({ type = 'CREDIT', posted = '20260310', amount = '99.90', fitid = 'F1', more = '<MEMO>PIX RECEBIDO' }: Movement) =>
  `<STMTTRN>\n<TRNTYPE>${type}\n<DTPOSTED>${posted}\n<TRNAMT>${amount}\n<FITID>${fitid}\n${more}\n</STMTTRN>\n`;
const bank = ({ currency = 'BRL', account = '<BANKID>0999<BRANCHID>0001<ACCTID>12345-6<ACCTTYPE>CHECKING', movements = [{}], tail = BALANCES, start = '20260301', end = '20260331' }: Written = {}) =>
  `<STMTTRNRS><TRNUID>1<STATUS><CODE>0<SEVERITY>INFO</STATUS>\n<STMTRS><CURDEF>${currency}\n<BANKACCTFROM>${account}</BANKACCTFROM>\n` +
  `<BANKTRANLIST><DTSTART>${start}<DTEND>${end}\n${movements.map(movement).join('')}</BANKTRANLIST>${tail}</STMTRS></STMTTRNRS>\n`;
const card = (movements: Movement[]) => bank({ account: '<ACCTID>XXXX1', movements, tail: '' }).replace(/BANKACCTFROM/g, 'CCACCTFROM').replace(/(\/?)STMTRS/g, '$1CCSTMTRS').replace(/(\/?)STMTTRNRS/g, '$1CCSTMTTRNRS');
const SIGN_ON = '<SIGNONMSGSRSV1><SONRS><STATUS><CODE>0<SEVERITY>INFO</STATUS><DTSERVER>20260331180000[-3:GMT]<LANGUAGE>POR<FI><ORG>Banco<FID>999</FI></SONRS></SIGNONMSGSRSV1>\n';
const file = (statements: string, header = SGML, signOn = SIGN_ON) => `${header}<OFX>\n${signOn}<BANKMSGSRSV1>${statements}</BANKMSGSRSV1>\n</OFX>\n`;
const read = (written: Written = {}) => readOfx(file(bank(written)));
const rowOf = (each: Movement) => read({ movements: [each] });

describe('readOfx', () => {
  it('reads a statement whole', () => {
    const statement = read({ movements: [
      { more: '<CHECKNUM>42<NAME>Joana Silva<MEMO>PIX RECEBIDO 529.982.247-25' },
      { type: 'DEBIT', amount: '-1.000,00', fitid: 'F2', posted: '20260311120000[-3:GMT]' },
    ] });
    expect(statement).toMatchObject({
      kind: 'ofx', bank: '0999', layout: { name: 'OFX 102', fallback: false }, posting: 'ok', currency: 'BRL', accounts: ['12345-6'], problems: [],
      header: { generated_on: '2026-03-31', covered_from: '2026-03-01', covered_until: '2026-03-31' }, totals: { settled_rows: 1, gross_cents: 9_990 },
      trailer: { account: '12345-6', branch: '0001', ledger_balance_cents: 150_000, ledger_balance_date: '2026-03-31', available_balance_cents: 140_000, available_balance_date: null },
    });
    expect(statement.rows).toMatchObject([
      { line: 14, account: '12345-6', occurrence: 'CREDIT', settled: true, meaning: 'settled', gross_cents: 9_990, net_cents: 9_990, paid_date: '2026-03-10', credit_date: '2026-03-10', external_id: 'F1', document_number: '42', payer: 'Joana Silva', payer_document: '52998224725', memo: 'PIX RECEBIDO 529.982.247-25' },
      { line: 21, settled: false, meaning: 'notice', gross_cents: -100_000, net_cents: -100_000, paid_date: '2026-03-11', external_id: 'F2', payer: null },
    ]);
  });

  it('reads XML, closed tags, tags closed wrongly, and none closed, to the same', () => {
    const open = read();
    const closed = file(bank().replace(/<(\w+)>([^<\s][^<\n]*)/g, '<$1>$2</$1>'));
    const wrong = file(bank().replace(/<(\w+)>([^<\s][^<\n]*)/g, '<$1>$2</TRNUID>'));
    const xml = readOfx(file(bank().replace(/<(\w+)>([^<\s][^<\n]*)/g, '<$1>$2</$1>'), XML));
    for (const each of [readOfx(closed), readOfx(wrong)]) expect(each).toEqual(open);
    expect(xml.rows.map(({ line: _, ...row }) => row)).toEqual(open.rows.map(({ line: _, ...row }) => row));
    expect(xml.layout).toEqual({ name: 'OFX 220', fallback: false });
  });

  it('passes over comments and reads CDATA', () => {
    const text = file(bank({ movements: [{ more: '<!-- <TRNAMT>5000.00 --><MEMO><![CDATA[A & <B>]]>' }] }));
    expect(readOfx(text)).toMatchObject({ posting: 'ok', rows: [{ gross_cents: 9_990, memo: 'A & <B>' }] });
    expect(readOfx(text.replace('-->', '--')).kind).toBe('ofx');
  });

  it('takes movements apart where a closing tag is missing, and trusts none that ran into another', () => {
    const two = [{ fitid: 'A' }, { fitid: 'B', amount: '5.00' }];
    expect(readOfx(file(bank({ movements: two })).replace('</STMTTRN>', ''))).toMatchObject({ posting: 'ok', rows: [{ external_id: 'A', gross_cents: 9_990 }, { external_id: 'B', gross_cents: 500 }] });
    const torn = readOfx(file(bank({ movements: two })).replace(/<\/STMTTRN>\n<STMTTRN>/, ''));
    expect(torn).toMatchObject({ posting: 'warning', totals: { settled_rows: 0, gross_cents: 0 }, rows: [{ settled: false, gross_cents: null }] });
    expect(torn.problems[0]!.reason).toContain('two have run into one');
  });

  it('keeps a movement that it cannot read, without money', () => {
    expect(rowOf({ amount: '   .  ' })).toMatchObject({ posting: 'warning', totals: { settled_rows: 0 }, rows: [{ gross_cents: null, settled: false, external_id: 'F1' }], problems: [{ line: 14, reason: 'the amount of a movement cannot be read' }] });
    expect(rowOf({ posted: '20260230' })).toMatchObject({ posting: 'warning', rows: [{ settled: false, paid_date: null, credit_date: null }], problems: [{ line: 14 }] });
    expect(rowOf({ posted: '00000000' })).toMatchObject({ posting: 'warning', rows: [{ settled: false }] });
  });

  it('flags a movement that repeats another, and keeps it: two equal payments of one day look the same', () => {
    expect(read({ movements: [{}, { fitid: 'F2' }, {}] })).toMatchObject({ posting: 'warning', totals: { settled_rows: 3 }, problems: [{ line: 28, reason: expect.stringContaining('repeats id, amount and day') }] });
  });

  it('takes the day on which the money can be used for the credit', () => expect(rowOf({ more: '<DTAVAIL>20260312<DTUSER>20260309' })).toMatchObject({ rows: [{ paid_date: '2026-03-10', credit_date: '2026-03-12' }] }));

  it.each([
    [{ type: 'DEBIT' }, 'type DEBIT'], [{ type: 'SRVCHG' }, 'type SRVCHG'], [{ more: '<CURRENCY><CURRATE>5.1<CURSYM>USD</CURRENCY>' }, 'in USD, the file in BRL'],
  ])('never takes %j as money, and says so', (each, reason) => {
    expect(rowOf(each)).toMatchObject({ posting: 'warning', totals: { settled_rows: 0, gross_cents: 0 }, problems: [{ line: 14, reason: expect.stringContaining(reason) }] });
  });

  it.each(['SALDO DIA', 'Saldo Anterior', 'SALDO TOTAL DISPONÍVEL DIA', 'S A L D O', 'SALDO'])('takes the balance line %j for no movement', (memo) => {
    for (const tag of ['MEMO', 'NAME']) expect(rowOf({ amount: '7930.11', more: `<${tag}>${memo}` })).toMatchObject({ posting: 'ok', totals: { settled_rows: 0 }, rows: [{ settled: false, meaning: 'notice' }] });
  });
  it('takes money whose memo only begins like a balance', () => expect(rowOf({ more: '<MEMO>SALDO DEVEDOR JOANA' })).toMatchObject({ totals: { settled_rows: 1 } }));
  it('tells a fee', () => expect(rowOf({ type: 'FEE', amount: '-9.90' })).toMatchObject({ posting: 'ok', rows: [{ settled: false, meaning: 'fee' }] }));
  it('takes nothing pending as money', () => expect(readOfx(file(bank().replace(/STMTTRN>/g, 'STMTTRNP>')))).toMatchObject({ totals: { settled_rows: 0 }, problems: [{ reason: expect.stringContaining('pending') }] }));

  it('reads several accounts, cards without their credits being income, and never adds up currencies', () => {
    const dollars = bank({ currency: 'USD', account: '<BANKID>999<ACCTID>777' });
    const both = readOfx(file(dollars + bank() + card([{ amount: '350.00' }, { type: 'DEBIT', amount: '-20.00' }])));
    expect(both).toMatchObject({ accounts: ['777', '12345-6', 'XXXX1'], currency: 'BRL', totals: { settled_rows: 1, gross_cents: 9_990 }, posting: 'warning', trailer: { currency: 'USD', currency_2: 'BRL', account_3: 'XXXX1' } });
    expect(both.rows.map(({ account, settled, gross_cents }) => [account, settled, gross_cents])).toEqual([['777', false, 9_990], ['12345-6', true, 9_990], ['XXXX1', false, 35_000], ['XXXX1', false, -2_000]]);
    expect(readOfx(file(dollars))).toMatchObject({ currency: 'USD', posting: 'ok', totals: { settled_rows: 1 } });
  });

  it('covers no day that one of its accounts does not cover, nor one after the file was made', () => {
    expect(readOfx(file(bank() + bank({ account: '<ACCTID>2', start: '20260305', end: '20260320' }))).header).toMatchObject({ covered_from: '2026-03-05', covered_until: '2026-03-20' });
    expect(readOfx(file(bank({ end: '20260430' }))).header.covered_until).toBe('2026-03-31');
    expect(readOfx(file(bank({ end: '00000000' }))).header.covered_until).toBeNull();
  });

  it('asks a person where it cannot tell whose money it is', () => {
    for (const [written, reason] of [[{ account: '<BANKID>999' }, 'no account'], [{ currency: '' }, 'no currency']] as const)
      expect(read(written)).toMatchObject({ posting: 'needs_confirmation', problems: [{ reason: `a statement names ${reason}` }] });
    expect(readOfx(file(bank() + bank({ movements: [{ fitid: 'F2' }] })))).toMatchObject({ posting: 'needs_confirmation', problems: [{ reason: expect.stringContaining('two statements') }] });
  });

  it.each([
    ['', 'no <OFX>'], ['plain text', 'no <OFX>'], [file(bank(), ''), 'no OFX header'], [file(bank(), SGML.replace('102', '300')), 'version 300'], [file(bank()).slice(0, -10), 'cut off'],
    [file(''), 'no statement'], [file(movement({})), 'no statement'], [file(bank() + movement({})), 'outside of every statement'],
    [file('<STMTTRNRS><STATUS><CODE>2003<SEVERITY>ERROR<MESSAGE>Conta encerrada</STATUS></STMTTRNRS>'), 'error 2003: Conta encerrada'],
    [file(bank(), SGML, '<SIGNONMSGSRSV1><SONRS><STATUS><CODE>2000<SEVERITY>ERROR<MESSAGE>Tente mais tarde</STATUS></SONRS></SIGNONMSGSRSV1>'), 'error 2000: Tente mais tarde'],
  ])('refuses %#', (text, reason) => {
    const read = readOfx(text);
    expect(read).toMatchObject({ kind: 'ofx', posting: 'refused', rows: [], problems: [{ reason: expect.stringContaining(reason) }] });
  });

  it('reads on where one of two statements was an error, and where the header is in one line or lacks a version', () => {
    const error = '<STMTTRNRS><STATUS><CODE>2003<SEVERITY>ERROR<MESSAGE>Conta encerrada</STATUS></STMTTRNRS>';
    expect(readOfx(file(bank() + error))).toMatchObject({ posting: 'warning', totals: { settled_rows: 1 }, problems: [{ reason: expect.stringContaining('Conta encerrada') }] });
    expect(readOfx(file(bank(), 'OFXHEADER:100DATA:OFXSGMLVERSION:102SECURITY:NONE'))).toMatchObject({ posting: 'ok', layout: { name: 'OFX 102' } });
    expect(readOfx(file(bank(), 'OFXHEADER:100\n'))).toMatchObject({ posting: 'warning', totals: { settled_rows: 1 } });
  });

  it('names only a document that is one, and only where there is but one', () => {
    const found = (memo: string) => rowOf({ more: `<MEMO>${memo}` }).rows[0]!.payer_document;
    expect(['PIX 52998224725', 'TED 11222333000181 ACME', 'PIX 12.ABC.345/01DE-35', 'PIX 52998224726', 'PIX 152998224725', 'DE 52998224725 PARA 11222333000181', ''].map(found))
      .toEqual(['52998224725', '11222333000181', '12ABC34501DE35', null, null, null, null]);
  });

  it('takes time in proportion to the movements', () => {
    const text = file(bank({ movements: Array.from({ length: 20_000 }, (_, i) => ({ fitid: String(i) })) }));
    const begun = performance.now();
    expect(readOfx(text).totals.settled_rows).toBe(20_000);
    // Ten times what it takes; quadratic work would take minutes.
    expect(performance.now() - begun).toBeLessThan(10_000);
  });
});

describe('statementIdentities', () => {
  it('parts equal movements by an ordinal and other movements under a used id by amount and date', () => {
    const movements = [{}, {}, { amount: '1.00' }, { posted: '20260312' }];
    const ids = statementIdentities(read({ movements }));
    expect(new Set(ids).size).toBe(4);
    // Each is what it was where the others are not in the file.
    expect(movements.slice(1).flatMap((each) => statementIdentities(read({ movements: [each] })))).toEqual([ids[0], ids[2], ids[3]]);
    // Again, with other memos, another padding of the bank, and a movement more: the known ones are known.
    const again = readOfx(file(bank({ account: '<BANKID>999<ACCTID>12345-6', movements: [...movements.map((each) => ({ ...each, more: '<MEMO>OUTRO' })), { fitid: 'NEW' }] })));
    expect(statementIdentities(again).filter((id) => !ids.includes(id))).toHaveLength(1);
  });
});
