// Payments as the platform's handler sees it: how to load, decide, apply, close and save. Holds no
// rule of its own.
import type { Handler } from '../platform/commands/handle.ts'
import type { Model } from '../platform/commands/model.ts'
import type { Answer, Command, Rejection } from './domain/commands.ts'
import { decide } from './domain/decide.ts'
import type { PaymentFact } from './domain/facts.ts'
import { close } from './domain/schedule.ts'
import { load, save } from './store/payments.ts'
import { apply, type World } from './world.ts'

export type PaymentsHandler = Handler<Command, Rejection, Answer>
export type PaymentsModel = Model<Command, World, PaymentFact, Rejection, Answer>

export function makeModel(committed: (world: World) => void): PaymentsModel {
  return { service: 'payments', load, decide, apply, close, save, committed }
}
