// The same show on another day: one date, and everything else is there.
import type { ShowView } from '@holdfast/contract'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useId, useRef, useState } from 'react'
import { useTranslations } from 'use-intl'
import { call, makeIdempotencyKey } from '../api/client.ts'
import { showQuery } from '../api/queries.ts'
import { useNavigate } from '../navigation/router.tsx'
import { Confirm, Notice, useFailureText } from '../parts/basics.tsx'
import { readWallClock, wallClockIn } from './form/wall-clock.ts'

const weekMs = 7 * 24 * 3_600_000

export function CopyShow({ show }: { readonly show: ShowView }) {
  const t = useTranslations('organiser')
  const id = useId()
  const client = useQueryClient()
  const navigate = useNavigate()
  const failureText = useFailureText()
  const [open, setOpen] = useState(false)
  const [typed, setTyped] = useState(() =>
    wallClockIn(new Date(Date.parse(show.startsAt) + weekMs).toISOString(), show.timeZone),
  )
  const key = useRef(makeIdempotencyKey())
  const read = readWallClock(typed, show.timeZone)
  const copying = useMutation({
    mutationFn: (startsAt: string) =>
      call<ShowView>(`/api/shows/${show.id}/copies`, {
        method: 'POST',
        body: { startsAt },
        idempotencyKey: key.current,
      }),
    onSuccess: async (copy) => {
      client.setQueryData(showQuery(copy.id).queryKey, copy)
      void client.invalidateQueries({ queryKey: ['my-shows'] })
      setOpen(false)
      await navigate({ to: '/organiser/shows/$showId', params: { showId: copy.id } })
    },
    onSettled: () => {
      key.current = makeIdempotencyKey()
    },
  })
  return (
    <>
      <button type="button" className="button" onClick={() => setOpen(true)}>
        {t('copy')}
      </button>
      {open && (
        <Confirm
          open
          tone="main"
          title={t('copyTitle')}
          confirmLabel={t('copyLabel')}
          busy={copying.isPending || read === null}
          onClose={() => setOpen(false)}
          onConfirm={() => read && copying.mutate(read.instant)}
        >
          <p>{t('copyText')}</p>
          <label htmlFor={id} className="mt-4 mb-1 block font-medium text-ink">
            {t('copyStartsAt')}
          </label>
          <input
            id={id}
            type="datetime-local"
            className="input"
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
          />
          {copying.isError && (
            <div className="mt-3">
              <Notice tone="bad" title={failureText(copying.error)} />
            </div>
          )}
        </Confirm>
      )}
    </>
  )
}
