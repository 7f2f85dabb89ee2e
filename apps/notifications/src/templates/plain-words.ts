import { normaliseDocument } from '@emdia/brazil';

// Everything that could forge a line, a header or the reading direction of a letter: controls, line and paragraph
// separators, zero-width characters, bidirectional overrides.
const UNPRINTABLE = /[\p{Cc}\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]+/gu;

/** Free text of others made one printable line of at most `chars_max` characters, so that it can forge nothing in a letter. */
export function oneLine(value: string, chars_max: number): string {
  const line = value.replace(UNPRINTABLE, ' ').replace(/ {2,}/g, ' ').trim();
  if (line.length <= chars_max) return line;
  const cut = line.slice(0, chars_max - 1);
  // A cut through a surrogate pair would leave half a character, which no encoding can carry.
  return `${/[\ud800-\udbff]$/.test(cut) ? cut.slice(0, -1) : cut}…`;
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Text made safe inside HTML elements and quoted attributes. */
export function escapeHtml(text: string): string {
  return /[&<>"']/.test(text) ? text.replace(/[&<>"']/g, (char) => ENTITIES[char]!) : text;
}

/** Civil date 'YYYY-MM-DD' as Brazilians write it, dd/mm/aaaa; throws RangeError on anything else. */
export function formatDay(day: string): string {
  const parts = /^(\d{4})-(\d{2})-(\d{2})$/.exec(day);
  if (!parts) throw new RangeError(`not a civil date: ${JSON.stringify(day)}`);
  return `${parts[3]}/${parts[2]}/${parts[1]}`;
}

/** CPF or CNPJ (also the alphanumeric CNPJ of 2026) with its name and usual punctuation; another text only gets the name. */
export function formatDocument(document: string): string {
  const bare = normaliseDocument(document);
  const cpf = /^(\d{3})(\d{3})(\d{3})(\d{2})$/.exec(bare);
  if (cpf) return `CPF ${cpf[1]}.${cpf[2]}.${cpf[3]}-${cpf[4]}`;
  const cnpj = /^([0-9A-Z]{2})([0-9A-Z]{3})([0-9A-Z]{3})([0-9A-Z]{4})(\d{2})$/.exec(bare);
  if (cnpj) return `CNPJ ${cnpj[1]}.${cnpj[2]}.${cnpj[3]}/${cnpj[4]}-${cnpj[5]}`;
  return `CPF/CNPJ ${oneLine(document, 30)}`;
}
