// What each kind of answer, or silence, of a mail server means.
import { expect, test } from 'vitest'
import { answerOf, type SmtpFailure } from './answers.ts'

test.each<[string, SmtpFailure, 'refused' | 'deferred']>([
  ['no such mailbox', { message: 'x', code: 'EENVELOPE', responseCode: 550, command: 'RCPT TO' }, 'refused'],
  [
    'the text is not taken',
    { message: 'x', code: 'EMESSAGE', responseCode: 554, command: 'DATA' },
    'refused',
  ],
  ['grey list', { message: 'x', code: 'EENVELOPE', responseCode: 450, command: 'RCPT TO' }, 'deferred'],
  ['full disk', { message: 'x', code: 'EMESSAGE', responseCode: 452, command: 'DATA' }, 'deferred'],
  ['our key is wrong', { message: 'x', code: 'EAUTH', responseCode: 535, command: 'AUTH PLAIN' }, 'deferred'],
  [
    'we may not send',
    { message: 'x', code: 'EENVELOPE', responseCode: 553, command: 'MAIL FROM' },
    'deferred',
  ],
  ['nobody there', { message: 'connect ECONNREFUSED', code: 'ESOCKET', command: 'CONN' }, 'deferred'],
  ['silence', { message: 'Timeout', code: 'ETIMEDOUT', command: 'CONN' }, 'deferred'],
  ['lost after the text', { message: 'closed', code: 'ECONNECTION', command: 'DATA' }, 'deferred'],
  ['anything else', { message: 'x' }, 'deferred'],
])('%s', (_name, failure, kind) => {
  expect(answerOf(failure).kind).toBe(kind)
})

test('what the server says is kept short and on one line', () => {
  const answer = answerOf({ message: `no\r\n${'x'.repeat(1_000)}`, code: 'E' })
  expect(answer).toMatchObject({ reason: expect.stringMatching(/^E: no x+$/) })
  expect('reason' in answer && answer.reason.length).toBe(300)
})
