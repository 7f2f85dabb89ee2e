/** The columns a book of receivables may have; the first four and a customer are needed, the rest may lack. */
export const FIELDS = [
  'invoice', 'customer', 'issue_date', 'due_date', 'amount', 'settled_date', 'disputed',
  'customer_name', 'email', 'document', 'state', 'segment', 'score', 'description', 'currency',
] as const;
export type Field = (typeof FIELDS)[number];
const NEEDED: readonly Field[] = ['invoice', 'customer', 'issue_date', 'due_date', 'amount'];

export const DATE_FORMATS = ['YYYY-MM-DD', 'DD/MM/YYYY', 'MM/DD/YYYY'] as const;
export type DateFormat = (typeof DATE_FORMATS)[number];

/** What MAP.json may say: headers by field, and whatever cannot be seen from the file. */
export interface ColumnMap {
  readonly columns: Partial<Record<Field, string>>;
  readonly date_format?: DateFormat;
  readonly decimal?: ',' | '.';
  readonly currency?: string;
  readonly charge_policy?: Record<string, string>;
}

/** Something in the file or its map that a person has to put right; the message says what and where. */
export class BadBook extends Error {}

// As written in exports seen in the wild, without accents, spaces and signs; earlier ones win where a file has several.
const KNOWN: Record<Field, readonly string[]> = {
  invoice: ['invoicenumber', 'invoiceno', 'invoiceid', 'invoice', 'numerodafatura', 'numerofatura', 'nrfatura', 'fatura', 'numerodotitulo', 'numerotitulo', 'titulo', 'notafiscal', 'nf', 'number', 'numero'],
  customer: ['customerid', 'customernumber', 'customercode', 'custnumber', 'customer', 'clientid', 'client', 'accountid', 'idcliente', 'idcliente', 'codigocliente', 'codigodocliente', 'codcliente', 'cliente', 'sacado', 'pagador', 'devedor'],
  issue_date: ['invoicedate', 'issuedate', 'issued', 'issuedon', 'dateissued', 'datadeemissao', 'dataemissao', 'dtemissao', 'emissao', 'documentcreatedate'],
  due_date: ['duedate', 'due', 'dueon', 'datedue', 'datadevencimento', 'datavencimento', 'dtvencimento', 'vencimento', 'dueindate'],
  amount: ['invoiceamount', 'amount', 'amountdue', 'totalamount', 'total', 'valordafatura', 'valorfatura', 'valordotitulo', 'valortitulo', 'valororiginal', 'valor', 'value', 'totalopenamount'],
  settled_date: ['settleddate', 'settledon', 'datesettled', 'settled', 'paiddate', 'paymentdate', 'datepaid', 'paidon', 'cleardate', 'datadepagamento', 'datapagamento', 'dtpagamento', 'datadaliquidacao', 'dataliquidacao', 'liquidacao', 'databaixa', 'baixa', 'pagoem', 'pagamento'],
  disputed: ['disputed', 'dispute', 'indispute', 'isdisputed', 'contestada', 'contestado', 'contestacao', 'emcontestacao', 'emdisputa', 'disputa'],
  customer_name: ['customername', 'clientname', 'namecustomer', 'nomedocliente', 'nomecliente', 'razaosocial', 'nome'],
  email: ['email', 'customeremail', 'emaildocliente', 'emailcliente'],
  document: ['document', 'taxid', 'cpfcnpj', 'cnpjcpf', 'documento', 'cpf', 'cnpj'],
  state: ['state', 'uf', 'estado'],
  segment: ['segment', 'customersegment', 'segmento', 'segmentodocliente'],
  score: ['score', 'creditscore', 'scoredecredito'],
  description: ['description', 'descricao', 'historico'],
  currency: ['currency', 'invoicecurrency', 'moeda'],
};

/** A header as it is compared: lower case, letters and digits only, without accents. */
const plain = (header: string) => header.normalize('NFD').replace(/[^A-Za-z0-9]/g, '').toLowerCase();

/** Position of each field's column; throws BadBook naming what lacks and what the file has. */
export function findColumns(header: readonly string[], map: ColumnMap): Map<Field, number> {
  const plainHeader = header.map(plain);
  const found = new Map<Field, number>();
  for (const field of FIELDS) {
    const named = map.columns[field];
    if (named !== undefined) {
      const at = header.findIndex((text) => text.trim() === named);
      if (at < 0) throw new BadBook(`The map says that ${field} is the column "${named}", but the file has: ${header.join(', ')}.`);
      found.set(field, at);
      continue;
    }
    const at = KNOWN[field].map((known) => plainHeader.indexOf(known)).find((position) => position >= 0 && ![...found.values()].includes(position));
    if (at !== undefined) found.set(field, at);
  }
  const lacking = NEEDED.filter((field) => !found.has(field));
  if (lacking.length) throw new BadBook(`No column was recognised for ${lacking.join(', ')}. The file has: ${header.join(', ')}. Name them with --columns MAP.json, for instance {"${lacking[0]}": "${header[0]}"}.`);
  return found;
}

/** Reads MAP.json: headers by field name, beside `date_format`, `decimal`, `currency` and `charge_policy`. Throws BadBook. */
export function readMap(text: string): ColumnMap {
  let map: unknown;
  try {
    map = JSON.parse(text);
  } catch (error) {
    throw new BadBook(`The column map is not JSON: ${(error as Error).message}`);
  }
  if (typeof map !== 'object' || map === null || Array.isArray(map)) throw new BadBook('The column map must be a JSON object.');
  const { date_format, decimal, currency, charge_policy, ...columns } = map as Record<string, unknown>;
  const unknown = Object.keys(columns).filter((name) => !(FIELDS as readonly string[]).includes(name));
  if (unknown.length) throw new BadBook(`The column map names unknown fields: ${unknown.join(', ')}. Known: ${FIELDS.join(', ')}, date_format, decimal, currency, charge_policy.`);
  const notText = Object.entries(columns).find(([, header]) => typeof header !== 'string');
  if (notText) throw new BadBook(`The column map's ${notText[0]} must be a header, as text.`);
  if (date_format !== undefined && !DATE_FORMATS.includes(date_format as DateFormat)) throw new BadBook(`date_format must be one of ${DATE_FORMATS.join(', ')}.`);
  if (decimal !== undefined && decimal !== ',' && decimal !== '.') throw new BadBook('decimal must be "," or ".".');
  if (currency !== undefined && !/^[A-Z]{3}$/.test(String(currency))) throw new BadBook('currency must be three capital letters, as BRL.');
  return { columns, date_format, decimal, currency, charge_policy } as ColumnMap;
}
