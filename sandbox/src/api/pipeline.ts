// From an HTTP request to a durable answer: key, parameters, idempotency, the handler in its unit
// of work, faults. Nothing is answered before it is on disk, and an effect is never stored without
// the record that replays its answer.
import { ApiError, invalidRequest } from '../core/errors.ts'
import { type FormRecord, MalformedForm, parseForm } from '../core/form.ts'
import { newId } from '../core/ids.ts'
import { filled, listOf, readAll } from '../core/params.ts'
import type { Engine } from '../engine.ts'
import { BadFault, type Fault, wantedIn } from '../faults/faults.ts'
import type { EdgeReply, EdgeRequest } from '../http/request.ts'
import { noAccess, readCaller, secretKeyInPage, secretKeyRequired } from './auth.ts'
import type { ApiCall } from './call.ts'
import { expand } from './expand.ts'
import { digestOf, findReplay, type Plan, type Run, remember } from './replays.ts'
import { errorReply, reply, spoilt, storedServerError } from './replies.ts'
import { findRoute } from './routes.ts'
import { asOfVersion, checkVersion, isVersion, refuseRemoved } from './versions.ts'

export interface PipelineDeps {
  home: { url: string }
  /** For requests that name no API version. */
  apiVersion: string
  /** The engine of a key's name. */
  named(name: string): Engine
}

const expandParam = listOf(filled)

function plan(request: EdgeRequest, requestId: string, apiVersion: string): Plan {
  const source = request.method === 'POST' ? request.body : request.query
  let form: FormRecord
  try {
    form = parseForm(source)
    if (request.method === 'POST' && request.query !== '') Object.assign(form, parseForm(request.query))
  } catch (error) {
    if (error instanceof MalformedForm) throw invalidRequest(error.message)
    throw error
  }
  const { key: keyParam, _stripe_version: versionParam, expand: expandValue, ...rest } = form
  const caller = readCaller(request.headers, typeof keyParam === 'string' ? keyParam : undefined)
  const found = findRoute(request.method, request.path)
  if (found === undefined) {
    throw new ApiError(404, {
      type: 'invalid_request_error',
      message: `Unrecognized request URL (${request.method}: ${request.path}). Please see https://stripe.com/docs or we can help at https://support.stripe.com/.`,
    })
  }
  if (request.fromPage && !caller.publishable) throw secretKeyInPage()
  if (caller.publishable && !found.route.publishable) throw secretKeyRequired()
  const asked = request.headers['stripe-version'] ?? versionParam
  checkVersion(asked)
  const version = typeof asked === 'string' ? asked : apiVersion
  refuseRemoved(version, found.route.spec, rest)
  const params = readAll(found.route.spec, Object.assign(Object.create(null), rest) as FormRecord)
  const expands = expandValue === undefined ? [] : expandParam(expandValue, 'expand')
  const header = request.headers['idempotency-key']
  const key = request.method === 'POST' && typeof header === 'string' && header !== '' ? header : undefined
  if (key !== undefined && key.length > 255)
    throw invalidRequest(`Idempotency keys must be at most 255 characters; yours has ${key.length}.`)
  const digest = key === undefined ? '' : digestOf(source)
  return { found, caller, version, form, params, expands, key, digest, requestId, request }
}

function metadataOf(form: FormRecord): FormRecord {
  const value = form['metadata']
  return typeof value === 'object' ? value : {}
}

/** Validation errors are not remembered: the same key may carry the corrected request. */
function isStored(error: ApiError): boolean {
  const { status, body } = error
  if (status === 402) return body.decline_code !== 'test_mode_live_card' && body.code !== 'incorrect_number'
  return (
    status === 500 ||
    (status === 400 && /unexpected_state|already|disputed|insufficient/.test(body.code ?? ''))
  )
}

function struckFault(engine: Engine, current: Plan, wanted: string[]): Fault | undefined {
  const { found, key, form, request, caller } = current
  const { op } = found.route
  const header = request.headers['sandbox-fault']
  const texts = [...(typeof header === 'string' ? [header] : []), ...wanted]
  const meta = metadataOf(form)
  const own = meta['sandbox_fault']
  if (typeof own === 'string' && own !== '') texts.push(own)
  for (const text of texts) {
    const fault = wantedIn(text, op)
    if (fault === undefined || (request.method === 'GET' && text !== header)) continue
    if (fault.kind === 'crash' && !engine.mayCrash)
      throw new BadFault('a sandbox that runs inside another program cannot crash alone')
    if (key !== undefined && engine.hasCrashed(`${caller.account} ${key}`)) continue
    if (engine.faults.strikes(fault, key === undefined ? undefined : `${caller.account} ${key} ${text}`))
      return fault
  }
  if (!engine.faults.hasRules()) return undefined
  const rule = engine.faults.ruleFor(op, meta)
  return rule !== undefined && engine.faults.strikes(rule, undefined) ? rule : undefined
}

/**
 * Runs within the open transaction. A fault "before" drops the unit, so that nothing has happened.
 */
function execute(engine: Engine, current: Plan, withFaults: boolean): Run {
  const replay = findReplay(engine, current)
  if (replay !== undefined) return replay
  const { found, caller, version, params, expands, requestId, key, request, form } = current
  let unit = engine.newUnit(caller.account, { id: requestId, idempotencyKey: key ?? null })
  const wanted: string[] = []
  const call: ApiCall = {
    unit,
    path: request.path,
    id: found.id,
    subId: found.subId,
    publishable: caller.publishable,
    baseUrl: engine.baseUrl,
    version,
    form,
    searchLagSeconds: engine.searchLagSeconds,
    wantFault: (spec) => void wanted.push(spec),
  }
  let status = 200
  let text: string
  let stored = true
  try {
    const body = asOfVersion(version, unit, found.route.run(call, params))
    text =
      expands.length === 0
        ? unit.textOf(body)
        : JSON.stringify(asOfVersion(version, unit, expand(unit, body, expands)))
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    ;({ status } = error)
    text = JSON.stringify({
      error: {
        ...asOfVersion(version, unit, error.body),
        request_log_url: `${engine.baseUrl}/?request=${requestId}`,
      },
    })
    stored = isStored(error)
    if (!error.keep) unit = engine.newUnit(caller.account, { id: requestId, idempotencyKey: key ?? null })
  }
  const fault = withFaults ? struckFault(engine, current, wanted) : undefined
  if (fault?.when === 'before') return { status, text, fault }
  if (fault?.kind === 'api_error') ({ status, text } = storedServerError(requestId))
  unit.write()
  if (stored) remember(engine, unit, current, status, text)
  return { status, text, fault }
}

/**
 * Ends the process as a power cut would. What struck is noted first, so that a retry after the
 * restart gets through.
 */
async function crash(engine: Engine, { caller, key, request }: Plan): Promise<EdgeReply> {
  if (key !== undefined) await engine.noteCrash(`${caller.account} ${key}`)
  engine.crash()
  await request.gone
  return { status: 0, body: '', spoil: 'reset' }
}

async function misbehaveBefore(
  engine: Engine,
  current: Plan,
  run: Run & { fault: Fault },
): Promise<EdgeReply> {
  const { fault } = run
  if (fault.kind === 'latency') {
    await Promise.race([new Promise((resolve) => setTimeout(resolve, fault.delayMs)), current.request.gone])
    return answer(engine, current, false)
  }
  if (fault.kind === 'hang') {
    await current.request.gone
    return { status: 0, body: '', spoil: 'hang' }
  }
  if (fault.kind === 'crash') return crash(engine, current)
  if (fault.kind === 'api_error') {
    const { status, text } = storedServerError(current.requestId)
    await engine.commit.run(() =>
      remember(
        engine,
        engine.newUnit(current.caller.account, { id: current.requestId, idempotencyKey: null }),
        current,
        status,
        text,
      ),
    )
    return reply(current.requestId, current.key, status, text)
  }
  return spoilt(fault, current.requestId, current.key, run.text)
}

/**
 * Reading writes nothing, so it needs no commit of its own; it only waits for those whose work it
 * has seen.
 */
async function runDurably(engine: Engine, current: Plan, withFaults: boolean): Promise<Run> {
  if (current.request.method !== 'GET') return engine.commit.run(() => execute(engine, current, withFaults))
  const run = execute(engine, current, withFaults)
  await engine.commit.durable()
  return run
}

async function answer(engine: Engine, current: Plan, withFaults: boolean): Promise<EdgeReply> {
  const run = await runDurably(engine, current, withFaults)
  if (current.found.route.op.startsWith('webhook_endpoints.') && current.request.method !== 'GET')
    engine.forgetEndpoints()
  const { fault } = run
  if (fault !== undefined && fault.when === 'before')
    return misbehaveBefore(engine, current, { ...run, fault })
  const proper = reply(current.requestId, current.key, run.status, run.text, run.replayOf)
  if (fault === undefined || fault.kind === 'api_error') return proper
  if (fault.kind === 'crash') {
    engine.crash()
    return { status: 0, body: '', spoil: 'reset' }
  }
  if (fault.kind === 'latency') {
    await Promise.race([new Promise((resolve) => setTimeout(resolve, fault.delayMs)), current.request.gone])
    return proper
  }
  return spoilt(fault, current.requestId, current.key, run.text)
}

export function makePipeline({
  home,
  apiVersion,
  named,
}: PipelineDeps): (request: EdgeRequest) => Promise<EdgeReply> {
  const inFlight = new Set<string>()

  async function perform(engine: Engine, current: Plan): Promise<EdgeReply> {
    const { caller, key } = current
    if (caller.account !== '' && engine.store.object('account', caller.account) === undefined)
      throw noAccess(caller)
    if (key === undefined) return answer(engine, current, true)
    const slot = `${caller.name} ${caller.account} ${key}`
    if (inFlight.has(slot) && engine.store.idempotency(caller.account, key) === undefined) {
      throw new ApiError(409, {
        type: 'invalid_request_error',
        code: 'idempotency_key_in_use',
        message: `There is currently another in-progress request using this Idempotent Key (that probably means you submitted twice, and the other request is still going through): ${key}. Please try again later.`,
      })
    }
    inFlight.add(slot)
    try {
      return await answer(engine, current, true)
    } finally {
      inFlight.delete(slot)
    }
  }

  async function handle(request: EdgeRequest): Promise<EdgeReply> {
    const requestId = newId('req')
    let current: Plan | undefined
    try {
      current = plan(request, requestId, apiVersion)
      const engine = named(current.caller.name)
      engine.calls++
      try {
        return await perform(engine, current)
      } catch (error) {
        throw engine.explain(error)
      } finally {
        engine.calls--
      }
    } catch (error) {
      if (error instanceof ApiError) {
        const refused = errorReply(home.url, requestId, current?.key, error)
        return error.body.code === 'secret_key_in_page' ? { ...refused, isPrivate: true } : refused
      }
      if (error instanceof BadFault)
        return errorReply(
          home.url,
          requestId,
          current?.key,
          invalidRequest(error.message, { param: 'sandbox_fault' }),
        )
      throw error
    }
  }

  return async (request) => {
    const answered = await handle(request)
    const asked = request.headers['stripe-version']
    if (answered.headers?.['stripe-version'] === undefined) return answered
    return {
      ...answered,
      headers: { ...answered.headers, 'stripe-version': isVersion(asked) ? asked : apiVersion },
    }
  }
}
