import type { Cause } from '@emdia/contracts';

/** The answers to why a debt is unpaid, as people say them, in the order in which they are offered, and what follows each. */
export const ANSWERS: Readonly<Record<Cause, { readonly says: string; readonly follows: readonly string[] }>> = {
  forgot: {
    says: 'Esqueci',
    follows: ['Acontece com todo mundo. Os dados para pagar estão no e-mail que você recebeu.', 'Se o pagamento não chegar, enviamos outro lembrete daqui a alguns dias.'],
  },
  'no-money': {
    says: 'Estou sem dinheiro agora',
    follows: ['Entendemos. As próximas mensagens trazem outras condições, como uma nova data ou parcelas.', 'Se já souber o que cabe no seu orçamento, responda o e-mail e conte para nós.'],
  },
  'payment-method': {
    says: 'Tive um problema com o cartão, a conta ou o boleto',
    follows: ['Obrigado por avisar. Você pode pagar de outra forma com os dados que estão no e-mail.', 'Se o problema continuar, responda o e-mail e nós ajudamos.'],
  },
  'not-recognised': {
    says: 'Não reconheço este valor',
    follows: ['Vamos verificar. Enquanto isso, não pedimos o pagamento das faturas atrasadas desse e-mail.', 'Se puder, responda o e-mail contando o que não reconhece: isso ajuda a pessoa que vai verificar.'],
  },
  'already-paid': {
    says: 'Já paguei',
    follows: ['Vamos procurar o seu pagamento. Enquanto isso, não pedimos o pagamento das faturas atrasadas desse e-mail.', 'Para ajudar, responda o e-mail com o comprovante.'],
  },
};

/** Whether a text is one of the answers. */
export const isCause = (text: string | null): text is Cause => text !== null && Object.hasOwn(ANSWERS, text);
