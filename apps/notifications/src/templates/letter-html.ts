import type { Part, Payable, Row } from './blocks';
import type { Composition } from './composition';
import { escapeHtml as h } from './plain-words';

// Mail clients drop style sheets and never load pictures from strangers: inline styles, no images, nothing to fetch.
const CELL = 'padding:10px 6px;border-bottom:1px solid #d5d9e0;vertical-align:top;';
const NOTE = 'color:#4a5568;font-size:14px;overflow-wrap:anywhere;';
const PARAGRAPH = '<p style="margin:0 0 16px">';
const HEADING = '<h2 style="font-size:18px;line-height:1.3;margin:28px 0 8px;color:#1a202c">';
const ACTION = 'display:inline-block;padding:10px 18px;background:#0b57a4;color:#ffffff;border-radius:6px;text-decoration:none';
const LINK = 'color:#0b57a4;';

/** The letter as a page for any mail client: readable on a phone, by a screen reader, and with pictures off. */
export function letterHtml(letter: Composition): string {
  const title = h(letter.title);
  const email = h(letter.stop.email);
  const stop = `<a href="mailto:${h(encodeURI(letter.stop.email))}" style="${LINK}">${email}</a>`;
  const url = letter.stop.url ? `<a href="${h(letter.stop.url)}" style="${LINK}">parar os e-mails</a> ou escreva para ` : '';
  const signature = letter.signature.map((line, i) => (i === 0 ? `<strong>${h(line)}</strong>` : h(line))).join('<br>');
  return '<!doctype html>\n<html lang="pt-BR"><head><meta charset="utf-8">' +
    '<meta name="viewport" content="width=device-width,initial-scale=1">' +
    `<title>${title}</title></head>\n` +
    '<body style="margin:0;padding:24px 12px;background:#f3f5f8;color:#1a202c;font:16px/1.5 Arial,Helvetica,sans-serif">\n' +
    '<div style="max-width:600px;margin:0 auto;padding:28px 20px;background:#ffffff;border:1px solid #d5d9e0;border-radius:8px">\n' +
    `<h1 style="font-size:22px;line-height:1.3;margin:0 0 20px;color:#1a202c">${title}</h1>\n` +
    `${letter.greeting ? `${PARAGRAPH}${h(letter.greeting)}</p>\n` : ''}${letter.parts.map(partHtml).join('\n')}\n` +
    `<div style="margin-top:32px;padding-top:16px;border-top:1px solid #d5d9e0;${NOTE}">\n` +
    `<p style="margin:0 0 12px">Atenciosamente,<br>${signature}</p>\n` +
    `<p style="margin:0">${h(letter.stop.text)} ${url}${stop}</p>\n</div>\n</div>\n</body></html>\n`;
}

function partHtml(part: Part): string {
  switch (part.kind) {
    case 'paragraph':
      return `${PARAGRAPH}${h(part.text)}</p>`;
    case 'section':
      return `${HEADING}${h(part.title)}</h2>\n${PARAGRAPH}${h(part.text)}</p>`;
    case 'question':
      return `${HEADING}${h(part.title)}</h2>\n${PARAGRAPH}${h(part.text)}</p>\n<ul style="margin:0 0 16px;padding-left:24px">${part.answers.map((each) => `<li>${h(each)}</li>`).join('')}</ul>\n` +
        `${PARAGRAPH}<a href="${h(part.url)}" style="${ACTION}">${h(part.label)}</a></p>`;
    case 'table':
      return tableHtml(part);
    case 'pay': {
      const note = part.note ? `${PARAGRAPH}${h(part.note)}</p>` : '';
      return `${HEADING}${h(part.title)}</h2>\n${part.payables.map(payableHtml).join('\n')}${note}`;
    }
  }
}

function tableHtml(part: Extract<Part, { kind: 'table' }>): string {
  const [name, day, amount] = part.columns;
  const th = (text: string, align: string) =>
    `<th scope="col" style="${CELL}text-align:${align};font-size:14px;color:#4a5568">${h(text)}</th>`;
  const total = part.total
    ? `<tfoot><tr><th scope="row" colspan="2" style="padding:12px 6px;text-align:left">Total</th>` +
      `<td style="padding:12px 6px;text-align:right;white-space:nowrap"><strong>${h(part.total)}</strong></td></tr></tfoot>`
    : '';
  return `${HEADING}${h(part.caption)}</h2>\n` +
    `<table aria-label="${h(part.caption)}" style="width:100%;border-collapse:collapse;margin:0 0 16px">` +
    `<thead><tr>${th(name, 'left')}${th(day, 'left')}${th(amount, 'right')}</tr></thead>\n` +
    `<tbody>${part.rows.map(rowHtml).join('\n')}</tbody>${total}</table>`;
}

function rowHtml(row: Row): string {
  const note = (text: string) => (text ? `<br><span style="${NOTE}">${h(text)}</span>` : '');
  const parts = row.amount_parts.map((part, i) => note((i === 0 ? part : `+ ${part}`).replace('R$ ', 'R$\u00a0'))).join('');
  // A short number breaks at its strokes alone; a long one must break, or it pushes the amount off a phone's screen.
  const wrap = row.name.length <= 10 ? 'overflow-wrap:normal' : 'overflow-wrap:anywhere';
  const name = `${CELL}text-align:left;font-weight:normal;${wrap}`;
  return `<tr><th scope="row" style="${name}">${h(row.name).replaceAll('/', '/<wbr>')}${note(row.note)}</th>` +
    `<td style="${CELL}">${h(row.day)}${note(row.day_note)}</td>` +
    `<td style="${CELL}text-align:right"><strong style="white-space:nowrap">${h(row.amount)}</strong>${parts}</td></tr>`;
}

function payableHtml(payable: Payable): string {
  const title = payable.title ? `<h3 style="font-size:16px;margin:16px 0 8px">${h(payable.title)}</h3>` : '';
  return title + payable.ways.map((way) => {
    const code = way.code
      ? '<code style="display:block;padding:12px;background:#f3f5f8;border:1px solid #d5d9e0;border-radius:6px;' +
        `font:14px/1.5 Consolas,Menlo,monospace;overflow-wrap:anywhere">${h(way.code)}</code>`
      : '';
    const url = way.url
      ? `<a href="${h(way.url)}" style="margin-top:8px;${ACTION}">Abrir a página de pagamento</a>`
      : '';
    return `<div style="margin:0 0 16px"><p style="margin:0 0 6px">${h(way.label)}</p>${code}${url}</div>`;
  }).join('\n');
}
