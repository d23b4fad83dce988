// What a handler is given and how a route is declared. A handler runs whole within one unit of work
// and does no IO.
import type { FormRecord } from '../core/form.ts'
import type { Read, Spec } from '../core/params.ts'
import type { Unit } from '../store/unit.ts'

export interface ApiCall {
  unit: Unit
  path: string
  /** The id in the path, and the one of a sub-resource behind it. */
  id: string
  subId: string
  publishable: boolean
  baseUrl: string
  /** The API version that the caller speaks. */
  version: string
  form: FormRecord
  /** How long a new object is not yet found by searching. */
  searchLagSeconds: number
  /**
   * A card or an intent may ask for a fault of the server; the pipeline decides whether it strikes.
   */
  wantFault(spec: string): void
}

export interface Route {
  op: string
  spec: Spec
  publishable: boolean
  run(call: ApiCall, params: Record<string, unknown>): object
}

export function route<S extends Spec>(
  op: string,
  spec: S,
  run: (call: ApiCall, params: Read<S>) => object,
  options: { publishable?: boolean } = {},
): Route {
  return {
    op,
    spec,
    publishable: options.publishable ?? false,
    run: (call, params) => run(call, params as Read<S>),
  }
}

export type RouteTable = Record<string, Route>
