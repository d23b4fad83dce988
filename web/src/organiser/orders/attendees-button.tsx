// Who comes to a show, one row per ticket, as a file for the reader's spreadsheet: seats, holders and
// answers.
import type { Answer, AttendeeView, Question, ShowView } from '@holdfast/contract'
import { useMutation } from '@tanstack/react-query'
import { useTranslations } from 'use-intl'
import { useAnswerText } from '../../asked/queries.ts'
import { useLanguage } from '../../i18n.tsx'
import { Notice } from '../../parts/basics.tsx'
import { type AttendeePage, readAttendees } from '../queries.ts'
import { csvFormatOf, csvOf } from './csv.ts'
import { downloadCsv } from './download.ts'

export function AttendeesButton({ show }: { readonly show: ShowView }) {
  const t = useTranslations('organiser')
  const heads = useHeads()
  const rowOf = useRow()
  const format = csvFormatOf(useLanguage().locale)
  const exporting = useMutation({
    mutationFn: () =>
      downloadCsv(`attendees-${show.id}.csv`, everyPage(show.id), ({ items, questions }, isFirst) =>
        csvOf(
          [...(isFirst ? [heads(questions)] : []), ...items.map((each) => rowOf(each, questions))],
          format,
        ),
      ),
  })
  return (
    <>
      <button
        type="button"
        className="button"
        disabled={exporting.isPending}
        onClick={() => exporting.mutate()}
      >
        {t('attendees')}
      </button>
      {exporting.isError && <Notice tone="bad" title={t('csvFailed')} />}
    </>
  )
}

/** The questions of the first page are the columns of all: one that comes meanwhile has none. */
async function* everyPage(showId: string): AsyncGenerator<Pick<AttendeePage, 'items' | 'questions'>> {
  const first = await readAttendees(showId, null)
  const { questions } = first
  yield first
  let cursor = first.nextCursor
  while (cursor !== null) {
    const page: AttendeePage = await readAttendees(showId, cursor)
    yield { items: page.items, questions }
    cursor = page.nextCursor
  }
}

function useHeads(): (questions: readonly Question[]) => readonly string[] {
  const t = useTranslations('organiser.attendeeColumn')
  return (questions) => [
    t('order'),
    t('number'),
    t('type'),
    t('section'),
    t('row'),
    t('seat'),
    t('holder'),
    t('holderEmail'),
    t('buyer'),
    t('state'),
    t('ticketId'),
    ...questions.map(({ text }) => text),
  ]
}

function useRow(): (attendee: AttendeeView, questions: readonly Question[]) => readonly string[] {
  const states = useTranslations('organiser.attendeeState')
  const answerText = useAnswerText()
  const textOf = (answer: Answer | undefined) =>
    answer === undefined
      ? ''
      : // As it was given: a spreadsheet sorts it.
        typeof answer === 'string' || typeof answer === 'number'
        ? String(answer)
        : answerText(answer)
  return ({ seat, ticketStatus, ...of }, questions) => [
    of.orderCode,
    String(of.no + 1),
    of.name,
    seat?.section ?? '',
    seat?.row ?? '',
    seat?.number ?? '',
    of.holderName ?? '',
    of.holderEmail ?? '',
    of.buyerEmail ?? of.buyerName ?? '',
    ticketStatus ? states(ticketStatus) : '',
    of.ticketId ?? '',
    ...questions.map(({ id, per }) => textOf((per === 'order' ? of.orderAnswers : of.answers)[id])),
  ]
}
