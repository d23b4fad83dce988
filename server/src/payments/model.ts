// Payments as the platform's handler sees it: how to load, decide, evolve and save. Holds no rule of its own.
import type { Handler } from '../platform/commands/handle.ts'
import type { Model } from '../platform/commands/model.ts'
import type { Answer, Command, PaymentFact, Rejection, World } from './domain/commands.ts'
import { decide } from './domain/decide.ts'
import { evolve } from './domain/evolve.ts'
import { load, save } from './store/payments.ts'

export type PaymentsHandler = Handler<Command, Rejection, Answer>
export type PaymentsModel = Model<Command, World, PaymentFact, Rejection, Answer>

export function makeModel(committed: (world: World) => void): PaymentsModel {
  return { service: 'payments', load, decide, apply: evolve, save, committed }
}
