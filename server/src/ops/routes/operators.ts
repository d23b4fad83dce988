// HTTP of the operator: what there is to see, and the few things to do. To everybody else none of
// these routes exists.
import {
  endingsOfCode,
  OpsAudit,
  OpsDeadLetters,
  OpsDemoBody,
  OpsDemoRun,
  OpsDone,
  OpsFaultBody,
  OpsMails,
  type OpsOrder,
  OpsOrders,
  OpsOrdersQuery,
  OpsOverview,
  OpsPageQuery,
  type OpsPayment,
  OpsPayments,
  OpsReconciliation,
  OpsReconciliationQuery,
  OpsSandbox,
  type OrderStatus,
  orderCodeOf,
  SalesState,
} from '@holdfast/contract'
import Type from 'typebox'
import { listDifferences } from '../../audit/books/store.ts'
import type { Audit } from '../../audit/index.ts'
import { invariants } from '../../audit/invariants.ts'
import { readRound } from '../../audit/round.ts'
import { type Breach, listBreaches, listLooks, readLastRun, readMark } from '../../audit/store.ts'
import { shownAfterSeconds } from '../../audit/worker.ts'
import { ProblemError } from '../../platform/http/problem.ts'
import type { Http } from '../../platform/http/server.ts'
import { setSwitch } from '../../platform/process/switches.ts'
import type { Platform } from '../../service.ts'
import { type DemoOnSale, makeOverview, readSales, verdictOf } from '../overview.ts'
import { findOrders } from '../read/orders.ts'
import { listDeadLetters, listFailedMails, listUnknownPayments } from '../read/overview.ts'
import { makeSandboxControls } from '../sandbox-controls.ts'
import { limitListRoutes } from './limits.ts'
import { sellerListRoutes } from './sellers.ts'

const tags = ['operation']
const shownBreaches = 20
const idPattern = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/
const deadLetterPattern = /^([a-z]+)\.([0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})$/

export interface OpsRoutes {
  readonly platform: Platform
  readonly audit: Audit
  readonly demo: DemoOnSale
}

export function opsRoutes(app: Http, { platform, audit, demo }: OpsRoutes): void {
  const sandbox = makeSandboxControls(platform.config.processor)
  const overview = makeOverview({ platform, sandbox, demo })
  void app.register(async (inside) => {
    const ops = inside as unknown as Http
    // Before the body is read: who may not come in is not even told that there is a route.
    ops.addHook('onRequest', async (request) => {
      await platform.requireOperator(request)
    })
    ops.get(
      '/api/ops/overview',
      { schema: { tags, summary: 'Get the operations overview', response: { 200: OpsOverview } } },
      () => overview(),
    )
    ops.post(
      '/api/ops/demo/on-sale',
      {
        schema: {
          tags,
          summary: 'Run a simulated on-sale on the demo show',
          body: OpsDemoBody,
          response: { 202: OpsDemoRun },
        },
      },
      async (request, reply) => {
        const { buyers = 60, showId } = request.body
        return reply.code(202).send(await demo.fire({ buyers, showId }))
      },
    )
    ops.post(
      '/api/ops/sandbox/faults',
      {
        schema: {
          tags,
          summary: 'Set or remove sandbox faults',
          body: OpsFaultBody,
          response: { 200: OpsSandbox },
        },
      },
      (request) => sandbox.change(request.body),
    )
    deadLetterRoutes(ops, platform)
    orderRoutes(ops, platform)
    paymentRoutes(ops, platform)
    auditRoutes(ops, platform, audit)
    sellerListRoutes(ops, platform)
    limitListRoutes(ops, platform)
  })
}

function deadLetterRoutes(ops: Http, { db, bus }: Platform): void {
  ops.get(
    '/api/ops/dead-letters',
    {
      schema: {
        tags,
        summary: 'List dead letters',
        querystring: OpsPageQuery,
        response: { 200: OpsDeadLetters },
      },
    },
    async (request) => {
      const { limit = 20, cursor = null } = request.query
      if (cursor !== null && !deadLetterPattern.test(cursor)) throw noCursor()
      return pageOf(await listDeadLetters(db, cursor, limit + 1), limit)
    },
  )
  ops.post(
    '/api/ops/dead-letters/:id/replay',
    {
      schema: {
        tags,
        summary: 'Replay a dead letter',
        params: Type.Object({ id: Type.String({ maxLength: 100 }) }),
        response: { 200: OpsDone },
      },
    },
    async (request) => {
      const [, consumer, eventId] = deadLetterPattern.exec(request.params.id) ?? []
      if (consumer === undefined || eventId === undefined || !(await bus.replay(consumer, eventId)))
        throw new ProblemError('dead_letter_unknown')
      return { done: true }
    },
  )
}

function orderRoutes(ops: Http, { db }: Platform): void {
  ops.get(
    '/api/ops/orders',
    {
      schema: {
        tags,
        summary: 'Find an order by its id or code',
        querystring: OpsOrdersQuery,
        response: { 200: OpsOrders },
      },
    },
    async (request): Promise<OpsOrders> => {
      const wanted = request.query.q.trim().toLowerCase()
      const rows = await findOrders(db, idPattern.test(wanted) ? wanted : null, endingsOfCode(wanted))
      return {
        items: rows.map(({ totalMinor, refundedMinor, currency, status, ...row }) => ({
          ...row,
          code: orderCodeOf(row.id),
          status: status as OpsOrder['status'],
          total: { amountMinor: totalMinor, currency },
          refunded: { amountMinor: refundedMinor, currency },
        })),
      }
    },
  )
}

function paymentRoutes(ops: Http, { db }: Platform): void {
  ops.get(
    '/api/ops/mails',
    {
      schema: {
        tags,
        summary: 'List mails of the last week that did not arrive',
        description: 'At most the last 100; not paginated.',
        response: { 200: OpsMails },
      },
    },
    async () => ({ items: await listFailedMails(db) }),
  )
  ops.get(
    '/api/ops/payments/unknown',
    {
      schema: {
        tags,
        summary: 'List unconfirmed payments',
        querystring: OpsPageQuery,
        response: { 200: OpsPayments },
      },
    },
    async (request) => {
      const { limit = 20, cursor = null } = request.query
      if (cursor !== null && !idPattern.test(cursor)) throw noCursor()
      const rows = await listUnknownPayments(db, cursor, limit + 1)
      const { items, nextCursor } = pageOf(rows, limit)
      return {
        items: items.map(({ amountMinor, currency, orderStatus, status, ...row }) => ({
          ...row,
          orderStatus: orderStatus as OrderStatus | null,
          status: status as OpsPayment['status'],
          amount: { amountMinor, currency },
        })),
        nextCursor,
      }
    },
  )
}

function auditRoutes(ops: Http, { db, switches, log }: Platform, { worker }: Audit): void {
  ops.get(
    '/api/ops/audit',
    { schema: { tags, summary: 'Get the auditor’s findings', response: { 200: OpsAudit } } },
    async () => {
      const [run, looks, breaches, sales, asked, round] = await Promise.all([
        readLastRun(db),
        listLooks(db),
        listBreaches(db),
        readSales(db),
        readMark(db, 'asked'),
        readRound(db),
      ])
      return {
        verdict: verdictOf(run !== null, breaches.length),
        lastRunAt: run?.startedAt ?? null,
        lastRunMs: run?.tookMs ?? null,
        running: asked === 'all',
        coveredUpTo: round,
        sales,
        invariants: invariants.map(({ name, number, title }) => {
          const look = looks.find(({ invariant }) => invariant === name)
          const own = breaches.filter(({ invariant }) => invariant === name)
          return {
            name,
            number,
            title,
            verdict: verdictOf(look !== undefined, own.length),
            checkedRows: look?.checkedRows ?? 0,
            lastRunAt: look?.lookedAt ?? null,
            breaches: own.slice(0, shownBreaches).map(breachView),
            breachCount: own.length,
          }
        }),
      }
    },
  )
  ops.post(
    '/api/ops/audit/run',
    { schema: { tags, summary: 'Request a full audit', response: { 202: OpsDone } } },
    async (_request, reply) => {
      await worker.ask()
      return reply.code(202).send({ done: true })
    },
  )
  ops.get(
    '/api/ops/reconciliation',
    {
      schema: {
        tags,
        summary: 'List differences between payments, ledger and processor',
        querystring: OpsReconciliationQuery,
        response: { 200: OpsReconciliation },
      },
    },
    async (request) => {
      const { limit = 20, cursor = null, resolved = false } = request.query
      const [rows, run] = await Promise.all([
        listDifferences(db, { resolved, shownAfterSeconds, after: cursor, limit: limit + 1 }),
        readLastRun(db),
      ])
      const reachable = run === null || run.books === 'none' ? null : run.books === 'read'
      return { ...pageOf(rows, limit), lastRunAt: run?.startedAt ?? null, processorReachable: reachable }
    },
  )
  ops.post(
    '/api/ops/sales/resume',
    { schema: { tags, summary: 'Resume sales after a breach stopped them', response: { 200: SalesState } } },
    async (request) => {
      if (await setSwitch(db, 'sales_stopped', { isOn: false, reason: null }))
        log.warn({ operatorId: request.principal?.id }, 'sales are resumed')
      await switches.refresh()
      return readSales(db)
    },
  )
}

const noCursor = () =>
  new ProblemError('invalid_request', { detail: 'the cursor is not valid for this list' })

function breachView({ key, explanation, orderIds, firstSeenAt, lastSeenAt }: Breach) {
  return { key, explanation, orderIds: [...orderIds], firstSeenAt, lastSeenAt }
}

function pageOf<Item extends { readonly id: string }>(rows: readonly Item[], limit: number) {
  const items = rows.slice(0, limit)
  return { items, nextCursor: rows.length > limit ? (items.at(-1)?.id ?? null) : null }
}
