import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Content, Mailbox, SinkMessage } from './mailbox';

const PAGE_ROWS = 50;
const JSON_ROWS_MAX = 10_000;

// A letter is somebody else's HTML: no scripts, no fetching, no access to this page.
const LETTER_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:";
const PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; form-action 'self'";

/** The mailbox over HTTP: `/` and `/messages/N` for people, `/messages?to=&after=&limit=` as JSON, `/messages/N/{html,text,raw}`. */
export function mailboxPages(mailbox: Mailbox): RequestListener {
  return (request, response) => {
    answer(mailbox, request, response).catch((error: unknown) => send(response, 500, 'text/plain', String(error)));
  };
}

async function answer(mailbox: Mailbox, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD') return send(response, 405, 'text/plain', 'GET only');
  const url = new URL(request.url ?? '/', 'http://sink');
  const to = url.searchParams.get('to') ?? '';
  if (url.pathname === '/') {
    const before = number(url, 'before', Infinity);
    const rows = mailbox.newest({ to, before, limit: PAGE_ROWS + 1 });
    return send(response, 200, 'text/html', listPage(mailbox.count, to, rows));
  }
  if (url.pathname === '/messages') {
    const limit = Math.min(number(url, 'limit', 1000), JSON_ROWS_MAX);
    const messages = mailbox.list({ to, after: number(url, 'after', 0), limit });
    return send(response, 200, 'application/json', JSON.stringify({ count: mailbox.count, messages }));
  }
  const one = /^\/messages\/(\d{1,15})(?:\/(html|text|raw))?$/.exec(url.pathname);
  const kept = one && mailbox.at(Number(one[1]));
  if (!one || !kept) return send(response, 404, 'text/html', page('Não encontrado', '<p>Não há nada neste endereço.</p>'));
  if (one[2] === 'raw') return send(response, kept.raw ? 200 : 410, 'text/plain', kept.raw ?? '');
  const content = await mailbox.content(kept.message.sequence);
  if (one[2] === 'html') return send(response, content ? 200 : 410, 'text/html', content?.html ?? '', LETTER_POLICY);
  if (one[2] === 'text') return send(response, content ? 200 : 410, 'text/plain', content?.text ?? '');
  return send(response, 200, 'text/html', messagePage(kept.message, content));
}

function number(url: URL, name: string, otherwise: number): number {
  const value = url.searchParams.get(name);
  return value !== null && /^\d{1,15}$/.test(value) ? Number(value) : otherwise;
}

function send(response: ServerResponse, status: number, type: string, body: string | Buffer, policy = PAGE_POLICY): void {
  response.writeHead(status, {
    'content-type': `${type}; charset=utf-8`,
    'content-security-policy': policy,
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
  });
  response.end(body);
}

const h = (text: string): string =>
  text.replace(/[&<>"']/g, (char) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' })[char]!);

const STYLE = `
body{margin:0;background:#f3f5f8;color:#1a202c;font:16px/1.5 system-ui,Arial,sans-serif}
main{max-width:1080px;overflow-x:auto;margin:0 auto;padding:24px 16px}
h1{font-size:24px;margin:0 0 4px} a{color:#0b57a4} .quiet{color:#4a5568;margin:0 0 16px}
form{display:flex;gap:8px;margin:0 0 16px} input,button{font:inherit;padding:8px 12px;border:1px solid #8b95a5;border-radius:6px}
input{flex:1;min-width:0} button{background:#0b57a4;border-color:#0b57a4;color:#fff}
table{width:100%;border-collapse:collapse;background:#fff;border:1px solid #d5d9e0}
th,td{padding:10px 12px;text-align:left;border-bottom:1px solid #d5d9e0;vertical-align:top;overflow-wrap:break-word}
th{font-size:14px;color:#4a5568;white-space:nowrap} td.nr,td.when{white-space:nowrap;color:#4a5568}
@media (max-width:700px){thead,td.nr{display:none} tr{display:block;padding:10px 12px;border-bottom:1px solid #d5d9e0}
td{display:block;padding:0;border:0}}
dl{display:grid;grid-template-columns:max-content 1fr;gap:4px 16px;margin:16px 0;padding:16px;background:#fff}
dt{color:#4a5568} dd{margin:0;overflow-wrap:anywhere}
iframe{width:100%;height:80vh;border:1px solid #d5d9e0;background:#fff;box-sizing:border-box}
pre{white-space:pre-wrap;overflow-wrap:anywhere;background:#fff;border:1px solid #d5d9e0;padding:16px;font:14px/1.6 Consolas,Menlo,monospace}
`;

const BRASILIA = new Intl.DateTimeFormat('pt-BR', { timeZone: 'America/Sao_Paulo', dateStyle: 'short', timeStyle: 'short' });

/** A Date header in Brasília time; what is no date stays as it came. */
function dateShown(date: string): string {
  const instant_ms = Date.parse(date);
  return Number.isNaN(instant_ms) ? date : BRASILIA.format(instant_ms);
}

const page = (title: string, body: string): string =>
  '<!doctype html><html lang="pt-BR"><head><meta charset="utf-8">' +
  '<meta name="viewport" content="width=device-width,initial-scale=1">' +
  `<title>${h(title)}</title><style>${STYLE}</style></head><body><main>${body}</main></body></html>`;

function listPage(count: number, to: string, found: SinkMessage[]): string {
  const rows = found.slice(0, PAGE_ROWS);
  const last = rows.at(-1);
  const body = rows.map((message) =>
    `<tr><td class="nr">${message.sequence}</td><td>${h(message.to.join(', '))}</td>` +
    `<td><a href="/messages/${message.sequence}">${h(message.subject) || '(sem assunto)'}</a></td>` +
    `<td class="when">${h(dateShown(message.date))}</td></tr>`);
  const older = found.length > PAGE_ROWS && last
    ? `<p><a href="/?to=${encodeURIComponent(to)}&amp;before=${last.sequence}">Mais antigas</a></p>`
    : '';
  const table = rows.length > 0
    ? '<table><thead><tr><th scope="col">Nº</th><th scope="col">Para</th><th scope="col">Assunto</th>' +
      '<th scope="col">Data</th></tr></thead>' +
      `<tbody>${body.join('')}</tbody></table>${older}`
    : `<p>${to ? 'Nenhuma mensagem para este endereço.' : 'Ainda não chegou nenhuma mensagem.'}</p>`;
  return page('Caixa de correio', '<h1>Caixa de correio</h1>' +
    `<p class="quiet">${count} ${count === 1 ? 'mensagem recebida' : 'mensagens recebidas'}; nenhuma sai desta máquina.</p>` +
    `<form action="/" role="search"><input name="to" value="${h(to)}" aria-label="Destinatário" placeholder="Buscar por destinatário">` +
    `<button>Buscar</button></form>${table}`);
}

function messagePage(message: SinkMessage, content: Content | undefined): string {
  const facts: [string, string][] = [
    ['Para', message.to.join(', ')],
    ['De', message.from],
    ['Data', dateShown(message.date)],
    ['Message-ID', message.message_id],
    ...Object.entries(message.emdia),
  ];
  const html = content?.html
    ? `<h2>Como aparece</h2><iframe title="Mensagem em HTML" sandbox src="/messages/${message.sequence}/html"></iframe>`
    : '';
  const body = content
    ? `${html}<h2>Só texto</h2><pre>${h(content.text)}</pre>`
    : '<p>O corpo desta mensagem já deu lugar a outros mais novos.</p>';
  return page(message.subject || '(sem assunto)',
    `<p><a href="/">Caixa de correio</a> · <a href="/messages/${message.sequence}/raw">original</a></p><h1>${h(message.subject)}</h1>` +
    `<dl>${facts.map(([name, value]) => `<dt>${h(name)}</dt><dd>${h(value)}</dd>`).join('')}</dl>${body}`);
}
