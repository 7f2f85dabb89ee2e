import type { Cause } from '@emdia/contracts';
import { BUTTON, page } from '../page';
import { ANSWERS } from './answers';

const paragraphs = (texts: readonly string[]): string => texts.map((text) => `<p>${text}</p>`).join('\n');

/** The question, a button for each answer; nothing is answered until one is pressed. */
export const questionPage = (): string =>
  page(
    'O que aconteceu?',
    '<p>Conte para nós por que o pagamento ainda não chegou, e ajudamos do jeito certo. Ninguém é obrigado a responder.</p>\n<form method="post">\n' +
      Object.entries(ANSWERS).map(([cause, { says }]) => `<button type="submit" name="cause" value="${cause}" style="${BUTTON};display:block;width:100%;margin:0 0 12px;text-align:left">${says}</button>`).join('\n') +
      '\n</form>',
  );

/** Thanks, and what happens next. */
export const answeredPage = (cause: Cause): string =>
  page('Obrigado por responder', paragraphs([`Sua resposta: <strong>${ANSWERS[cause].says}</strong>.`, ...ANSWERS[cause].follows]));

/** An earlier answer to the same letter counts. */
export const answeredBeforePage = (cause: Cause): string =>
  page('Já recebemos a sua resposta', paragraphs([`Sua resposta: <strong>${ANSWERS[cause].says}</strong>.`, ...ANSWERS[cause].follows, 'Se algo mudou, é só responder o e-mail que você recebeu.']));

/** The link is not one of ours, was cut short, or is too old. */
export const unknownQuestionPage = (): string =>
  page('Este link não funciona mais', paragraphs(['Confira se o endereço está completo. Se quiser falar com a empresa, é só responder o e-mail que você recebeu.']));
