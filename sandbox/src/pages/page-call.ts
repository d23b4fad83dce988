// A call to the API's rules that no request to the API makes: from a page, with nothing to ask of
// faults.
import type { ApiCall } from '../api/call.ts'
import type { Engine } from '../engine.ts'
import type { Unit } from '../store/unit.ts'

export function pageCall(engine: Engine, unit: Unit, id: string): ApiCall {
  return {
    unit,
    path: '',
    id,
    subId: '',
    publishable: false,
    baseUrl: engine.baseUrl,
    version: engine.apiVersion,
    form: {},
    searchLagSeconds: 0,
    wantFault: () => undefined,
  }
}
