import { formatBRL } from '@emdia/money';
import type { Doubt, FitKind, KeyKind, PayerKind, Reason } from './credit';

const KEYS: Readonly<Record<KeyKind, string>> = {
  txid: 'o txid', our_number: 'o nosso número', end_to_end_id: 'o endToEndId', invoice_id: 'o identificador da fatura', instalment_id: 'o identificador da parcela', invoice_number: 'o número da fatura',
};

const PAYERS: Readonly<Record<PayerKind, string>> = {
  document: 'O CPF/CNPJ do pagador é o do cliente.',
  document_history: 'Este CPF/CNPJ já pagou por este cliente.',
  fragment_name: 'O nome e os dígitos visíveis do CPF são os do cliente.',
  name_history: 'Um pagador com este nome já pagou por este cliente.',
  name: 'O nome do pagador é parecido com o do cliente',
  namesake: 'O nome é parecido, mas o documento é de outra pessoa.',
};

const DOUBTS: Readonly<Record<Doubt, string>> = {
  payer_unknown: 'O pagador ainda não é conhecido.',
  same_name: 'Há mais de uma pessoa com este nome.',
  no_margin: 'Há outra sugestão quase tão provável.',
  several_customers: 'A soma envolve mais de um cliente.',
  amount_unexplained: 'O valor não corresponde ao que está em aberto.',
  amount_about: 'O valor difere em centavos do calculado com multa e juros.',
  leaves_older: 'A soma deixa de fora outra fatura em aberto do mesmo cliente.',
  too_early: 'O pagamento veio muito antes do vencimento.',
  too_late: 'O pagamento veio muito depois do vencimento.',
  before_issue: 'O pagamento é anterior à emissão da fatura.',
  maybe_double: 'O mesmo valor foi pago há poucos dias; pode ser pagamento em duplicidade.',
  money_waiting: 'Outro pagamento, ainda não decidido, pode ser desta fatura.',
  refused_before: 'Uma sugestão para este pagamento já foi recusada.',
  key_unknown: 'A referência informada não é de nenhuma fatura conhecida.',
  key_of_another: 'A referência é de um cliente e o pagador parece ser outro.',
  key_ambiguous: 'A referência vale para mais de um cliente.',
  key_unsupported: 'O número informado existe, mas o pagador ou o valor não o confirmam.',
};

function amountInWords(kind: FitKind, difference_cents: number): string {
  const difference = formatBRL(Math.abs(difference_cents));
  if (kind === 'late') return `O valor é o da fatura com multa e juros (${difference} a mais).`;
  if (kind === 'discount') return `O valor é o da fatura com o desconto (${difference} a menos).`;
  if (kind === 'fee') return `O valor é o da fatura menos uma tarifa conhecida (${difference}).`;
  if (kind === 'partial') return `O valor é parte do que está em aberto (faltam ${difference}).`;
  if (kind === 'over') return `O valor passa do que está em aberto (${difference} a mais).`;
  return 'O valor é exatamente o que está em aberto.';
}

const days = (count: number): string => (count === 1 ? '1 dia' : `${count} dias`);

function dateInWords(days_late: number): string {
  if (days_late === 0) return 'Pago no dia do vencimento.';
  return days_late > 0 ? `Pago ${days(days_late)} depois do vencimento.` : `Pago ${days(-days_late)} antes do vencimento.`;
}

/** A reason or doubt as one sentence in Portuguese, for the person who decides; it names nobody. */
export function inWords(reason: Reason): string {
  switch (reason.code) {
    case 'key': return reason.in_memo ? `A descrição traz ${KEYS[reason.kind]}.` : `O pagamento traz ${KEYS[reason.kind]}.`;
    case 'key_near': return `O pagamento traz um número que difere por um caractere d${KEYS[reason.kind]}.`;
    case 'payer': return reason.kind === 'name' ? `${PAYERS.name} (${Math.round(reason.similarity / 10)}%).` : PAYERS[reason.kind];
    case 'amount': return amountInWords(reason.kind, reason.difference_cents);
    case 'date': return dateInWords(reason.days_late);
    case 'split': return `O valor é a soma de ${reason.receivables} faturas${reason.customers > 1 ? ` de ${reason.customers} clientes` : ' deste cliente'}.`;
    case 'person': return 'Decidido por uma pessoa.';
    default: return DOUBTS[reason.code];
  }
}
