// Every statement that the twin knows.
import { expirationStatements, ordersStatements } from './orders-statements.ts'
import { paymentsStatements } from './payments-statements.ts'
import { busStatements, platformStatements } from './platform-statements.ts'
import type { StatementTwins } from './statement.ts'
import { ticketsStatements } from './tickets-statements.ts'

export const statementTwins: StatementTwins = {
  ...platformStatements,
  ...busStatements,
  ...ordersStatements,
  ...expirationStatements,
  ...paymentsStatements,
  ...ticketsStatements,
}
