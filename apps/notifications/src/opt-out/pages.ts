import { BUTTON, page } from '../page';

/** Asks the person to confirm; one button, one POST to the same address. */
export const askPage = (): string =>
  page(
    'Parar de receber e-mails',
    '<p>Ao confirmar, não enviaremos mais e-mails como este para o seu endereço.</p>' +
      '<p>Os valores em aberto continuam os mesmos. Se precisar, fale com a empresa pelos contatos que estão no e-mail.</p>' +
      '<form method="post"><button type="submit" style="' +
      `${BUTTON}">Parar os e-mails</button></form>`,
  );

/** The channel is closed. */
export const donePage = (): string =>
  page('Pronto', '<p>Não enviaremos mais e-mails como este para o seu endereço. Não é preciso fazer mais nada.</p>');

/** The link is not one of ours, or was cut short on its way. */
export const unknownPage = (): string =>
  page('Este link não funciona', '<p>Confira se o endereço está completo. Você também pode responder o e-mail que recebeu e pedir para parar.</p>');
