import type { Part, Payable, Row } from './blocks';
import type { Composition } from './composition';

/** The letter as plain text: short blocks instead of columns, so that it reads well in any font and aloud. */
export function letterText(letter: Composition): string {
  const stop = letter.stop.url ? `${letter.stop.url} ou escreva para ${letter.stop.email}` : letter.stop.email;
  return [
    ...(letter.greeting ? [letter.greeting] : []),
    ...letter.parts.map(partText),
    // Not the usual "-- ": mail programs fold away what stands below it, and the creditor's name must be seen (CDC 42-A).
    ['Atenciosamente,', ...letter.signature].join('\n'),
    `${letter.stop.text} ${stop}`,
  ].join('\n\n') + '\n';
}

function partText(part: Part): string {
  switch (part.kind) {
    case 'paragraph':
      return part.text;
    case 'section':
      return `${part.title}\n${part.text}`;
    case 'question':
      return [part.title, part.text, ...part.answers.map((each) => `- ${each}`), `${part.label}: ${part.url}`].join('\n');
    case 'table': {
      const rows = part.rows.map((row) => rowText(row, part.columns)).join('\n\n');
      return `${part.caption}\n\n${rows}${part.total ? `\n\nTotal: ${part.total}` : ''}`;
    }
    case 'pay':
      return [part.title, ...part.payables.map(payableText), ...(part.note ? [part.note] : [])].join('\n\n');
  }
}

function rowText(row: Row, columns: [string, string, string]): string {
  const lines = [`${columns[0]} ${row.name}${row.note ? ` (${row.note})` : ''}`];
  if (row.day) lines.push(`${columns[1]}: ${row.day}${row.day_note ? ` (${row.day_note})` : ''}`);
  lines.push(`${columns[2]}: ${row.amount}${row.amount_parts.length > 0 ? ` (${row.amount_parts.join(' + ')})` : ''}`);
  return lines.join('\n');
}

function payableText(payable: Payable): string {
  const ways = payable.ways.map((way) => [way.label, ...(way.code ? [way.code] : []), ...(way.url ? [way.url] : [])].join('\n'));
  return [...(payable.title ? [payable.title] : []), ...ways].join('\n\n');
}
