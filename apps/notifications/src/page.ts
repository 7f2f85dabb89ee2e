/** A button to press on a phone. */
export const BUTTON = 'min-height:48px;padding:12px 20px;font:inherit;background:#0b57a4;color:#fff;border:0;border-radius:6px;cursor:pointer';

/** A page for a person who came by a link in a letter: Portuguese, without script, pictures, or anything that names them. */
export const page = (title: string, body: string): string =>
  '<!doctype html>\n<html lang="pt-BR"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">' +
  `<meta name="robots" content="noindex"><title>${title}</title></head>\n` +
  '<body style="margin:0;padding:24px 12px;background:#f3f5f8;color:#1a202c;font:18px/1.5 Arial,Helvetica,sans-serif">\n' +
  `<main style="max-width:600px;margin:0 auto;padding:28px 20px;background:#fff;border:1px solid #d5d9e0;border-radius:8px"><h1 style="font-size:24px;line-height:1.3;margin:0 0 16px">${title}</h1>\n` +
  `${body}\n</main></body></html>\n`;
