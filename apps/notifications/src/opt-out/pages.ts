const page = (title: string, body: string): string =>
  '<!doctype html>\n<html lang="pt-BR"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">' +
  `<meta name="robots" content="noindex"><title>${title}</title></head>\n` +
  '<body style="margin:0;padding:24px 12px;background:#f3f5f8;color:#1a202c;font:18px/1.5 Arial,Helvetica,sans-serif">\n' +
  `<main style="max-width:600px;margin:0 auto;padding:28px 20px;background:#fff;border:1px solid #d5d9e0;border-radius:8px"><h1 style="font-size:24px;line-height:1.3;margin:0 0 16px">${title}</h1>\n` +
  `${body}\n</main></body></html>\n`;

/** Asks the person to confirm; one button, one POST to the same address. */
export const askPage = (): string =>
  page(
    'Parar de receber e-mails',
    '<p>Ao confirmar, não enviaremos mais e-mails como este para o seu endereço.</p>' +
      '<p>Os valores em aberto continuam os mesmos. Se precisar, fale com a empresa pelos contatos que estão no e-mail.</p>' +
      '<form method="post"><button type="submit" style="padding:12px 20px;font-size:18px;background:#0b57a4;color:#fff;border:0;border-radius:6px">Parar os e-mails</button></form>',
  );

/** The channel is closed. */
export const donePage = (): string =>
  page('Pronto', '<p>Não enviaremos mais e-mails como este para o seu endereço. Não é preciso fazer mais nada.</p>');

/** The link is not one of ours, or was cut short on its way. */
export const unknownPage = (): string =>
  page('Este link não funciona', '<p>Confira se o endereço está completo. Você também pode responder o e-mail que recebeu e pedir para parar.</p>');
