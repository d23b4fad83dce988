// What the mailbox page reads and does. The only place in the web that knows the paths under
// /api/mailbox.
import type { MailboxFaultBody, MailboxItem } from '@holdfast/contract'
import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { call } from '../api/client.ts'
import type { PageOf } from '../api/queries.ts'

const root = '/api/mailbox'
const all = 'mailbox'
const everyMs = 2_000

export const mailboxQuery = (to: string) =>
  queryOptions({
    queryKey: [all, 'mails', to],
    queryFn: ({ signal }) => {
      const query = new URLSearchParams({ limit: '50', ...(to === '' ? {} : { to }) })
      return call<PageOf<MailboxItem>>(`${root}?${query.toString()}`, { signal })
    },
    refetchInterval: everyMs,
  })

interface Faults {
  readonly items: readonly Required<MailboxFaultBody>[]
}

export const faultsQuery = queryOptions({
  queryKey: [all, 'faults'],
  queryFn: ({ signal }) => call<Faults>(`${root}/faults`, { signal }),
  refetchInterval: everyMs,
})

export function useFault() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: MailboxFaultBody) => call<Faults>(`${root}/faults`, { method: 'POST', body }),
    onSettled: () => client.invalidateQueries({ queryKey: [all, 'faults'] }),
  })
}

export const partOf = (id: string, part: string) => `${root}/${encodeURIComponent(id)}/${part}`
export const attachmentOf = (id: string, name: string) =>
  partOf(id, `attachments/${encodeURIComponent(name)}`)
