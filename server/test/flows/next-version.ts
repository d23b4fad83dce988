// A next version of the shop with everything at once that may and may not be done to events,
// answers and tables. What it says is nothing that the shop wants; it is there for today's version
// to meet.
import type { Version } from './newer.ts'

/** Of each order placed, a new type of event that payments hears. */
export const newType = 'OrderRemarked'
/** Of each order that its buyer cancelled: a value that today's version does not know. */
export const newReason = 'regretted'

export const nextVersion: Version = {
  migrations: {
    'orders/0901_remark.sql': 'alter table orders.orders add column remark text;\n',
  },
  changes: {
    'contract/src/orders.ts': [
      [
        "  Type.Literal('organiser'),\n])",
        `  Type.Literal('organiser'),\n  Type.Literal('${newReason}'),\n])`,
      ],
      [
        '    expiresAt: Instant,\n  }),\n)\n/** What was reserved',
        '    expiresAt: Instant,\n    remark: Type.Optional(Type.String()),\n  }),\n)\n/** What was reserved',
      ],
      [
        'export const OrderExtended =',
        `export const OrderRemarked = defineEvent('orders', '${newType}', Type.Object({ orderId: Id, note: Type.String() }))\nexport const OrderExtended =`,
      ],
    ],
    'contract/src/events.ts': [
      [
        '  OrderExtended: orders.OrderExtended,\n',
        `  OrderExtended: orders.OrderExtended,\n  ${newType}: orders.OrderRemarked,\n`,
      ],
    ],
    'server/src/orders/domain/decide.ts': [
      [
        'if (amountMinor > 0) return { facts: [created] }',
        `if (amountMinor > 0)
          return { facts: [created, { type: '${newType}', data: { orderId: command.orderId, note: 'from the next version' } }] }`,
      ],
      [
        '      expiresAt: addSeconds(now, sale.holdSeconds),\n',
        "      expiresAt: addSeconds(now, sale.holdSeconds),\n      remark: 'kind',\n",
      ],
      [
        'return { facts: [cancelled(order, command.reason)] }',
        `return { facts: [cancelled(order, command.reason === 'buyer' ? '${newReason}' : command.reason)] }`,
      ],
    ],
    'server/src/orders/domain/evolve.ts': [
      ["    case 'ClaimRejected':\n", `    case '${newType}':\n    case 'ClaimRejected':\n`],
    ],
    'server/src/orders/read/timeline.ts': [
      [
        "    case 'ShowPublished':\n    case 'ShowChanged':\n    case 'ShowCancelled':\n      return event.type\n",
        `    case '${newType}':\n      return 'Remarked'\n    case 'ShowPublished':\n    case 'ShowChanged':\n    case 'ShowCancelled':\n      return event.type\n`,
      ],
      [
        "    case 'OrderCompleted':\n    case 'ExpirationComplete':\n    case 'ShowPublished':\n",
        `    case '${newType}':\n    case 'OrderCompleted':\n    case 'ExpirationComplete':\n    case 'ShowPublished':\n`,
      ],
      [
        "  buyer: 'released by the buyer',\n",
        `  buyer: 'released by the buyer',\n  ${newReason}: 'the buyer regretted it',\n`,
      ],
    ],
    'server/src/payments/consumers.ts': [
      ["  'OrderExtended',\n", `  'OrderExtended',\n  '${newType}',\n`],
      ["    case 'OrderExtended':\n", `    case '${newType}':\n      return []\n    case 'OrderExtended':\n`],
    ],
  },
}
