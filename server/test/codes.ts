// The ticket codes of a shop under test.
import { makeTicketCodes } from '../src/platform/secrets/tickets.ts'

export const testCodes = makeTicketCodes([Buffer.from('a secret of tests')])
