// What the operator's page reads and does. The only place in the web that knows the paths under
// /api/ops.
import type {
  OpsAudit,
  OpsDeadLetter,
  OpsDemoRun,
  OpsFaultBody,
  OpsLimits,
  OpsMail,
  OpsOrders,
  OpsOverview,
  OpsPayment,
  OpsReconciliation,
  OpsSandbox,
  OpsSeller,
  OpsSellers,
  PaymentView,
  SalesState,
  ShowView,
} from '@holdfast/contract'
import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { call } from '../api/client.ts'
import type { PageOf } from '../api/queries.ts'

const root = '/api/ops'
const all = 'ops'

/** Figures are asked for this often while somebody looks; a hidden page asks for nothing. */
const overviewEveryMs = 2_000
/** While a sale for show runs, its figures should move as its seats do. */
const duringSaleMs = 500
const listsEveryMs = 4_000

export const overviewQuery = queryOptions({
  queryKey: [all, 'overview'],
  queryFn: ({ signal }) => call<OpsOverview>(`${root}/overview`, { signal }),
  refetchInterval: (query) =>
    query.state.data?.demo.run?.state === 'running' ? duringSaleMs : overviewEveryMs,
})

const listQuery = <Answer>(name: string) =>
  queryOptions({
    queryKey: [all, name],
    queryFn: ({ signal }) => call<Answer>(`${root}/${name}`, { signal }),
    refetchInterval: listsEveryMs,
  })

export const deadLettersQuery = listQuery<PageOf<OpsDeadLetter>>('dead-letters')
export const openPaymentsQuery = listQuery<PageOf<OpsPayment>>('payments/unknown')
export const failedMailsQuery = listQuery<{ readonly items: readonly OpsMail[] }>('mails')
export const auditQuery = listQuery<OpsAudit>('audit')
export const reconciliationQuery = listQuery<OpsReconciliation>('reconciliation')

/** They change with the shop's program only. */
export const limitsQuery = queryOptions({
  queryKey: [all, 'limits'],
  queryFn: ({ signal }) => call<OpsLimits>(`${root}/limits`, { signal }),
})

export const sellersQuery = (q: string) =>
  queryOptions({
    queryKey: [all, 'sellers', q],
    queryFn: ({ signal }) =>
      call<OpsSellers>(`${root}/sellers${q === '' ? '' : `?${new URLSearchParams({ q }).toString()}`}`, {
        signal,
      }),
    refetchInterval: listsEveryMs,
  })

/** Asked for once: a number reads all orders. */
export const findOrdersQuery = (q: string) =>
  queryOptions({
    queryKey: [all, 'orders', q],
    queryFn: ({ signal }) =>
      call<OpsOrders>(`${root}/orders?${new URLSearchParams({ q }).toString()}`, { signal }),
    enabled: q !== '',
  })

/** One thing that an operator does. Whatever came of it, everything shown is read again. */
function useAction<Input, Answer>(ask: (input: Input) => Promise<Answer>) {
  const client = useQueryClient()
  return useMutation({ mutationFn: ask, onSettled: () => client.invalidateQueries({ queryKey: [all] }) })
}

const post = <Answer>(path: string, body: unknown = {}) =>
  call<Answer>(`${root}/${path}`, { method: 'POST', body })

export const useReplay = () =>
  useAction((id: string) => post<unknown>(`dead-letters/${encodeURIComponent(id)}/replay`))
export const useLookAgain = () =>
  useAction((id: string) => post<PaymentView>(`payments/${encodeURIComponent(id)}/advance`))
export const useApprove = () => useAction((id: string) => post<OpsSeller>(`sellers/${id}/approve`))
interface Reasoned {
  readonly id: string
  readonly reason: string
}
export const useBlock = () =>
  useAction(({ id, reason }: Reasoned) => post<OpsSeller>(`sellers/${id}/block`, { reason }))
export const useCloseShow = () =>
  useAction(({ id, reason }: Reasoned) => post<ShowView>(`shows/${id}/close`, { reason }))
export const useResume = () => useAction(() => post<SalesState>('sales/resume'))
export const useAudit = () => useAction(() => post<unknown>('audit/run'))
export const useFault = () => useAction((fault: OpsFaultBody) => post<OpsSandbox>('sandbox/faults', fault))
export const useDemoSale = () => useAction((buyers: number) => post<OpsDemoRun>('demo/on-sale', { buyers }))
