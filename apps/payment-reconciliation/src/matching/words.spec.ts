import { inWords } from './words';

describe('inWords', () => {
  it.each([
    [{ code: 'key', kind: 'our_number', in_memo: false }, 'O pagamento traz o nosso número.'],
    [{ code: 'key', kind: 'invoice_number', in_memo: true }, 'A descrição traz o número da fatura.'],
    [{ code: 'key_near', kind: 'invoice_number' }, 'O pagamento traz um número que difere por um caractere do número da fatura.'],
    [{ code: 'payer', kind: 'name', similarity: 914 }, 'O nome do pagador é parecido com o do cliente (91%).'],
    [{ code: 'payer', kind: 'document', similarity: 0 }, 'O CPF/CNPJ do pagador é o do cliente.'],
    [{ code: 'amount', kind: 'late', difference_cents: 230 }, 'O valor é o da fatura com multa e juros (R$ 2,30 a mais).'],
    [{ code: 'amount', kind: 'partial', difference_cents: -123_456 }, 'O valor é parte do que está em aberto (faltam R$ 1.234,56).'],
    [{ code: 'date', days_late: -1 }, 'Pago 1 dia antes do vencimento.'],
    [{ code: 'date', days_late: 12 }, 'Pago 12 dias depois do vencimento.'],
    [{ code: 'date', days_late: 0 }, 'Pago no dia do vencimento.'],
    [{ code: 'split', receivables: 3, customers: 1 }, 'O valor é a soma de 3 faturas deste cliente.'],
    [{ code: 'split', receivables: 2, customers: 2 }, 'O valor é a soma de 2 faturas de 2 clientes.'],
    [{ code: 'same_name' }, 'Há mais de uma pessoa com este nome.'],
    [{ code: 'person' }, 'Decidido por uma pessoa.'],
  ] as const)('%j', (reason, text) => expect(inWords(reason)).toBe(text));
});
